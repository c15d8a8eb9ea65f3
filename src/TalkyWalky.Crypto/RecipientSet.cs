using System.Buffers.Binary;
using TalkyWalky.Pki.Log;
using TalkyWalky.Wire;

namespace TalkyWalky.Crypto;

/// <summary>The devices that a grant is for, sorted by (user, device), and the Merkle tree over them whose root its author signs.</summary>
internal sealed class RecipientSet
{
    /// <summary>Audit paths stay below 17 hashes.</summary>
    public const int MaxDevices = 65_536;

    private readonly MerkleTree _tree;

    public RecipientSet(IEnumerable<GrantRecipient> recipients)
    {
        Recipients = [.. recipients.OrderBy(static recipient => recipient.Device.User).ThenBy(static recipient => recipient.Device.Device)];
        _tree = new MerkleTree([.. Recipients.Select(static recipient => Leaf(recipient.Device.User, recipient.Device.Device, recipient.Device.CertificateHash, recipient.ListSeq, recipient.ListHash))]);
    }

    public IReadOnlyList<GrantRecipient> Recipients { get; }

    public Digest Root => _tree.Root;

    public IReadOnlyList<Digest> PathTo(int index) => _tree.PathTo(index);

    /// <summary>RFC 6962 leaf hash over the length-prefixed fields "recipient/v1", user, device, hash of the encryption certificate, number and leaf hash of the device list.</summary>
    public static Digest Leaf(UserId user, DeviceId device, Digest certificate, ulong listSeq, Digest listHash)
    {
        ReadOnlySpan<byte> label = "recipient/v1"u8;
        Span<byte> data = stackalloc byte[(6 * 4) + 12 + 16 + 16 + Digest.Size + 8 + Digest.Size];
        BinaryPrimitives.WriteInt32BigEndian(data, label.Length);
        label.CopyTo(data[4..]);
        BinaryPrimitives.WriteInt32BigEndian(data[16..], 16);
        BinaryPrimitives.WriteUInt128BigEndian(data[20..], user.Value);
        BinaryPrimitives.WriteInt32BigEndian(data[36..], 16);
        BinaryPrimitives.WriteUInt128BigEndian(data[40..], device.Value);
        BinaryPrimitives.WriteInt32BigEndian(data[56..], Digest.Size);
        certificate.Write(data[60..]);
        BinaryPrimitives.WriteInt32BigEndian(data[92..], 8);
        BinaryPrimitives.WriteUInt64BigEndian(data[96..], listSeq);
        BinaryPrimitives.WriteInt32BigEndian(data[104..], Digest.Size);
        listHash.Write(data[108..]);
        return MerkleProof.HashLeaf(data);
    }
}
