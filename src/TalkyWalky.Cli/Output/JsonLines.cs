using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TalkyWalky.Cli.Output;

internal sealed record ErrorLine(ErrorBody Error);

internal sealed record ErrorBody(string Code, string Message);

internal sealed record LogoutLine(bool LoggedOut);

internal sealed record DeviceLine(string Pem);

internal sealed record AppLine(string? Address, bool Window, bool Running);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    Converters = [typeof(UtcTime), typeof(CamelCaseState), typeof(CamelCasePresence), typeof(CamelCaseConnection), typeof(CamelCaseRank), typeof(CamelCaseStanding)])]
[JsonSerializable(typeof(ErrorLine))]
[JsonSerializable(typeof(SelfLine))]
[JsonSerializable(typeof(StatusLine))]
[JsonSerializable(typeof(PersonLine))]
[JsonSerializable(typeof(ContactLine))]
[JsonSerializable(typeof(CertifiedDeviceLine))]
[JsonSerializable(typeof(MessageLine))]
[JsonSerializable(typeof(FileLine))]
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
[JsonSerializable(typeof(SavedFileLine))]
[JsonSerializable(typeof(AlarmLine))]
[JsonSerializable(typeof(KeptAlarmLine))]
[JsonSerializable(typeof(AppLine))]
[JsonSerializable(typeof(CertificateLine))]
[JsonSerializable(typeof(VerifiedLine))]
[JsonSerializable(typeof(LogEntryLine))]
[JsonSerializable(typeof(LogHeadLine))]
[JsonSerializable(typeof(EvidenceLine))]
[JsonSerializable(typeof(ListeningLine))]
[JsonSerializable(typeof(DirectPeerLine))]
internal sealed partial class LinesJson : JsonSerializerContext;

internal static class JsonLines
{
    /// <summary>Letters of every language stay as they are; control characters are escaped as JSON demands.</summary>
    public static LinesJson Types { get; } = new(new JsonSerializerOptions(LinesJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
