using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Agent;

internal static class AgentProtocol
{
    /// <summary>Both ends are this program; a mismatch means that an older or newer one owns the profile.</summary>
    public const int Version = 8;

    /// <summary>Bytes of one line: 64 KiB of text is at most 6x in JSON escapes, with room for names and ids.</summary>
    public const int MaxLine = 512 * 1024;

    /// <summary>Bytes of one line of a reply: a room with all its members is one.</summary>
    public const int MaxReply = 16 * 1024 * 1024;

    /// <summary>Bytes of a file in one line.</summary>
    public const int Chunk = 128 * 1024;

    public const int MaxConnections = 64;

    public static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Text as it is: the line goes to a process of the same user, never into a page.</summary>
    public static AgentJson Json { get; } = new(new JsonSerializerOptions(AgentJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}

internal enum AgentOp
{
    WhoAmI,
    Status,
    Users,
    Send,
    History,
    Events,
    Login,
    Logout,
    DevicePem,
    SetAway,
    Conversations,
    Room,
    Device,
    Own,
    Typing,
    Keep,
    Direct,
    Log,
    SendFile,
    KeepFile,

    /// <summary>Bytes of the file of the request before it.</summary>
    Content,
    File,
}

/// <summary>One line per connection, before the content of a file; which fields count depends on <paramref name="Op"/>.</summary>
internal sealed record AgentRequest(AgentOp Op)
{
    public int Version { get; init; } = AgentProtocol.Version;

    public MessageId? Id { get; init; }

    public Target? To { get; init; }

    public RoomRequest? Room { get; init; }

    public DeviceRequest? Device { get; init; }

    public OwnRequest? Own { get; init; }

    public DirectRequest? Direct { get; init; }

    /// <summary>Its content follows in lines of its own.</summary>
    public SharedFile? File { get; init; }

    public byte[]? Content { get; init; }

    public string? Text { get; init; }

    public string? Password { get; init; }

    public int? Limit { get; init; }

    public long? Before { get; init; }

    public long? Position { get; init; }

    /// <summary>History forward from here; else backward from <see cref="Before"/>.</summary>
    public long? After { get; init; }

    public long? Sequence { get; init; }

    /// <summary>Log: the first leaf.</summary>
    public ulong? Start { get; init; }

    /// <summary>Users: active only. SetAway: away.</summary>
    public bool? Flag { get; init; }

    // Text and password stay out of logs and debuggers.
    public override string ToString() => $"AgentRequest {{ Op = {Op} }}";
}

internal enum AgentReplyKind
{
    /// <summary>No more replies follow.</summary>
    End,
    Failed,
    Self,
    Status,
    Person,
    Message,
    Pem,
    Sent,
    Queued,
    Refused,
    NotLoggedIn,
    LoggedIn,
    Unreachable,
    Received,
    StateChanged,
    PresenceChanged,
    ConnectionChanged,
    Notice,
    Alarm,
    Conversation,
    Room,
    Device,
    Own,
    RoomChanged,
    ConversationChanged,
    Typing,
    DevicesChanged,
    Pending,
    Draft,
    Direct,
    Log,

    /// <summary>A file, or why it is not here; its content follows.</summary>
    File,
    Content,
}

internal sealed record AgentReply(AgentReplyKind Kind)
{
    public string? Text { get; init; }

    public Self? Self { get; init; }

    public ChatStatus? Status { get; init; }

    public PersonInfo? Person { get; init; }

    public ChatMessage? Message { get; init; }

    public SharedFile? File { get; init; }

    public byte[]? Content { get; init; }

    public ConnectionState? Connection { get; init; }

    public ConversationInfo? Conversation { get; init; }

    public RoomAnswer? RoomAnswer { get; init; }

    public DeviceAnswer? DeviceAnswer { get; init; }

    public OwnAnswer? OwnAnswer { get; init; }

    public DirectAnswer? DirectAnswer { get; init; }

    public LogAnswer? LogAnswer { get; init; }

    public Draft? Draft { get; init; }

    public Alarm? Alarm { get; init; }

    public RoomInfo? Room { get; init; }

    public IReadOnlyList<DeviceInfo>? Devices { get; init; }

    public Target? In { get; init; }

    public ConversationId? Place { get; init; }

    public TimeSpan? RetryAfter { get; init; }

    public string? Fingerprint { get; init; }

    public override string ToString() => $"AgentReply {{ Kind = {Kind} }}";
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    UseStringEnumConverter = true,
    MaxDepth = 8,
    Converters = [typeof(UserIdText), typeof(DeviceIdText), typeof(MessageIdText), typeof(ConversationIdText)])]
[JsonSerializable(typeof(AgentRequest))]
[JsonSerializable(typeof(AgentReply))]
[JsonSerializable(typeof(RoomRequest.List), TypeInfoPropertyName = "RoomRequestList")]
[JsonSerializable(typeof(DeviceRequest.List), TypeInfoPropertyName = "DeviceRequestList")]
[JsonSerializable(typeof(RoomAnswer.Done), TypeInfoPropertyName = "RoomAnswerDone")]
[JsonSerializable(typeof(RoomAnswer.Refused), TypeInfoPropertyName = "RoomAnswerRefused")]
[JsonSerializable(typeof(RoomAnswer.Unreachable), TypeInfoPropertyName = "RoomAnswerUnreachable")]
[JsonSerializable(typeof(DeviceAnswer.Done), TypeInfoPropertyName = "DeviceAnswerDone")]
[JsonSerializable(typeof(DeviceAnswer.Refused), TypeInfoPropertyName = "DeviceAnswerRefused")]
[JsonSerializable(typeof(DeviceAnswer.Unreachable), TypeInfoPropertyName = "DeviceAnswerUnreachable")]
[JsonSerializable(typeof(OwnAnswer.Done), TypeInfoPropertyName = "OwnAnswerDone")]
[JsonSerializable(typeof(OwnAnswer.Refused), TypeInfoPropertyName = "OwnAnswerRefused")]
[JsonSerializable(typeof(OwnAnswer.Unreachable), TypeInfoPropertyName = "OwnAnswerUnreachable")]
[JsonSerializable(typeof(OwnRequest.Settings), TypeInfoPropertyName = "OwnRequestSettings")]
[JsonSerializable(typeof(OwnAnswer.Settings), TypeInfoPropertyName = "OwnAnswerSettings")]
[JsonSerializable(typeof(OwnRequest.Drafts), TypeInfoPropertyName = "OwnRequestDrafts")]
[JsonSerializable(typeof(OwnAnswer.Drafts), TypeInfoPropertyName = "OwnAnswerDrafts")]
[JsonSerializable(typeof(OwnRequest.Alarms), TypeInfoPropertyName = "OwnRequestAlarms")]
[JsonSerializable(typeof(OwnAnswer.Alarms), TypeInfoPropertyName = "OwnAnswerAlarms")]
[JsonSerializable(typeof(DeviceRequest.Person), TypeInfoPropertyName = "DeviceRequestPerson")]
[JsonSerializable(typeof(DeviceAnswer.Person), TypeInfoPropertyName = "DeviceAnswerPerson")]
[JsonSerializable(typeof(DirectRequest.Connect), TypeInfoPropertyName = "DirectRequestConnect")]
[JsonSerializable(typeof(DirectAnswer.Refused), TypeInfoPropertyName = "DirectAnswerRefused")]
[JsonSerializable(typeof(DirectAnswer.Unreachable), TypeInfoPropertyName = "DirectAnswerUnreachable")]
[JsonSerializable(typeof(LogAnswer.Refused), TypeInfoPropertyName = "LogAnswerRefused")]
[JsonSerializable(typeof(LogAnswer.Unreachable), TypeInfoPropertyName = "LogAnswerUnreachable")]
internal sealed partial class AgentJson : JsonSerializerContext;

internal delegate bool TryParseId<T>(string? text, out T id);

/// <summary>Ids travel in their one text form.</summary>
internal abstract class IdText<T>(TryParseId<T> tryParse) : JsonConverter<T>
    where T : struct
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && tryParse(reader.GetString(), out var id) ? id : throw new JsonException($"not a {typeof(T).Name}");

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}

internal sealed class UserIdText() : IdText<UserId>(UserId.TryParse);

internal sealed class DeviceIdText() : IdText<DeviceId>(DeviceId.TryParse);

internal sealed class MessageIdText() : IdText<MessageId>(MessageId.TryParse);

internal sealed class ConversationIdText() : IdText<ConversationId>(TryParse)
{
    private static bool TryParse(string? text, out ConversationId id)
    {
        var ok = Digest.TryParse(text, out var digest);
        id = new ConversationId(digest);
        return ok;
    }
}
