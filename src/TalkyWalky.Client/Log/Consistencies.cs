using Google.Protobuf.Collections;
using TalkyWalky.Pki.Log;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Client.Log;

/// <summary>Judges a gateway's answer about two trees.</summary>
internal static class Consistencies
{
    private const int MaxPath = 64;

    /// <summary>Hashes from a frame; null when one of them is none or there are too many.</summary>
    public static List<Digest>? Path(RepeatedField<Google.Protobuf.ByteString> hashes)
    {
        if (hashes.Count > MaxPath) return null;
        var path = new List<Digest>(hashes.Count);
        foreach (var hash in hashes)
        {
            if (!Digest.TryRead(hash.Span, out var digest)) return null;
            path.Add(digest);
        }

        return path;
    }

    public static HeadVerdict Judge(SignedTree own, SignedTree met, Consistency answer)
    {
        var (smaller, larger) = met.Size <= own.Size ? (met, own) : (own, met);
        if (!Digest.TryRead(answer.FirstRoot.Span, out var first) || !Digest.TryRead(answer.SecondRoot.Span, out var second) || Path(answer.Path) is not { } path
            || !MerkleProof.VerifyConsistency(first, smaller.Size, second, larger.Size, path))
            return new HeadVerdict.SplitView(null);
        if (second != larger.Root) return new HeadVerdict.SplitView(null); // of a third tree, which nobody signed
        return first == smaller.Root ? new HeadVerdict.Consistent() : new HeadVerdict.SplitView(Split(smaller, larger, first, path));
    }

    public static LogEvidence Split(SignedTree smaller, SignedTree larger, Digest root, IReadOnlyList<Digest> path) =>
        new LogEvidence.SplitView(smaller.Token.ToArray(), larger.Token.ToArray(), root, path);
}
