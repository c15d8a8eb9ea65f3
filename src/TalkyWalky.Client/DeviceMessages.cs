using System.Text.Json.Serialization;
using TalkyWalky.Wire;

namespace TalkyWalky.Client;

/// <summary>What can be asked of devices. An own one is named by its name or by the first digits of its id.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "ask")]
[JsonDerivedType(typeof(List), "list")]
[JsonDerivedType(typeof(Approve), "approve")]
[JsonDerivedType(typeof(Reject), "reject")]
[JsonDerivedType(typeof(Rename), "name")]
[JsonDerivedType(typeof(Revoke), "revoke")]
[JsonDerivedType(typeof(Person), "person")]
public abstract record DeviceRequest
{
    private DeviceRequest() { }

    public sealed record List : DeviceRequest;

    /// <summary>Lets a pending device in, by this device's signature.</summary>
    public sealed record Approve(string Device) : DeviceRequest;

    public sealed record Reject(string Device) : DeviceRequest;

    public sealed record Rename(string Device, string Name) : DeviceRequest;

    /// <summary>Ends a device for good, also this one.</summary>
    public sealed record Revoke(string Device) : DeviceRequest;

    /// <summary>The devices of someone, by username, as this device verified them.</summary>
    public sealed record Person(string User) : DeviceRequest;
}

[JsonPolymorphic(TypeDiscriminatorPropertyName = "answer")]
[JsonDerivedType(typeof(Devices), "devices")]
[JsonDerivedType(typeof(Done), "done")]
[JsonDerivedType(typeof(Person), "person")]
[JsonDerivedType(typeof(Refused), "refused")]
[JsonDerivedType(typeof(Unreachable), "unreachable")]
public abstract record DeviceAnswer
{
    private DeviceAnswer() { }

    public sealed record Devices(IReadOnlyList<DeviceInfo> Page) : DeviceAnswer;

    public sealed record Done(DeviceInfo Device) : DeviceAnswer;

    /// <param name="Domain">Of the organisation whose authority certified the devices.</param>
    /// <param name="Trouble">Why devices that the server lists were left out, a sentence; null when none was, or only such as are asleep.</param>
    public sealed record Person(PersonInfo Who, string Organisation, string Domain, IReadOnlyList<CertifiedDevice> Certified, string? Trouble) : DeviceAnswer;

    public sealed record Refused(string Why) : DeviceAnswer;

    public sealed record Unreachable(string Why) : DeviceAnswer;
}

public enum DeviceStanding
{
    /// <summary>Waits for approval.</summary>
    Pending,
    Active,

    /// <summary>Active, but its certificates have expired: it gets nothing until it returns.</summary>
    Asleep,
    Revoked,
}

/// <param name="KeyFingerprint">SHA-256 of the identity key, hex: what an approval lets in. The new device shows the same.</param>
/// <param name="ApprovedBy">The device whose signature let it in; null for a first device and for one that an administrator let in.</param>
public sealed record DeviceInfo(
    DeviceId Device, string? Name, DeviceStanding Standing, bool IsThis, string KeyFingerprint, DateTimeOffset AddedAt, DateTimeOffset? LastLogin, DeviceId? ApprovedBy);

/// <summary>A device whose certificates were verified here.</summary>
/// <param name="Serial">Of the identity certificate, hex.</param>
/// <param name="Fingerprint">SHA-256 of the identity certificate, hex.</param>
/// <param name="NotAfter">The identity certificate's.</param>
/// <param name="CheckedAt">When the authority signed the list of revoked certificates by which that is known; null when there is none here.</param>
/// <param name="RevokedAt">Null unless it is.</param>
/// <param name="LetIn">How it came in, by the transparency log; null when that is not known now.</param>
public sealed record CertifiedDevice(
    DeviceId Device, string Serial, string Fingerprint, DateTimeOffset NotBefore, DateTimeOffset NotAfter, CertificateStanding Standing, DateTimeOffset? CheckedAt,
    DateTimeOffset? RevokedAt, DeviceAdmission? LetIn);

/// <summary>Who let a device in.</summary>
/// <param name="Device">The other device of the same person; null unless one did.</param>
/// <param name="At">That device's clock when it did.</param>
public sealed record DeviceAdmission(AdmittedBy By, DeviceId? Device, DateTimeOffset? At);

public enum AdmittedBy
{
    /// <summary>Nobody had to: it was the person's first.</summary>
    First,
    Device,
    Administrator,
}

public enum CertificateStanding
{
    /// <summary>The authority has not said it of late.</summary>
    Unknown,
    Good,
    Revoked,
}
