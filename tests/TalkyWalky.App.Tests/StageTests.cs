using System.Net;
using System.Text.Json;
using TalkyWalky.Client;
using TalkyWalky.Client.Unlock;

namespace TalkyWalky.App.Tests;

/// <summary>From no profile to a chat that is ready, and what can come between.</summary>
public sealed class StageTests
{
    private const string Link = "talkywalky://chat.example.org:7443/join#root=00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

    private static readonly EnrolOutcome.Pending Waits = new("Someone must approve.", TimeSpan.FromSeconds(1), new string('f', 64));

    [Fact]
    public async Task Start_NoProfile_IsNewAndKnowsTheLink()
    {
        await using var app = await TestApp.StartAsync(new MemoryProfiles { Exists = false }, link: Link);
        var state = await app.CallAsync("GET", "/state");
        Assert.Equal(("new", Link), (Stage(state), state.GetProperty("link").GetString()));
        Assert.Equal((HttpStatusCode.Forbidden, "not-logged-in"), Short(await app.FailAsync("GET", "/conversations")));
        app.Server.PassLink(Link + "&invite=abc");
        Assert.Equal(Link + "&invite=abc", (await app.CallAsync("GET", "/state")).GetProperty("link").GetString());
    }

    [Fact]
    public async Task Start_SecretAtHand_IsReady()
    {
        await using var app = await TestApp.StartAsync();
        var state = await app.CallAsync("GET", "/state");
        Assert.Equal(("ready", "alice"), (Stage(state), state.GetProperty("self").GetProperty("username").GetString()));
        Assert.Equal("online", state.GetProperty("status").GetProperty("connection").GetString());
    }

    [Fact]
    public async Task Start_NoSecretKept_IsLockedUntilUnlocked()
    {
        await using var app = await TestApp.StartAsync(prepare: static app => app.Variables.Remove("TALKYWALKY_PASSPHRASE_FILE"));
        var state = await app.CallAsync("GET", "/state");
        Assert.Equal(("locked", JsonValueKind.Null), (Stage(state), state.GetProperty("trouble").ValueKind));
        Assert.Equal((HttpStatusCode.Forbidden, "not-logged-in"), Short(await app.FailAsync("GET", "/people")));
        Assert.Equal((HttpStatusCode.Conflict, "refused"), Short(await app.FailAsync("POST", "/unlock", new { passphrase = "wrong" })));
        Assert.Equal("locked", Stage(await app.CallAsync("GET", "/state")));
        await app.CallAsync("POST", "/unlock", new { passphrase = "secret" });
        Assert.Equal("ready", Stage(await app.CallAsync("GET", "/state")));
        Assert.Equal((HttpStatusCode.Conflict, "refused"), Short(await app.FailAsync("POST", "/unlock", new { passphrase = "secret" })));
    }

    [Fact]
    public async Task Start_ProfileDamaged_SaysSo()
    {
        await using var app = await TestApp.StartAsync(new MemoryProfiles { Opening = new ChatOpening.Damaged("The profile is damaged.") });
        var state = await app.CallAsync("GET", "/state");
        Assert.Equal(("broken", "The profile is damaged."), (Stage(state), state.GetProperty("trouble").GetString()));
    }

    [Fact]
    public async Task Start_WhatIsKeptCannotBeUsed_OpensWhenTriedAgain()
    {
        await using var app = await TestApp.StartAsync(prepare: static app => File.SetUnixFileMode(app.Variables["TALKYWALKY_PASSPHRASE_FILE"], UnixFileMode.UserRead | UnixFileMode.OtherRead));
        var state = await app.CallAsync("GET", "/state");
        var trouble = state.GetProperty("trouble").GetString();
        Assert.Equal("locked", Stage(state));
        Assert.Contains("chmod 600", trouble, StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.Conflict, "refused"), Short(await app.FailAsync("POST", "/unlock", new { })));
        Assert.Contains("does not open", (await app.FailAsync("POST", "/unlock", new { passphrase = "wrong" })).Detail, StringComparison.Ordinal);
        Assert.Equal(trouble, (await app.CallAsync("GET", "/state")).GetProperty("trouble").GetString());
        File.SetUnixFileMode(app.Variables["TALKYWALKY_PASSPHRASE_FILE"], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await app.CallAsync("POST", "/unlock", new { });
        Assert.Equal("ready", Stage(await app.CallAsync("GET", "/state")));
    }

    [Fact]
    public async Task Start_ProfileBroken_OpensWhenTriedAgain()
    {
        await using var app = await TestApp.StartAsync(new MemoryProfiles { Opening = new ChatOpening.Damaged("The profile is damaged.") });
        Assert.Equal("The profile is damaged.", (await app.FailAsync("POST", "/unlock", new { })).Detail);
        app.Engine.Opening = null;
        await app.CallAsync("POST", "/unlock", new { });
        Assert.Equal("ready", Stage(await app.CallAsync("GET", "/state")));
    }

