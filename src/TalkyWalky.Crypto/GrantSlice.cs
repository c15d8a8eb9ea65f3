using Google.Protobuf;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Wire;
using Frames = TalkyWalky.Wire.Frames;

namespace TalkyWalky.Crypto;

/// <summary>What one device gets beside the shared payload.</summary>
/// <param name="EncryptedKey">256 to 512 bytes: the content key under this device's RSA key.</param>
/// <param name="Path">Audit path from this device's leaf to the recipient root, 32 bytes each (RFC 6962 §2.1.1). At most 32.</param>
/// <param name="ListSeq">Number of the device list by which the sender knew this device's person; 1 to 2^53 - 1.</param>
/// <param name="ListHash">Its leaf hash in the transparency log.</param>
public sealed record GrantSlice(ReadOnlyMemory<byte> EncryptedKey, int LeafIndex, int LeafCount, IReadOnlyList<Digest> Path, ulong ListSeq, Digest ListHash)
{
    private const int MinKey = 256, MaxKey = 512, MaxPath = 32;

    internal bool IsInBounds =>
        EncryptedKey.Length is >= MinKey and <= MaxKey && LeafIndex >= 0 && LeafIndex < LeafCount && Path.Count <= MaxPath
        && ListSeq is >= 1 and <= GrantRecipient.MaxListSeq;

    /// <summary>The whole token, as any JOSE library opens it.</summary>
    /// <param name="payload">The grant's shared payload.</param>
    /// <exception cref="ArgumentException">That is not a grant's payload.</exception>
    public byte[] ToCompactJwe(ReadOnlySpan<byte> payload)
    {
        if (!GrantJwe.TrySplit(payload, out var parts)) throw new ArgumentException("this is not the payload of a grant", nameof(payload));
        var length = StrictBase64Url.EncodedLength(EncryptedKey.Length);
        var token = new byte[payload.Length + length];
        var split = parts.Header.Length + 1;
        payload[..split].CopyTo(token);
        StrictBase64Url.Encode(EncryptedKey.Span, token.AsSpan(split));
        payload[split..].CopyTo(token.AsSpan(split + length));
        return token;
    }

    /// <summary>The protobuf form (proto GrantSlice).</summary>
    public byte[] Encode()
    {
        var frame = new Frames.GrantSlice
        {
            EncryptedKey = ByteString.CopyFrom(EncryptedKey.Span),
            LeafIndex = (uint)LeafIndex,
            LeafCount = (uint)LeafCount,
            ListSeq = ListSeq,
            ListHash = ByteString.CopyFrom(ListHash.ToArray()),
        };
        foreach (var hash in Path) frame.Path.Add(ByteString.CopyFrom(hash.ToArray()));
        return frame.ToByteArray();
    }

    /// <summary>Null for anything but the bytes that <see cref="Encode"/> makes, within <see cref="Limits.Slice"/>.</summary>
    public static GrantSlice? TryDecode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > Limits.Slice || TryParse(bytes) is not { LeafIndex: <= int.MaxValue, LeafCount: <= int.MaxValue } frame) return null;
        var path = new List<Digest>(frame.Path.Count);
        foreach (var element in frame.Path)
        {
            if (!Digest.TryRead(element.Span, out var hash)) return null;
            path.Add(hash);
        }

        if (!Digest.TryRead(frame.ListHash.Span, out var list)) return null;
        var slice = new GrantSlice(frame.EncryptedKey.Memory, (int)frame.LeafIndex, (int)frame.LeafCount, path, frame.ListSeq, list);
        return slice.IsInBounds && bytes.SequenceEqual(slice.Encode()) ? slice : null;
    }

    private static Frames.GrantSlice? TryParse(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Frames.GrantSlice.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }
}
