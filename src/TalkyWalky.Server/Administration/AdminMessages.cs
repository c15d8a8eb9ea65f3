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
[JsonDerivedType(typeof(SyncDirectory), "directory.sync")]
[JsonDerivedType(typeof(TestLogin), "directory.testLogin")]
[JsonDerivedType(typeof(IssueServer), "ca.issue")]
[JsonDerivedType(typeof(RenewServer), "ca.renew")]
[JsonDerivedType(typeof(GetCrl), "ca.crl")]
[JsonDerivedType(typeof(ReplaceRootCrl), "ca.rootCrl")]
[JsonDerivedType(typeof(RequestIssuing), "ca.requestIssuing")]
[JsonDerivedType(typeof(AdoptIssuing), "ca.adoptIssuing")]
[JsonDerivedType(typeof(ListIssuing), "ca.listIssuing")]
[JsonDerivedType(typeof(ListCertificates), "ca.list")]
[JsonDerivedType(typeof(ExportCertificates), "ca.export")]
[JsonDerivedType(typeof(ShowCertificate), "ca.show")]
[JsonDerivedType(typeof(RevokeCertificate), "ca.revoke")]
[JsonDerivedType(typeof(RevokeUser), "ca.revokeUser")]
[JsonDerivedType(typeof(ShowLog), "log.show")]
[JsonDerivedType(typeof(ReadLog), "log.read")]
[JsonDerivedType(typeof(ReplaceLogKey), "log.replaceKey")]
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
    /// <param name="Reason">Of a revocation, as RFC 5280 spells it; null leaves it open.</param>
    public sealed record ChangeDevice(string Device, DeviceAct Act, string? Reason = null) : AdminRequest;

    /// <param name="Device">The id, or at least its first four digits.</param>
    public sealed record NameDevice(string Device, string Name) : AdminRequest;

    /// <param name="Confirm">So many people may go whatever the circuit breaker says.</param>
    public sealed record SyncDirectory(bool DryRun, int Confirm) : AdminRequest;

    /// <param name="Request">PKCS#10 of a P-256 key, PEM or DER.</param>
    public sealed record IssueServer(IReadOnlyList<string> Hosts, byte[] Request) : AdminRequest;

    /// <param name="Serial">Hex, of a gateway's certificate.</param>
    /// <param name="Request">PKCS#10 of a P-256 key, PEM or DER.</param>
    public sealed record RenewServer(string Serial, byte[] Request) : AdminRequest;

    /// <param name="Issuing">Number of the issuing CA; null for the newest.</param>
    public sealed record GetCrl(int? Issuing) : AdminRequest;

    /// <summary>Key and request of the next issuing CA.</summary>
    public sealed record RequestIssuing : AdminRequest;

    /// <param name="Certificate">Of the next issuing CA, PEM or DER, signed by who has the root's key, which the server need not have.</param>
    public sealed record AdoptIssuing(byte[] Certificate) : AdminRequest;

    public sealed record ListIssuing : AdminRequest;

    /// <param name="Der">Signed by who has the root's key, which the server need not have.</param>
    public sealed record ReplaceRootCrl(byte[] Der) : AdminRequest;

    /// <param name="Username">Null: of everyone, and of gateways.</param>
    /// <param name="After">Where the page before ended.</param>
    public sealed record ListCertificates(string? Username, string? After) : AdminRequest;

    /// <param name="Username">Null: of everyone, and of gateways.</param>
    /// <param name="After">Where the page before ended.</param>
    public sealed record ExportCertificates(string? Username, string? After) : AdminRequest;

    /// <param name="Serial">Hex.</param>
    public sealed record ShowCertificate(string Serial) : AdminRequest;

    /// <param name="Serial">Hex.</param>
    /// <param name="Reason">As RFC 5280 spells it.</param>
    public sealed record RevokeCertificate(string Serial, string Reason) : AdminRequest;

    /// <param name="Reason">As RFC 5280 spells it.</param>
    public sealed record RevokeUser(string Username, string Reason) : AdminRequest;

    public sealed record ShowLog : AdminRequest;

    /// <param name="First">Entries from there on, as many as fit.</param>
    public sealed record ReadLog(ulong First) : AdminRequest
    {
        public const int MaxBytes = 1 << 20;
    }

    /// <param name="Reason">For the audit trail.</param>
    public sealed record ReplaceLogKey(string Reason) : AdminRequest
    {
        public const int MaxReason = 200;
    }

    public sealed record TestLogin(string Username, string Password) : AdminRequest
    {
        public override string ToString() => $"{nameof(TestLogin)} {{ {nameof(Username)} = {Username} }}"; // never the password
    }
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
[JsonDerivedType(typeof(Synced), "synced")]
[JsonDerivedType(typeof(ServerIssued), "serverIssued")]
[JsonDerivedType(typeof(Crl), "crl")]
[JsonDerivedType(typeof(IssuingRequested), "issuingRequested")]
[JsonDerivedType(typeof(Issuing), "issuing")]
[JsonDerivedType(typeof(Certificates), "certificates")]
[JsonDerivedType(typeof(Exported), "exported")]
[JsonDerivedType(typeof(Certificate), "certificate")]
[JsonDerivedType(typeof(UserRevoked), "userRevoked")]
[JsonDerivedType(typeof(Log), "log")]
[JsonDerivedType(typeof(LogEntries), "logEntries")]
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

    public sealed record Synced(SyncEntry Sync) : AdminAnswer;

    /// <param name="Pem">The certificate, then that of the issuing CA.</param>
    public sealed record ServerIssued(string Serial, DateTimeOffset NotAfter, string Pem) : AdminAnswer;

    public sealed record Crl(byte[] Der) : AdminAnswer;

    /// <param name="Pem">PKCS#10.</param>
    public sealed record IssuingRequested(string Pem) : AdminAnswer;

    /// <param name="Live">The newest first.</param>
    public sealed record Issuing(IReadOnlyList<IssuingEntry> Live) : AdminAnswer;

    /// <param name="After">Ask for what comes after this; null at the end.</param>
    public sealed record Certificates(IReadOnlyList<CertificateEntry> Page, string? After) : AdminAnswer;

    /// <param name="After">Ask for what comes after this; null at the end.</param>
    public sealed record Exported(IReadOnlyList<ExportEntry> Page, string? After) : AdminAnswer;

    /// <param name="Entry">As it is now.</param>
    /// <param name="EndedDevice">Its device ended with it, just now.</param>
    public sealed record Certificate(CertificateEntry Entry, byte[] Der, bool EndedDevice) : AdminAnswer;

    /// <param name="Count">How many devices ended.</param>
    public sealed record UserRevoked(int Count) : AdminAnswer;

    public sealed record Log(LogStateEntry Entry) : AdminAnswer;

    /// <param name="Page">Leaf data; none at the end.</param>
    public sealed record LogEntries(IReadOnlyList<byte[]> Page) : AdminAnswer;

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

