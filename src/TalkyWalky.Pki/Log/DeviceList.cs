using TalkyWalky.Pki.Jose;
using TalkyWalky.Wire;

namespace TalkyWalky.Pki.Log;

/// <summary>A device as a <see cref="DeviceList"/> names it.</summary>
/// <param name="Identity">SHA-256 over the DER of its identity certificate.</param>
/// <param name="Encryption">The same of the encryption certificate that messages to it are sealed for.</param>
/// <param name="LetIn">How it came in.</param>
public sealed record ListedDevice(DeviceId Device, Digest Identity, Digest Encryption, Admission LetIn);

/// <summary>How a device came in: as a person's first, by an administrator, or by another device whose approval is the token of this hash.</summary>
/// <param name="Approval">SHA-256 of the compact <see cref="JwsType.Approval"/>; null for the other two.</param>
public readonly record struct Admission(bool ByAdministrator, Digest? Approval)
{
    public static readonly Admission First = new(false, null), Administrator = new(true, null);

    public static Admission ByDevice(ReadOnlySpan<byte> approval) => new(false, Digest.Sha256(approval));

    public bool IsFirst => this == First;
}

/// <summary>All devices of one person that others seal for, from this list on until the next (docs/protocol.md section 3). A leaf of the log.</summary>
/// <param name="Seq">1, and one more each time.</param>
/// <param name="Previous">Leaf hash of the list before; null in the first.</param>
/// <param name="Devices">By rising id; none when the person has none.</param>
public sealed record DeviceList(DateTimeOffset Time, UserId User, ulong Seq, Digest? Previous, IReadOnlyList<ListedDevice> Devices) : LogEntry(Time)
{
    public const int MaxDevices = 128;

    private const string FirstText = "first", AdministratorText = "administrator";

    internal static ReadOnlySpan<byte> Kind => "devices"u8;

    internal override void Write(CanonicalJsonWriter json)
    {
        Start(json, Kind).Raw(",\"user\":"u8).String(User.ToString()).Raw(",\"seq\":"u8).Number(checked((long)Seq)).Raw(",\"prev\":"u8);
        json.Base64Url(Previous is { } previous ? previous.ToArray() : []).Raw(",\"devices\":["u8);
        for (var i = 0; i < Devices.Count; i++)
        {
            var device = Devices[i];
            json.Raw(i == 0 ? default : ","u8).Raw("{\"device\":"u8).String(device.Device.ToString()).Raw(",\"identity\":"u8).Base64Url(device.Identity.ToArray());
            json.Raw(",\"encryption\":"u8).Base64Url(device.Encryption.ToArray()).Raw(",\"approval\":"u8);
            if (device.LetIn.Approval is { } approval) json.Base64Url(approval.ToArray());
            else json.String(device.LetIn.ByAdministrator ? AdministratorText : FirstText);
            json.Raw("}"u8);
        }

        json.Raw("]}"u8);
    }

    /// <summary>Behind kind and time.</summary>
    internal static DeviceList? ReadRest(ref CanonicalJsonReader reader, DateTimeOffset time)
    {
        if (!reader.Literal(",\"user\":"u8) || !reader.User(out var user)) return null;
        if (!reader.Literal(",\"seq\":"u8) || !reader.Number(LogJson.MaxNumber, out var seq) || seq == 0) return null;
        if (!reader.Literal(",\"prev\":"u8)) return null;
        Digest? previous = null;
        if (!reader.Literal("\"\""u8))
        {
            if (!reader.Digest(out var hash)) return null;
            previous = hash;
        }

        if (previous is null != (seq == 1) || !reader.Literal(",\"devices\":["u8)) return null;
        var devices = new List<ListedDevice>();
        while (reader.Literal("{\"device\":"u8))
        {
            if (devices.Count == MaxDevices || ReadDevice(ref reader) is not { } device || (devices is [.., var last] && device.Device.CompareTo(last.Device) <= 0)) return null;
            devices.Add(device);
            if (!reader.Literal(","u8)) break;
            if (reader.Literal("]"u8)) return null;
        }

        return devices.Count(static device => device.LetIn.IsFirst) <= 1 && reader.Literal("]}"u8) ? new DeviceList(time, user, (ulong)seq, previous, devices) : null;
    }

    private static ListedDevice? ReadDevice(ref CanonicalJsonReader reader) =>
        reader.Device(out var device)
        && reader.Literal(",\"identity\":"u8) && reader.Digest(out var identity)
        && reader.Literal(",\"encryption\":"u8) && reader.Digest(out var encryption)
        && reader.Literal(",\"approval\":"u8) && ReadAdmission(ref reader) is { } letIn
        && reader.Literal("}"u8)
            ? new ListedDevice(device, identity, encryption, letIn)
            : null;

    private static Admission? ReadAdmission(ref CanonicalJsonReader reader)
    {
        if (reader.Literal("\"first\""u8)) return Admission.First;
        if (reader.Literal("\"administrator\""u8)) return Admission.Administrator;
        return reader.Digest(out var hash) ? new Admission(false, hash) : null;
    }
}
