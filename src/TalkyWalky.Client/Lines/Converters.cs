using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TalkyWalky.Client.Lines;

/// <summary>2026-11-21T09:30:00.000Z: always UTC, always milliseconds.</summary>
public sealed class UtcTime : JsonConverter<DateTimeOffset>
{
    private const string Format = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && DateTimeOffset.TryParseExact(reader.GetString(), Format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : throw new JsonException("a time reads 2026-11-21T09:30:00.000Z");

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(Text(value));

    public static string Text(DateTimeOffset value) => value.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture);
}

public sealed class CamelCaseState() : JsonStringEnumConverter<MessageState>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);

public sealed class CamelCasePresence() : JsonStringEnumConverter<PersonPresence>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);

public sealed class CamelCaseConnection() : JsonStringEnumConverter<ConnectionState>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);

public sealed class CamelCaseRank() : JsonStringEnumConverter<RoomRank>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);

public sealed class CamelCaseStanding() : JsonStringEnumConverter<DeviceStanding>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);
