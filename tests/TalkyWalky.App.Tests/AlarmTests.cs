using System.Net;
using System.Text.Json;
using TalkyWalky.Client;
using TalkyWalky.Wire;

namespace TalkyWalky.App.Tests;

/// <summary>What somebody's tampering looks like to windows and bots.</summary>
public sealed class AlarmTests
{
    [Fact]
    public async Task Alarm_Raised_IsInTheStateOfEveryWindowUntilAcknowledged()
    {
        await using var app = await TestApp.StartAsync();
        while (app.Chat.Listeners == 0) await Task.Yield();
        var bot = await app.ListenAsync();
        await bot.NextAsync();
        var alarm = app.Chat.Raise("Two histories.");
        Assert.Equal((alarm.Id, "Two histories."), Values(await bot.UntilAsync("alarm")));
        Assert.Equal([(alarm.Id, "Two histories.")], Alarms((await bot.UntilAsync("state")).GetProperty("state")));

        // A window that comes later is told too, and one of the next start.
        var window = await app.ListenAsync();
        Assert.Equal([(alarm.Id, "Two histories.")], Alarms((await window.UntilAsync("state")).GetProperty("state")));
        await app.RestartAsync();
        var events = await app.ListenAsync();
        await events.UntilAsync("state", static one => Alarms(one.GetProperty("state")).Any());

        await app.CallAsync("DELETE", $"/alarms/{alarm.Id}");
        await events.UntilAsync("state", static one => !Alarms(one.GetProperty("state")).Any());
        Assert.Empty(Alarms(await app.CallAsync("GET", "/state")));
        await app.CallAsync("DELETE", $"/alarms/{alarm.Id}");
    }

    [Fact]
    public async Task Alarm_AboutADevice_NamesIt()
    {
        await using var app = await TestApp.StartAsync();
        while (app.Chat.Listeners == 0) await Task.Yield();
        var window = await app.ListenAsync();
        await window.NextAsync();
        var device = DeviceId.New();
        app.Chat.Raise("A new device was added to your account.", new AddedDevice(device, "Laptop", DateTimeOffset.UnixEpoch, AdmittedBy.Administrator));
        var alarm = await window.UntilAsync("alarm");
        var kept = (await app.CallAsync("GET", "/state")).GetProperty("alarms")[0];
        foreach (var added in (JsonElement[])[alarm.GetProperty("added"), kept.GetProperty("added")])
            Assert.Equal($$"""{"device":"{{device}}","name":"Laptop","since":"1970-01-01T00:00:00.000Z","by":"administrator"}""", added.GetRawText());
    }

    [Fact]
    public async Task Acknowledge_WhatIsNoAlarm_IsInvalid()
    {
        await using var app = await TestApp.StartAsync();
        foreach (var id in (string[])["x", "-1", "99999999999999999999"])
        {
            var (status, code, _) = await app.FailAsync("DELETE", $"/alarms/{id}");
            Assert.Equal((HttpStatusCode.BadRequest, "invalid"), (status, code));
        }
    }

    private static IEnumerable<(long, string?)> Alarms(JsonElement state) => state.GetProperty("alarms").EnumerateArray().Select(Values);

    private static (long, string?) Values(JsonElement alarm) => (alarm.GetProperty("id").GetInt64(), alarm.GetProperty("text").GetString());
}
