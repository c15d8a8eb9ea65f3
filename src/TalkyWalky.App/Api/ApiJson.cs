using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;
using TalkyWalky.App.Http;
using TalkyWalky.App.Live;
using TalkyWalky.App.Settings;
using TalkyWalky.Client;
using TalkyWalky.Client.Unlock;

namespace TalkyWalky.App.Api;

internal sealed class CamelCaseStage() : JsonStringEnumConverter<Stage>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);

internal sealed class CamelCaseStep() : JsonStringEnumConverter<EnrolmentStep>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);

internal sealed class CamelCasePlace() : JsonStringEnumConverter<SecretPlace>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);

internal sealed class CamelCaseTheme() : JsonStringEnumConverter<Theme>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);

internal sealed class CamelCaseLanguage() : JsonStringEnumConverter<Language>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);

internal sealed class CamelCaseTrouble() : JsonStringEnumConverter<WindowSizeTrouble>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);

internal sealed class KebabCaseCode() : JsonStringEnumConverter<ProblemCode>(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false);

/// <summary>The shapes of ui/src/api/types.ts. What comes in is read strictly: no unknown or repeated member, nothing missing, nothing null that must not be.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    MaxDepth = 8,
    Converters =
    [
        typeof(UtcTime), typeof(CamelCaseState), typeof(CamelCasePresence), typeof(CamelCaseConnection), typeof(CamelCaseRank), typeof(CamelCaseStanding),
        typeof(CamelCaseStage), typeof(CamelCaseStep), typeof(CamelCasePlace), typeof(CamelCaseTrouble), typeof(CamelCaseTheme), typeof(CamelCaseLanguage), typeof(KebabCaseCode),
    ])]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(LiveEvent))]
[JsonSerializable(typeof(LiveEvent.StateChanged), TypeInfoPropertyName = "LiveStateChanged")]
[JsonSerializable(typeof(LiveEvent.RoomChanged), TypeInfoPropertyName = "LiveRoomChanged")]
[JsonSerializable(typeof(LiveEvent.Alarm), TypeInfoPropertyName = "LiveAlarm")]
[JsonSerializable(typeof(StateBody))]
[JsonSerializable(typeof(TokenBody))]
[JsonSerializable(typeof(KeyBody))]
[JsonSerializable(typeof(LinkBody))]
[JsonSerializable(typeof(JoinBody))]
[JsonSerializable(typeof(EnrolmentBody))]
[JsonSerializable(typeof(PassphraseBody))]
[JsonSerializable(typeof(PasswordBody))]
[JsonSerializable(typeof(AwayBody))]
[JsonSerializable(typeof(SendBody))]
[JsonSerializable(typeof(ReadBody))]
[JsonSerializable(typeof(MuteBody))]
[JsonSerializable(typeof(DraftTextBody))]
[JsonSerializable(typeof(DraftBody[]))]
[JsonSerializable(typeof(ClearedBody))]
[JsonSerializable(typeof(NewRoomBody))]
[JsonSerializable(typeof(RoomChangeBody))]
[JsonSerializable(typeof(RoomAndMembersBody))]
[JsonSerializable(typeof(UsersBody))]
[JsonSerializable(typeof(RankBody))]
[JsonSerializable(typeof(NameBody))]
[JsonSerializable(typeof(ListenBody))]
[JsonSerializable(typeof(ConnectBody))]
[JsonSerializable(typeof(DirectBody))]
[JsonSerializable(typeof(NamesBody))]
[JsonSerializable(typeof(PrivacyChangeBody))]
[JsonSerializable(typeof(SettingsLine))]
[JsonSerializable(typeof(ContactLine))]
[JsonSerializable(typeof(SettingsBody))]
[JsonSerializable(typeof(SizeBody))]
[JsonSerializable(typeof(Theme))]
[JsonSerializable(typeof(Language))]
[JsonSerializable(typeof(PersonLine[]))]
[JsonSerializable(typeof(MessageLine[]))]
[JsonSerializable(typeof(ConversationLine[]))]
[JsonSerializable(typeof(RoomLine[]))]
[JsonSerializable(typeof(DeviceEntryLine[]))]
[JsonSerializable(typeof(string[]))]
internal sealed partial class ApiJson : JsonSerializerContext
{
    public static ApiJson Types => Written.Instance;

    // A class of its own: it is made after the generated parts, whose order among the static members of this one is not defined.
    private static class Written
    {
        /// <summary>Letters of every language stay as they are; what means something in HTML is escaped, should an answer ever be taken for a page.</summary>
        public static ApiJson Instance { get; } = new(new JsonSerializerOptions(ApiJson.Default.Options) { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) });
    }
}

/// <summary>
/// A change of settings, of which it counts what is there and what is not. Members named twice are found by <see cref="SettingsRules"/>: with AllowDuplicateProperties off, .NET 10.0
/// refuses them in a JsonElement too, but then the next request on the same connection is reset.
/// </summary>
[JsonSourceGenerationOptions(MaxDepth = 8)]
[JsonSerializable(typeof(JsonElement))]
internal sealed partial class ChangeJson : JsonSerializerContext;
