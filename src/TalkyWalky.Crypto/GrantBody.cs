using System.Security.Cryptography;
using System.Text;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Pki.Log;
using TalkyWalky.Wire;

namespace TalkyWalky.Crypto;

/// <summary>What a grant's author signs (docs/protocol.md section 5). Holds the seed: zeroed when it is let go.</summary>
/// <param name="Head">Hash of the room's commit that made this epoch; null outside rooms.</param>
/// <param name="Members">The two of a direct conversation, the lesser first; null in a room, whose ledger names them.</param>
/// <param name="Point">The session's public key.</param>
/// <param name="Root">Merkle root over the recipients, and how many they are.</param>
/// <param name="Tree">The sender's newest tree head: a token that the caller verifies.</param>
/// <param name="Time">Unix milliseconds.</param>
internal sealed record GrantBody(
    ConversationId Conversation,
    ulong Epoch,
    Digest? Head,
    (UserId First, UserId Second)? Members,
    SessionId Session,
    byte[] Seed,
    byte[] Point,
    Digest Root,
    int Leaves,
    ReadOnlyMemory<byte> Tree,
    SessionEnd? Previous,
    long Time) : IDisposable
{
    public const int SeedSize = 32;

    /// <summary>The form of a tree head's token; who signed it is not asked.</summary>
    public static bool IsTree(ReadOnlySpan<byte> token) => token.Length <= TreeHead.MaxSize && Jws.TryParse(JwsType.TreeHead, token) is not null;

    public void Write(CanonicalJsonWriter json)
    {
        Span<byte> bytes = stackalloc byte[Digest.Size];
        Conversation.Value.Write(bytes);
        json.Raw("{\"v\":1,\"conv\":"u8).Base64Url(bytes).Raw(",\"epoch\":"u8).Number((long)Epoch);
        json.Raw(",\"head\":"u8);
        if (Head is { } head)
        {
            head.Write(bytes);
            json.Base64Url(bytes);
        }
        else
        {
            json.Raw("\"\""u8);
        }

        json.Raw(",\"suite\":\""u8).Raw(Suite.Utf8).Raw("\",\"members\":["u8);
        if (Members is var (first, second)) json.String(first.ToString()).Raw(","u8).String(second.ToString());
        json.Raw("],\"sid\":"u8);
        Session.Value.Write(bytes);
        json.Base64Url(bytes).Raw(",\"seed\":"u8).Base64Url(Seed).Raw(",\"spk\":"u8).Base64Url(Point).Raw(",\"root\":"u8);
        Root.Write(bytes);
        json.Base64Url(bytes).Raw(",\"leaves\":"u8).Number(Leaves).Raw(",\"tree\":"u8).String(Encoding.ASCII.GetString(Tree.Span)).Raw(",\"prev\":"u8);
        WritePrevious(json);
        json.Raw(",\"time\":"u8).Number(Time).Raw("}"u8);
    }

    /// <summary>Null for anything but the bytes that <see cref="Write"/> gives.</summary>
    public static GrantBody? TryRead(ReadOnlySpan<byte> text)
    {
        Span<byte> conversation = stackalloc byte[Digest.Size];
        Span<byte> session = stackalloc byte[Digest.Size];
        Span<byte> root = stackalloc byte[Digest.Size];
        var (seed, point) = (new byte[SeedSize], new byte[SessionKey.PointSize]);
        var reader = new CanonicalJsonReader(text);
        if (!reader.Literal("{\"v\":1,\"conv\":"u8)
            || !reader.Base64Url(conversation)
            || !reader.Literal(",\"epoch\":"u8)
            || !reader.Number(SignedBody.MaxEpoch, out var epoch)
            || !reader.Literal(",\"head\":"u8)
            || !TryReadHead(ref reader, out var head)
            || !reader.Literal(",\"suite\":\""u8)
            || !reader.Literal(Suite.Utf8)
            || !reader.Literal("\",\"members\":["u8)
            || !TryReadMembers(ref reader, out var members)
            || members is null != epoch > 0
            || head is null != (epoch == 0)
            || !reader.Literal(",\"sid\":"u8)
            || !reader.Base64Url(session)
            || !reader.Literal(",\"seed\":"u8)
            || !reader.Base64Url(seed)
            || !reader.Literal(",\"spk\":"u8)
            || !reader.Base64Url(point)
            || !reader.Literal(",\"root\":"u8)
            || !reader.Base64Url(root)
            || !reader.Literal(",\"leaves\":"u8)
            || !reader.Number(RecipientSet.MaxDevices, out var leaves)
            || leaves == 0
            || !reader.Literal(",\"tree\":"u8)
            || !TryReadTree(ref reader, out var tree)
            || !reader.Literal(",\"prev\":"u8)
            || !TryReadPrevious(ref reader, out var previous)
            || !reader.Literal(",\"time\":"u8)
            || !reader.Number(SignedBody.MaxTime, out var time)
            || !reader.Literal("}"u8)
            || !reader.AtEnd) return null;
        ConversationId.TryRead(conversation, out var conversationId);
        SessionId.TryRead(session, out var sessionId);
        Digest.TryRead(root, out var rootDigest);
        return new GrantBody(conversationId, (ulong)epoch, head, members, sessionId, seed, point, rootDigest, (int)leaves, tree, previous, time);
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(Seed);

    public override string ToString() => $"grant of session {Session}";

    private void WritePrevious(CanonicalJsonWriter json)
    {
        if (Previous is not { } previous)
        {
            json.Raw("null"u8);
            return;
        }

        Span<byte> bytes = stackalloc byte[Digest.Size];
        previous.Session.Value.Write(bytes);
        json.Raw("{\"sid\":"u8).Base64Url(bytes).Raw(",\"n\":"u8).Number(previous.N).Raw(",\"hash\":"u8);
        previous.Hash.Write(bytes);
        json.Base64Url(bytes).Raw("}"u8);
    }

    private static bool TryReadPrevious(ref CanonicalJsonReader reader, out SessionEnd? previous)
    {
        previous = null;
        if (reader.Literal("null"u8)) return true;
        Span<byte> session = stackalloc byte[Digest.Size];
        Span<byte> hash = stackalloc byte[Digest.Size];
        if (!reader.Literal("{\"sid\":"u8)
            || !reader.Base64Url(session)
            || !reader.Literal(",\"n\":"u8)
            || !reader.Number(Limits.MessagesPerSession - 1, out var n)
            || !reader.Literal(",\"hash\":"u8)
            || !reader.Base64Url(hash)
            || !reader.Literal("}"u8)) return false;
        SessionId.TryRead(session, out var id);
        Digest.TryRead(hash, out var digest);
        previous = new SessionEnd(id, (int)n, digest);
        return true;
    }

    private static bool TryReadHead(ref CanonicalJsonReader reader, out Digest? head)
    {
        head = null;
        if (reader.Literal("\"\""u8)) return true;
        Span<byte> bytes = stackalloc byte[Digest.Size];
        if (!reader.Base64Url(bytes) || !Digest.TryRead(bytes, out var digest)) return false;
        head = digest;
        return true;
    }

    private static bool TryReadTree(ref CanonicalJsonReader reader, out ReadOnlyMemory<byte> tree)
    {
        tree = default;
        if (!reader.String(TreeHead.MaxSize, out var text)) return false;
        tree = Encoding.ASCII.GetBytes(text);
        return IsTree(tree.Span);
    }

    // None in a room; else two, the lesser first, and the same twice between a person's own devices.
    private static bool TryReadMembers(ref CanonicalJsonReader reader, out (UserId First, UserId Second)? members)
    {
        members = null;
        if (reader.Literal("]"u8)) return true;
        if (!TryReadUser(ref reader, out var first) || !reader.Literal(","u8) || !TryReadUser(ref reader, out var second) || first.CompareTo(second) > 0) return false;
        members = (first, second);
        return reader.Literal("]"u8);
    }

    private static bool TryReadUser(ref CanonicalJsonReader reader, out UserId user)
    {
        user = default;
        return reader.String(36, out var text) && UserId.TryParse(text, out user);
    }
}
