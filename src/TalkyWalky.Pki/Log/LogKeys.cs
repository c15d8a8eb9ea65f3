using TalkyWalky.Pki.Jose;

namespace TalkyWalky.Pki.Log;

/// <summary>
/// The keys of a transparency log, one after the other (docs/protocol.md section 3.2): that of the trust anchor, and each that took its place by a statement of the key before. Of which size and time a head is
/// decides which key must have signed it.
/// </summary>
public sealed class LogKeys
{
    /// <summary>Times that the key may be replaced.</summary>
    public const int MaxChanges = 64;

    /// <summary>Bytes of <see cref="Encode"/>.</summary>
    public const int MaxSize = MaxChanges * (LogKeyStatement.MaxSize + 1);

    private LogKeys(LogKey first, IReadOnlyList<LogKeyStatement> statements, IReadOnlyList<byte[]> tokens) => (First, Statements, Tokens) = (first, statements, tokens);

    /// <summary>The trust anchor's.</summary>
    public LogKey First { get; }

    /// <summary>Each by the key before it.</summary>
    public IReadOnlyList<LogKeyStatement> Statements { get; }

    /// <summary>Of the <see cref="Statements"/>, compact JWS.</summary>
    public IReadOnlyList<byte[]> Tokens { get; }

    /// <summary>Signs heads now.</summary>
    public LogKey Present => Statements is [.., var last] ? last.Key : First;

    /// <summary>Leaves of the smallest tree that <see cref="Present"/> signs.</summary>
    public ulong From => Statements is [.., var last] ? last.Size + 1 : 1;

    /// <summary>Of a log whose key was never replaced.</summary>
    public static LogKeys Of(LogKey first) => new(first, [], []);

    /// <summary>What <see cref="Encode"/> wrote. Null unless every statement follows by the rules.</summary>
    public static LogKeys? TryRead(LogKey first, ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty) return Of(first);
        if (text.Length > MaxSize || text[^1] != '\n') return null;
        var tokens = new List<byte[]>();
        foreach (var line in text[..^1].Split((byte)'\n')) tokens.Add(text[line].ToArray());
        return TryRead(first, tokens);
    }

    /// <summary>Null unless every statement follows by the rules.</summary>
    /// <param name="tokens">As <see cref="Tokens"/>.</param>
    public static LogKeys? TryRead(LogKey first, IEnumerable<byte[]> tokens)
    {
        var keys = Of(first);
        foreach (var token in tokens)
        {
            if (keys.TryAppend(token) is not { } longer) return null;
            keys = longer;
        }

        return keys;
    }

    /// <summary>The tokens, a line feed behind each; empty when there are none.</summary>
    public byte[] Encode() => [.. Tokens.SelectMany(static token => token.Append((byte)'\n'))];

    /// <summary>With one key more. Null unless the present key signed the statement, of a larger tree and not before the last one, for a key that the log never had.</summary>
    public LogKeys? TryAppend(ReadOnlySpan<byte> statement)
    {
        if (Statements.Count == MaxChanges || LogKeyStatement.TryRead(statement, out var token) is not { } next) return null;
        if (next.Size < From || (Statements is [.., var last] && next.Time < last.Time)) return null;
        if (next.Key.Equals(First) || Statements.Any(one => one.Key.Equals(next.Key))) return null;
        return Present.Signed(token!) ? new LogKeys(First, [.. Statements, next], [.. Tokens, statement.ToArray()]) : null;
    }

    /// <summary>The first so many statements.</summary>
    public LogKeys Take(int count) => count >= Statements.Count ? this : new LogKeys(First, [.. Statements.Take(count)], [.. Tokens.Take(count)]);

    /// <summary>How many statements say the same here and there, from the first on.</summary>
    public int Shared(LogKeys other) => Statements.Zip(other.Statements).TakeWhile(static both => both.First == both.Second).Count();

    /// <summary>The token names a tree of this size at this time: the key signed it that signs those.</summary>
    internal bool Signed(Jws token, ulong size, DateTimeOffset time)
    {
        var at = 0;
        while (at < Statements.Count && size > Statements[at].Size) at++;
        if (at < Statements.Count && time > Statements[at].Time) return false;
        return (at == 0 ? First : Statements[at - 1].Key).Signed(token);
    }
}
