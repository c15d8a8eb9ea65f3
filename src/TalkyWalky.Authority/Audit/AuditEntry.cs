using System.Text.Json.Serialization;

namespace TalkyWalky.Authority;

[JsonConverter(typeof(JsonStringEnumConverter<AuditAct>))]
public enum AuditAct
{
    [JsonStringEnumMemberName("init")] Init,

    /// <summary>An issuing CA under the organisation's own root.</summary>
    [JsonStringEnumMemberName("import")] Import,

    /// <summary>A certificate for a key that had none of this kind.</summary>
    [JsonStringEnumMemberName("issue")] Issue,

    /// <summary>A certificate after another one.</summary>
    [JsonStringEnumMemberName("renew")] Renew,

    [JsonStringEnumMemberName("revoke")] Revoke,

    [JsonStringEnumMemberName("approve")] Approve,

    [JsonStringEnumMemberName("reject")] Reject,

    [JsonStringEnumMemberName("invite")] Invite,

    /// <summary>All certificates, or those of a person, were given to an administrator.</summary>
    [JsonStringEnumMemberName("export")] Export,

    /// <summary>The root's key was used for a CRL.</summary>
    [JsonStringEnumMemberName("rootCrl")] RootCrl,

    /// <summary>A request for the certificate of the next issuing CA.</summary>
    [JsonStringEnumMemberName("request")] Request,

    /// <summary>Another issuing CA signs from now on.</summary>
    [JsonStringEnumMemberName("rollover")] Rollover,

    /// <summary>An issuing CA signs no more.</summary>
    [JsonStringEnumMemberName("retire")] Retire,

    /// <summary>Another key signs the transparency log from now on.</summary>
    [JsonStringEnumMemberName("logKey")] LogKey,

    /// <summary>The line before was cut short by a crash or a full disk; what it began was not done.</summary>
    [JsonStringEnumMemberName("torn")] Torn,
}

/// <summary>One line of the audit trail.</summary>
public sealed record AuditEntry
{
    public DateTimeOffset Time { get; init; }

    public required AuditAct Act { get; init; }

    /// <summary>An <see cref="Actor"/>.</summary>
    public required string By { get; init; }

    /// <summary>The id of the person whose it is.</summary>
    public string? User { get; init; }

    /// <summary>The username at that time.</summary>
    public string? Name { get; init; }

    public string? Device { get; init; }

    /// <summary>identity, encryption, server or responder.</summary>
    public string? Kind { get; init; }

    /// <summary>Of the certificate, hex.</summary>
    public string? Serial { get; init; }

    public required string Reason { get; init; }

    /// <summary>SHA-256 of the line before without its line end, hex; 64 zeros in the first line.</summary>
    public string Before { get; init; } = "";
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    MaxDepth = 2)]
[JsonSerializable(typeof(AuditEntry))]
internal sealed partial class AuditJson : JsonSerializerContext;