    [Fact]
    public async Task Link_OfAnotherServer_IsNotUsedAndSaysSo()
    {
        await using var app = await TestApp.StartAsync(link: Link);
        var events = await app.ListenAsync();
        var notice = (await events.UntilAsync("notice")).GetProperty("text").GetString();
        Assert.Contains("at home on chat.example.org:7443", notice, StringComparison.Ordinal);
        app.Server.PassLink(Link.Replace("chat.", "other.", StringComparison.Ordinal));
        Assert.Contains("join link to other.example.org:7443", (await events.UntilAsync("notice")).GetProperty("text").GetString(), StringComparison.Ordinal);
        var state = await app.CallAsync("GET", "/state");
        Assert.Equal((JsonValueKind.Null, Client.Tests.Agent.MemoryChat.JoinLink), (state.GetProperty("link").ValueKind, state.GetProperty("self").GetProperty("joinLink").GetString()));
    }

    [Fact]
    public async Task Link_OfTheOwnServer_IsNoNews()
    {
        await using var app = await TestApp.StartAsync(link: Client.Tests.Agent.MemoryChat.JoinLink);
        app.Server.PassLink(Client.Tests.Agent.MemoryChat.JoinLink + "&invite=abc");
        Assert.Equal(0, app.Server.Hub.Unheard);
    }

    [Fact]
    public async Task Unfinished_WithoutItsLink_TakesOne()
    {
        await using var app = await TestApp.StartAsync(new MemoryProfiles { Opening = new ChatOpening.Unfinished("Go on.") });
        Assert.Equal(JsonValueKind.Null, (await app.CallAsync("GET", "/state")).GetProperty("link").ValueKind);
        app.Server.PassLink(Link);
        Assert.Equal(Link, (await app.CallAsync("GET", "/state")).GetProperty("link").GetString());
    }

    [Fact]
    public async Task Login_ThatWaitsAndFails_SaysSoAndCanBeTriedAgain()
    {
        await using var app = await TestApp.StartAsync();
        app.Chat.Login = static () => new LoginOutcome.Pending("Someone must approve.", TimeSpan.FromSeconds(1), new string('f', 64));
        await app.CallAsync("POST", "/logout");
        await app.CallAsync("POST", "/login", new { password = "right" });
        Assert.Equal("pending", Stage(await app.CallAsync("GET", "/state")));
        app.Chat.Login = static () => throw new IOException("broken");
        var failed = await app.UntilStageAsync("loggedOut");
        Assert.Contains("disk reports errors", failed.GetProperty("state").GetProperty("trouble").GetString(), StringComparison.Ordinal);
        app.Chat.Login = null;
        await app.CallAsync("POST", "/login", new { password = "right" });
        Assert.Equal("ready", Stage(await app.CallAsync("GET", "/state")));
    }

    [Fact]
    public async Task Away_IsPartOfTheStatus()
    {
        await using var app = await TestApp.StartAsync();
        var events = await app.ListenAsync();
        await app.CallAsync("PUT", "/away", new { away = true });
        await events.UntilAsync("status", static happening => happening.GetProperty("status").GetProperty("away").GetBoolean());
        Assert.True((await app.CallAsync("GET", "/state")).GetProperty("status").GetProperty("away").GetBoolean());
    }