/// <summary>A certificate as <c>ca list --json</c> shows it.</summary>
/// <param name="Kind">identity, encryption, server, responder (who signs OCSP answers) or introducer (who signs introductions).</param>
/// <param name="Name">The common name in it.</param>
/// <param name="User">Null for a server, responder or introducer.</param>
/// <param name="Status">valid, expired or revoked.</param>
/// <param name="Reason">As RFC 5280 spells it; null while it is not revoked.</param>
/// <param name="Issuing">Number of its issuing CA; null when that was retired.</param>
internal sealed record CertificateEntry(
    string Serial, string Kind, string Name, string? User, string? Device, string Status, DateTimeOffset NotBefore, DateTimeOffset NotAfter, DateTimeOffset? RevokedAt, string? Reason, int? Issuing);

/// <summary>A look at the directory as <c>directory sync --json</c> shows it.</summary>
/// <summary>A certificate as <c>ca export --json</c> shows it.</summary>
internal sealed record ExportEntry(CertificateEntry Certificate, string Pem);

/// <param name="People">How many have a device.</param>
/// <param name="Leaving">How many of them are disabled or deleted in the directory, or outside its group.</param>
/// <param name="Leavers">The first of these.</param>
/// <param name="Renamed">How many have another name than at the look before.</param>
/// <param name="Held">The circuit breaker holds the leavers back, or would.</param>
/// <param name="Done">False when nothing was done, for a dry run or the circuit breaker.</param>
internal sealed record SyncEntry(int People, int Leaving, IReadOnlyList<LeaverEntry> Leavers, int Renamed, bool Held, bool Done)
{
    public const int MaxLeavers = 1000;
}

/// <param name="Reason">disabled or deleted.</param>
internal sealed record LeaverEntry(string User, string? Username, string Reason);

/// <summary>The transparency log as <c>log show --json</c> shows it.</summary>
/// <param name="Size">Entries under the newest signed head.</param>
/// <param name="Key">That signs now: SHA-256 of the SubjectPublicKeyInfo, hex.</param>
/// <param name="Head">The tw-tree-head token; null, as root and time, while the log is empty.</param>
internal sealed record LogStateEntry(ulong Size, string? Root, DateTimeOffset? Time, string Key, string? Head);

internal sealed record InvitationEntry(string Join, DateTimeOffset ExpiresAt);

/// <summary>An issuing CA as <c>ca show --json</c> shows it.</summary>
/// <param name="Signs">New certificates; the others sign the status of their own.</param>
/// <param name="Certificates">How many of it are neither expired nor revoked; null where no server runs that could tell.</param>
/// <param name="LastExpiry">Of the last of its certificates, also one that is revoked.</param>
internal sealed record IssuingEntry(
    int Number, bool Signs, string Subject, string Serial, DateTimeOffset NotBefore, DateTimeOffset NotAfter, long? Certificates = null, DateTimeOffset? LastExpiry = null);

/// <param name="Root">What the join link carries: 64 hex digits.</param>
/// <param name="LogKey">SHA-256 of the SubjectPublicKeyInfo of the transparency log's key, hex: the first, which the join link names.</param>
/// <param name="PresentLogKey">The same of the one that signs now.</param>
/// <param name="LogKeySince">When it took the place of the one before; null for the first.</param>
/// <param name="Join">Null until the server has served once.</param>
/// <param name="Issuing">The newest first.</param>
internal sealed record AuthorityEntry(string Root, string Subject, DateTimeOffset NotBefore, DateTimeOffset NotAfter, string Fingerprint, string LogKey, string PresentLogKey, DateTimeOffset? LogKeySince, string? Join, IReadOnlyList<IssuingEntry> Issuing);

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
[JsonSerializable(typeof(CertificateEntry))]
[JsonSerializable(typeof(ExportEntry))]
[JsonSerializable(typeof(InvitationEntry))]
[JsonSerializable(typeof(LogStateEntry))]
[JsonSerializable(typeof(SyncEntry))]
[JsonSerializable(typeof(AuthorityEntry))]
internal sealed partial class AdminJson : JsonSerializerContext;
