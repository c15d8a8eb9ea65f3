using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using TalkyWalky.Client;

namespace TalkyWalky.Cli.Output;

internal sealed record ErrorLine(ErrorBody Error);

internal sealed record ErrorBody(string Code, string Message);

internal sealed record SelfLine(
    string User, string Username, string Organisation, string Domain, string Device, string Fingerprint, DateTimeOffset CertificateNotAfter, string Gateway, string Profile)
{
    public static SelfLine From(Self self) => new(
        self.User.ToString(), self.Username, self.Organisation, self.Domain, self.Device.ToString(), self.Fingerprint, self.CertificateNotAfter, self.Gateway, self.Profile);
}

internal sealed record StatusLine(ConnectionState Connection, string? Trouble, int Outbox, int Pending, long Messages, string Profile);

internal sealed record PersonLine(string User, string Username, string FullName, PersonPresence Presence, DateTimeOffset? LastSeen, string? Name)
{
    public static PersonLine From(PersonInfo person) =>
        new(person.User.ToString(), person.Username, person.FullName, person.Presence, person.LastSeen, person.Name);
}

internal sealed record MessageLine(
    string Id, string Conversation, string With, string From, bool Mine, string Text, DateTimeOffset SentAt, DateTimeOffset? ReceivedAt, MessageState State,
    bool Verified, bool GapBefore, string? Trouble, bool IsRoom, string? Room, string? FromName)
{
    public static MessageLine Of(ChatMessage message) => new(
        message.Id.ToString(), message.Conversation.ToString(), message.With, message.From, message.Mine, message.Text, message.SentAt, message.ReceivedAt,
        message.State, message.Verified, message.GapBefore, message.Trouble, message.IsRoom, message.IsRoom ? message.With : null, message.FromName);
}

internal sealed record LogoutLine(bool LoggedOut);

internal sealed record DeviceLine(string Pem);

/// <summary>2026-11-21T09:30:00.000Z: always UTC, always milliseconds.</summary>
internal sealed class UtcTime : JsonConverter<DateTimeOffset>
{
    private const string Format = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        DateTimeOffset.ParseExact(reader.GetString() ?? "", Format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(Text(value));

    public static string Text(DateTimeOffset value) => value.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture);
}

internal sealed class CamelCaseState() : JsonStringEnumConverter<MessageState>(JsonNamingPolicy.CamelCase);

internal sealed class CamelCasePresence() : JsonStringEnumConverter<PersonPresence>(JsonNamingPolicy.CamelCase);

internal sealed class CamelCaseConnection() : JsonStringEnumConverter<ConnectionState>(JsonNamingPolicy.CamelCase);

internal sealed class CamelCaseRank() : JsonStringEnumConverter<RoomRank>(JsonNamingPolicy.CamelCase);

internal sealed class CamelCaseStanding() : JsonStringEnumConverter<DeviceStanding>(JsonNamingPolicy.CamelCase);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    Converters = [typeof(UtcTime), typeof(CamelCaseState), typeof(CamelCasePresence), typeof(CamelCaseConnection), typeof(CamelCaseRank), typeof(CamelCaseStanding)])]
[JsonSerializable(typeof(ErrorLine))]
[JsonSerializable(typeof(SelfLine))]
[JsonSerializable(typeof(StatusLine))]
[JsonSerializable(typeof(PersonLine))]
[JsonSerializable(typeof(MessageLine))]
[JsonSerializable(typeof(LogoutLine))]
[JsonSerializable(typeof(DeviceLine))]
[JsonSerializable(typeof(DeviceEntryLine))]
[JsonSerializable(typeof(PendingLine))]
[JsonSerializable(typeof(RoomLine))]
[JsonSerializable(typeof(MemberLine))]
[JsonSerializable(typeof(ConversationLine))]
[JsonSerializable(typeof(UsedNameLine))]
[JsonSerializable(typeof(SettingsLine))]
[JsonSerializable(typeof(DoneLine))]
[JsonSerializable(typeof(ClearedLine))]
[JsonSerializable(typeof(ExportedLine))]
[JsonSerializable(typeof(AlarmLine))]
[JsonSerializable(typeof(HistoryHead))]
internal sealed partial class LinesJson : JsonSerializerContext;

internal static class JsonLines
{
    /// <summary>Letters of every language stay as they are; control characters are escaped as JSON demands.</summary>
    public static LinesJson Types { get; } = new(new JsonSerializerOptions(LinesJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