    [Fact]
    public async Task Enrol_KeychainRefuses_TellsOfTheFileInstead()
    {
        if (!OperatingSystem.IsLinux()) return;
        var profiles = new MemoryProfiles { Exists = false };
        profiles.Outcomes.Enqueue(Enrolled);
        await using var app = await TestApp.StartAsync(profiles, static app =>
        {
            app.Variables.Remove("TALKYWALKY_PASSPHRASE_FILE");
            app.Variables["DBUS_SESSION_BUS_ADDRESS"] = "unix:path=/nowhere";
            app.Variables["PATH"] = app.Variables["HOME"];
            var program = Path.Combine(app.Variables["HOME"], "secret-tool");
            File.WriteAllText(program, "#!/bin/sh\n[ $1 = search ] && exit 0\ncat >/dev/null\nexit 1\n");
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        });
        Assert.Equal("keychain", (await app.CallAsync("GET", "/state")).GetProperty("secretPlace").GetString());
        var events = await app.ListenAsync();
        await app.CallAsync("POST", "/enrolment", new { link = Link, username = "alice", password = "pw", register = false });
        Assert.Contains("key file", (await events.UntilAsync("notice")).GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Equal("file", (await app.UntilStageAsync("ready")).GetProperty("state").GetProperty("secretPlace").GetString());
    }

    [Fact]
    public async Task Enrol_NewAccount_TellsItsStepsAndIsReady()
    {
        var profiles = new MemoryProfiles { Exists = false };
        profiles.Outcomes.Enqueue(Enrolled);
        await using var app = await TestApp.StartAsync(profiles);
        var events = await app.ListenAsync();
        await app.CallAsync("POST", "/enrolment", new { link = Link, username = "Alice ", password = "pw", register = true, fullName = "Alice A", passphrase = "mine" });
        await events.UntilAsync("state", static happening => happening.GetProperty("state").GetProperty("step").ValueEquals("makingKeys"));
        var ready = await events.UntilAsync("state", static happening => Stage(happening.GetProperty("state")) == "ready");
        Assert.Equal("alice", ready.GetProperty("state").GetProperty("username").GetString());
        var (registration, registers, passphrase) = Assert.Single(profiles.Enrolments);
        Assert.Equal(("alice", "pw", "Alice A", true, "mine"), (registration.User, registration.Password, registration.FullName, registers, passphrase));
        Assert.False(File.Exists(Path.Combine(app.Profile, BegunEnrolment.FileName)));
    }

    [Fact]
    public async Task Enrol_WithoutPassphrase_MakesAndKeepsASecret()
    {
        var profiles = new MemoryProfiles { Exists = false };
        profiles.Outcomes.Enqueue(Enrolled);
        await using var app = await TestApp.StartAsync(profiles, static app => app.Variables.Remove("TALKYWALKY_PASSPHRASE_FILE"));
        await app.CallAsync("POST", "/enrolment", new { link = Link, username = "alice", password = "pw", register = false });
        await app.UntilStageAsync("ready");
        Assert.Equal(44, Assert.Single(profiles.Enrolments).Passphrase.Length);
        await app.RestartAsync();
        Assert.Equal("ready", Stage(await app.CallAsync("GET", "/state")));
    }

    [Fact]
    public async Task Enrol_MustBeApproved_WaitsAndAsksAgain()
    {
        var profiles = new MemoryProfiles { Exists = false };
        profiles.Outcomes.Enqueue(static () => Waits);
        profiles.Outcomes.Enqueue(static () => new EnrolOutcome.Unreachable("Away for a moment."));
        profiles.Outcomes.Enqueue(Enrolled);
        await using var app = await TestApp.StartAsync(profiles);
        var events = await app.ListenAsync();
        await app.CallAsync("POST", "/enrolment", new { link = Link, username = "alice", password = "pw", register = true });
        var pending = await events.UntilAsync("state", static happening => Stage(happening.GetProperty("state")) == "pending");
        Assert.Equal((new string('f', 64), "Someone must approve."), (pending.GetProperty("state").GetProperty("keyFingerprint").GetString(), pending.GetProperty("state").GetProperty("trouble").GetString()));
        var begun = await File.ReadAllTextAsync(Path.Combine(app.Profile, BegunEnrolment.FileName));
        Assert.Equal($"{Link}\nalice\n", begun);
        await events.UntilAsync("state", static happening => Stage(happening.GetProperty("state")) == "ready");
        Assert.Equal([true, false, false], profiles.Enrolments.Select(static one => one.Registers));
    }

    [Fact]
    public async Task Enrol_StoppedWhileWaiting_IsGoneOnWithLater()
    {
        var profiles = new MemoryProfiles { Exists = false };
        profiles.Outcomes.Enqueue(static () => Waits);
        await using var app = await TestApp.StartAsync(profiles);
        await app.CallAsync("POST", "/enrolment", new { link = Link + "&invite=abc", username = "alice", password = "pw", register = true });
        await app.UntilStageAsync("pending");
        await app.CallAsync("DELETE", "/enrolment");
        Assert.Equal("unfinished", Stage(await app.CallAsync("GET", "/state")));
        Assert.Equal((HttpStatusCode.Conflict, "refused"), Short(await app.FailAsync("DELETE", "/enrolment")));

        profiles.Opening = new ChatOpening.Unfinished("Go on.");
        await app.RestartAsync();
        var state = await app.CallAsync("GET", "/state");
        Assert.Equal(("unfinished", Link, "alice"), (Stage(state), state.GetProperty("link").GetString(), state.GetProperty("username").GetString()));

        profiles.Opening = null;
        profiles.Outcomes.Clear();
        profiles.Outcomes.Enqueue(Enrolled);
        await app.CallAsync("POST", "/enrolment", new { link = Link, username = "alice", password = "pw", register = false });
        await app.UntilStageAsync("ready");
        Assert.Single(profiles.Enrolments.Select(static one => one.Passphrase).Distinct());
    }

    [Fact]
    public async Task Enrol_Refused_CanBeTriedAgain()
    {
        var profiles = new MemoryProfiles { Exists = false };
        profiles.Outcomes.Enqueue(static () => new EnrolOutcome.Refused("The username \"alice\" is taken; choose another, or log in."));
        profiles.Outcomes.Enqueue(Enrolled);
        await using var app = await TestApp.StartAsync(profiles);
        await app.CallAsync("POST", "/enrolment", new { link = Link, username = "alice", password = "pw", register = true });
        var refused = await app.UntilStageAsync("new");
        Assert.Contains("taken", refused.GetProperty("state").GetProperty("trouble").GetString(), StringComparison.Ordinal);
        await app.CallAsync("POST", "/enrolment", new { link = Link, username = "alice2", password = "pw", register = true });
        await app.UntilStageAsync("ready");
    }

    [Theory]
    [InlineData("{\"link\":\"http://x\",\"username\":\"alice\",\"password\":\"pw\",\"register\":true}", "talkywalky://")]
    [InlineData("{\"link\":\"{link}\",\"username\":\"a\",\"password\":\"pw\",\"register\":true}", "2 to 20")]
    [InlineData("{\"link\":\"{link}\",\"username\":\"alice\",\"password\":\"\",\"register\":true}", "password is empty")]
    [InlineData("{\"link\":\"{link}\",\"username\":\"alice\",\"password\":\"pw\"}", "openapi.json")]
    [InlineData("{\"link\":\"{link}\",\"username\":null,\"password\":\"pw\",\"register\":true}", "$.username")]
    [InlineData("{\"link\":\"{link}\",\"username\":\"alice\",\"password\":\"pw\",\"register\":true,\"admin\":true}", "$.admin")]
    [InlineData("{\"link\":\"{link}\",\"username\":\"alice\",\"password\":\"pw\",\"register\":true,\"password\":\"pw\"}", "openapi.json")]
    [InlineData("{\"link\":\"{link}\",\"username\":\"alice\",\"password\":\"pw\",\"register\":\"yes\"}", "$.register")]
    [InlineData("null", "null")]
    [InlineData("[", "openapi.json")]
    public async Task Enrol_WrongBody_IsInvalid(string body, string wanted)
    {
        await using var app = await TestApp.StartAsync(new MemoryProfiles { Exists = false });
        var (status, code, detail) = await app.FailAsync("POST", "/enrolment", body.Replace("{link}", Link, StringComparison.Ordinal));
        Assert.Equal((HttpStatusCode.BadRequest, "invalid"), (status, code));
        Assert.Contains(wanted, detail, StringComparison.Ordinal);
        Assert.DoesNotContain("pw", detail, StringComparison.Ordinal);
        Assert.Equal("new", Stage(await app.CallAsync("GET", "/state"))); // on the same connection
        Assert.Empty(app.Engine.Enrolments);
    }

    [Fact]
    public async Task Join_Link_IsRead()
    {
        await using var app = await TestApp.StartAsync(new MemoryProfiles { Exists = false });
        var join = await app.CallAsync("POST", "/join", new { link = $" {Link}&invite=abc " });
        Assert.Equal(("chat.example.org:7443", true), (join.GetProperty("gateway").GetString(), join.GetProperty("invited").GetBoolean()));
        Assert.Equal((HttpStatusCode.BadRequest, "invalid"), Short(await app.FailAsync("POST", "/join", new { link = "https://example.org" })));
    }

    [Fact]
    public async Task Quit_EndsTheProgramOnce()
    {
        await using var app = await TestApp.StartAsync();
        Assert.False(app.Server.Quit.IsCompleted);
        await app.CallAsync("POST", "/quit");
        await app.CallAsync("POST", "/quit");
        await app.Server.Quit.WaitAsync(TestApp.Patience);
    }

    [Fact]
    public async Task Stop_WhileWindowsListen_ClosesTheChatAndTheirConnections()
    {
        var app = await TestApp.StartAsync();
        var events = await app.ListenAsync();
        await events.NextAsync();
        var stopping = app.Server.DisposeAsync();
        while (await events.NextAsync() is not null)
        {
            // Until the server closes.
        }

        await stopping;
        Assert.True(app.Chat.IsDisposed);
        await app.DisposeAsync();
    }

    private static EnrolOutcome Enrolled() => new EnrolOutcome.Enrolled(null!);

    private static string? Stage(JsonElement state) => state.GetProperty("stage").GetString();

    private static (HttpStatusCode, string) Short((HttpStatusCode Status, string Code, string Detail) problem) => (problem.Status, problem.Code);
}
