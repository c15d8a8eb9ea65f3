using System.Text.Json;
using TalkyWalky.Client.Lines;

namespace TalkyWalky.Client.Tests;

public sealed class UtcTimeTests
{
    private static readonly JsonSerializerOptions Options = new() { Converters = { new UtcTime() } };

    [Theory]
    [InlineData("\"yesterday\"")]
    [InlineData("\"2026-11-21T09:30:00Z\"")]
    [InlineData("7")]
    public void Read_WhatIsNoTime_IsWrongJson(string json) => Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<DateTimeOffset>(json, Options));

    [Fact]
    public void Read_WhatWasWritten_IsTheSame()
    {
        var time = new DateTimeOffset(2026, 11, 21, 9, 30, 0, 5, TimeSpan.Zero);
        Assert.Equal(time, JsonSerializer.Deserialize<DateTimeOffset>(JsonSerializer.Serialize(time, Options), Options));
    }
}
