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
[JsonDerivedType(typeof(ListDevices), "device.list")]
[JsonDerivedType(typeof(ChangeDevice), "device.change")]
[JsonDerivedType(typeof(NameDevice), "device.name")]
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

    /// <param name="Username">Null: of everyone.</param>
    /// <param name="After">Where the page before ended.</param>
    public sealed record ListDevices(string? Username, string? After) : AdminRequest;

    /// <param name="Device">The id, or at least its first four digits.</param>
    public sealed record ChangeDevice(string Device, DeviceAct Act) : AdminRequest;

    /// <param name="Device">The id, or at least its first four digits.</param>
    public sealed record NameDevice(string Device, string Name) : AdminRequest;
}

[JsonConverter(typeof(JsonStringEnumConverter<DeviceAct>))]
internal enum DeviceAct
{
    Approve,
    Reject,
    Revoke,
}

[JsonPolymorphic(TypeDiscriminatorPropertyName = "answer", UnknownDerivedTypeHandling = JsonUnknownDerivedTypeHandling.FailSerialization)]
[JsonDerivedType(typeof(Done), "done")]
[JsonDerivedType(typeof(Users), "users")]
[JsonDerivedType(typeof(Invited), "invited")]
[JsonDerivedType(typeof(Devices), "devices")]
[JsonDerivedType(typeof(DeviceDone), "deviceDone")]
[JsonDerivedType(typeof(Refused), "refused")]
internal abstract record AdminAnswer
{
    private AdminAnswer() { }

    /// <param name="User">As it is now.</param>
    public sealed record Done(UserEntry User) : AdminAnswer;

    public sealed record Users(IReadOnlyList<UserEntry> Page, bool More) : AdminAnswer;

    public sealed record Invited(string Join, DateTimeOffset ExpiresAt) : AdminAnswer;

    /// <param name="After">Ask for what comes after this; null at the end.</param>
    public sealed record Devices(IReadOnlyList<DeviceEntry> Page, string? After) : AdminAnswer;

    /// <param name="Device">As it is now.</param>
    public sealed record DeviceDone(DeviceEntry Device) : AdminAnswer;

    /// <param name="Error">A sentence that says what to do.</param>
    public sealed record Refused(string Error) : AdminAnswer;
}

/// <summary>An account as <c>user list --json</c> shows it.</summary>
internal sealed record UserEntry(
    string User, string Username, string FullName, string? Mail, bool Enabled, DateTimeOffset PasswordChangedAt, DateTimeOffset? LockedUntil);

/// <summary>A device as <c>device list --json</c> shows it.</summary>
/// <param name="State">pending, active or revoked.</param>
/// <param name="Key">SHA-256 of its identity key, hex: what the device itself shows while it waits.</param>
/// <param name="Username">Null when the directory has no such account any more.</param>
internal sealed record DeviceEntry(
    string Device, string User, string? Username, string? Name, string State, string Key, DateTimeOffset AddedAt, DateTimeOffset? LoginAt, DateTimeOffset? RevokedAt);

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
[JsonSerializable(typeof(DeviceEntry))]
[JsonSerializable(typeof(InvitationEntry))]
[JsonSerializable(typeof(AuthorityEntry))]
internal sealed partial class AdminJson : JsonSerializerContext;
