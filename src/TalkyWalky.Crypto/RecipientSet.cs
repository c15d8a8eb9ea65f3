using System.Buffers.Binary;
using TalkyWalky.Pki;
using TalkyWalky.Pki.Log;
using TalkyWalky.Wire;

namespace TalkyWalky.Crypto;

/// <summary>The devices that a grant is for, sorted by (user, device), and the Merkle tree over them whose root its author signs.</summary>
internal sealed class RecipientSet
{
    /// <summary>Audit paths stay below 17 hashes.</summary>
    public const int MaxDevices = 65_536;

    private readonly MerkleTree _tree;

    public RecipientSet(IEnumerable<VerifiedDevice> devices)
    {
        Devices = [.. devices.OrderBy(static device => device.User).ThenBy(static device => device.Device)];
        _tree = new MerkleTree([.. Devices.Select(static device => Leaf(device.User, device.Device, device.CertificateHash))]);
    }

    public IReadOnlyList<VerifiedDevice> Devices { get; }

    public Digest Root => _tree.Root;

    public IReadOnlyList<Digest> PathTo(int index) => _tree.PathTo(index);

    /// <summary>RFC 6962 leaf hash over the length-prefixed fields "recipient/v1", user, device, hash of the encryption certificate.</summary>
    public static Digest Leaf(UserId user, DeviceId device, Digest certificate)
    {
        ReadOnlySpan<byte> label = "recipient/v1"u8;
        Span<byte> data = stackalloc byte[(4 * 4) + 12 + 16 + 16 + Digest.Size];
        BinaryPrimitives.WriteInt32BigEndian(data, label.Length);
        label.CopyTo(data[4..]);
        BinaryPrimitives.WriteInt32BigEndian(data[16..], 16);
        BinaryPrimitives.WriteUInt128BigEndian(data[20..], user.Value);
        BinaryPrimitives.WriteInt32BigEndian(data[36..], 16);
        BinaryPrimitives.WriteUInt128BigEndian(data[40..], device.Value);
        BinaryPrimitives.WriteInt32BigEndian(data[56..], Digest.Size);
        certificate.Write(data[60..]);
        return MerkleProof.HashLeaf(data);
    }
}
