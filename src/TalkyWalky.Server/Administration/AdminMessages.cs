using System.Text.Json.Serialization;

namespace TalkyWalky.Server.Administration;

/// <summary>What a command asks of the server, one JSON object on one line of DATA/admin.sock.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "command", UnknownDerivedTypeHandling = JsonUnknownDerivedTypeHandling.FailSerialization)]
[JsonDerivedType(typeof(AddUser), "user.add")]
[JsonDerivedType(typeof(InviteUser), "user.invite")]
[JsonDerivedType(typeof(ListUsers), "user.list")]
[JsonDerivedType(typeof(SetUserEnabled), "user.setEnabled")]
[JsonDerivedType(typeof(SetUserPassword), "user.setPassword")]
[JsonDerivedType(typeof(UnlockUser), "user.unlock")]
internal abstract record AdminRequest
{
    private AdminRequest() { }

    public sealed record AddUser(string Username, string Password, string? FullName, string? Mail) : AdminRequest
    {
        public override string ToString() => $"{nameof(AddUser)} {{ {nameof(Username)} = {Username} }}"; // never the password
    }

    /// <param name="Username">The only name the invitation is good for; null for any.</param>
    /// <param name="Days">Null: as configured.</param>
    public sealed record InviteUser(string? Username, int? Days) : AdminRequest;

    /// <param name="After">The last name of the page before.</param>
    public sealed record ListUsers(string? After, int Limit) : AdminRequest
    {
        public const int MaxLimit = 500;
    }

    public sealed record SetUserEnabled(string Username, bool Enabled) : AdminRequest;

    public sealed record SetUserPassword(string Username, string Password) : AdminRequest
    {
        public override string ToString() => $"{nameof(SetUserPassword)} {{ {nameof(Username)} = {Username} }}"; // never the password
    }

    public sealed record UnlockUser(string Username) : AdminRequest;
}

[JsonPolymorphic(TypeDiscriminatorPropertyName = "answer", UnknownDerivedTypeHandling = JsonUnknownDerivedTypeHandling.FailSerialization)]
[JsonDerivedType(typeof(Done), "done")]
[JsonDerivedType(typeof(Users), "users")]
[JsonDerivedType(typeof(Invited), "invited")]
[JsonDerivedType(typeof(Refused), "refused")]
internal abstract record AdminAnswer
{
    private AdminAnswer() { }

    /// <param name="User">As it is now.</param>
    public sealed record Done(UserEntry User) : AdminAnswer;

    public sealed record Users(IReadOnlyList<UserEntry> Page, bool More) : AdminAnswer;

    public sealed record Invited(string Join, DateTimeOffset ExpiresAt) : AdminAnswer;

    /// <param name="Error">A sentence that says what to do.</param>
    public sealed record Refused(string Error) : AdminAnswer;
}

/// <summary>An account as <c>user list --json</c> shows it.</summary>
internal sealed record UserEntry(
    string User, string Username, string FullName, string? Mail, bool Enabled, DateTimeOffset PasswordChangedAt, DateTimeOffset? LockedUntil);

internal sealed record InvitationEntry(string Join, DateTimeOffset ExpiresAt);

/// <param name="Root">What the join link carries: 64 hex digits.</param>
/// <param name="Join">Null until the server has served once.</param>
internal sealed record AuthorityEntry(string Root, string Subject, DateTimeOffset NotBefore, DateTimeOffset NotAfter, string Fingerprint, string? Join);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false,
    MaxDepth = 8)]
[JsonSerializable(typeof(AdminRequest))]
[JsonSerializable(typeof(AdminAnswer))]
[JsonSerializable(typeof(UserEntry))]
[JsonSerializable(typeof(InvitationEntry))]
[JsonSerializable(typeof(AuthorityEntry))]
internal sealed partial class AdminJson : JsonSerializerContext;
