using TalkyWalky.Wire;

namespace TalkyWalky.Pki.Log;

/// <summary>A tree that the log signed, whatever the token is for.</summary>
/// <param name="Token">Of a tree head, a user head or a statement of the log's next key.</param>
public sealed record SignedTree(ulong Size, Digest Root, DateTimeOffset Time, ReadOnlyMemory<byte> Token)
{
    /// <summary>Null when the key that signs such trees did not sign it.</summary>
    public static SignedTree? TryVerify(ReadOnlyMemory<byte> token, LogKeys keys)
    {
        if (TreeHead.TryVerify(token.Span, keys) is { } tree) return new SignedTree(tree.Size, tree.Root, tree.Time, token);
        if (UserHead.TryVerify(token.Span, keys) is { } user) return new SignedTree(user.Size, user.Root, user.Time, token);
        return LogKeyStatement.TryRead(token.Span, out var jws) is { } last && keys.Signed(jws!, last.Size, last.Time) ? new SignedTree(last.Size, last.Root, last.Time, token) : null;
    }
}
