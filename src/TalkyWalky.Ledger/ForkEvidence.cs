using System.Text;
using TalkyWalky.Pki;
using TalkyWalky.Pki.Jose;

namespace TalkyWalky.Ledger;

/// <summary>
/// Two commits on one parent, to be kept in a file and checked by anybody who trusts the same root (docs/protocol.md section 4.5). It proves that both were signed. Who loses
/// a race signs such a commit too: only commits that were handed out as the room's ledger, or both by one device, speak against somebody.
/// </summary>
public sealed class ForkEvidence
{
    /// <summary>Bytes of a file.</summary>
    public const int MaxSize = (2 * Jws.MaxPs256) + 64;

    private ForkEvidence(Commit first, Commit second) => (First, Second) = (first, second);

    /// <summary>The one with the lesser hash.</summary>
    public Commit First { get; }

    public Commit Second { get; }

    /// <summary>Null unless the two are different commits of one room on one parent. A create has no parent: two of them are two rooms.</summary>
    public static ForkEvidence? Of(Commit one, Commit other)
    {
        if (one.Room != other.Room || one.Epoch != other.Epoch || one.Previous != other.Previous || one.Hash == other.Hash) return null;
        return one.Hash.CompareTo(other.Hash) < 0 ? new ForkEvidence(one, other) : new ForkEvidence(other, one);
    }

    /// <summary>UTF-8 JSON: <c>{"v":1,"first":TOKEN,"second":TOKEN}</c>.</summary>
    public byte[] Encode()
    {
        using var json = new CanonicalJsonWriter(First.Token.Length + Second.Token.Length + 64);
        json.Raw("{\"v\":1,\"first\":\""u8).Raw(First.Token.Span).Raw("\",\"second\":\""u8).Raw(Second.Token.Span).Raw("\"}"u8);
        return json.Written.ToArray();
    }

    /// <summary>Null unless these are the bytes that <see cref="Encode"/> gives for two commits that verify.</summary>
    /// <param name="candidates">DER issuing certificates known here.</param>
    public static ForkEvidence? TryVerify(ReadOnlySpan<byte> file, TrustAnchor anchor, IReadOnlyCollection<ReadOnlyMemory<byte>> candidates)
    {
        var reader = new CanonicalJsonReader(file);
        if (file.Length > MaxSize
            || !reader.Literal("{\"v\":1,\"first\":"u8)
            || !reader.String(Jws.MaxPs256, out var first)
            || !reader.Literal(",\"second\":"u8)
            || !reader.String(Jws.MaxPs256, out var second)
            || !reader.Literal("}"u8)
            || !reader.AtEnd
            || Commits.Verify(Encoding.UTF8.GetBytes(first), anchor, candidates) is not CommitVerification.Verified { Commit: var one }
            || Commits.Verify(Encoding.UTF8.GetBytes(second), anchor, candidates) is not CommitVerification.Verified { Commit: var other }) return null;
        return Of(one, other) is { } evidence && evidence.First.Hash == one.Hash ? evidence : null;
    }
}
