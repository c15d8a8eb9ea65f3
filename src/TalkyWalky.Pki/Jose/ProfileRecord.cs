using System.Globalization;
using System.Security.Cryptography;
using TalkyWalky.Wire;

namespace TalkyWalky.Pki.Jose;

/// <summary>
/// The name that a person wants to be shown by, beside the directory's (docs/protocol.md section 2.6): JWS of type <see cref="JwsType.Profile"/> over canonical JSON.
/// The server keeps the one with the highest version and can make none.
/// </summary>
/// <param name="Name">At most <see cref="Limits.ShownName"/> characters, see <see cref="Problem"/>; empty: the directory's name.</param>
/// <param name="Version">Rises with every change.</param>
/// <param name="Time">The author's clock, whole milliseconds.</param>
public sealed record ProfileRecord(UserId User, string Name, ulong Version, DateTimeOffset Time)
{
    /// <summary>Characters of a compact record: a body of some hundred bytes, four certificates.</summary>
    public const int MaxSize = 16 * 1024;

    private const long MaxVersion = (1L << 53) - 1;
    private static readonly long MaxTime = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    /// <summary>Why this cannot be a shown name, as a sentence; null when it can.</summary>
    public static string? Problem(string name) =>
        name.Length is 0 or > Limits.ShownName ? $"a name has 1 to {Limits.ShownName} characters"
        : name.Trim().Length != name.Length ? "a name has no blank at its ends"
        : name.EnumerateRunes().Any(IsHidden) ? "a name has no control characters or invisible ones"
        : null;

    /// <summary>The compact JWS.</summary>
    public byte[] Sign(VerifiedDevice identity, RSA key, IReadOnlyList<ReadOnlyMemory<byte>> chain)
    {
        using var json = new CanonicalJsonWriter(512);
        json.Raw("{\"v\":1,\"user\":"u8).String(User.ToString()).Raw(",\"name\":"u8).String(Name);
        json.Raw(",\"version\":"u8).Number((long)Version).Raw(",\"time\":"u8).Number(Time.ToUnixTimeMilliseconds()).Raw("}"u8);
        return Jws.Sign(JwsType.Profile, key, json.Written, [identity.Der, .. chain]);
    }

    /// <summary>The record, if a device of the person that it names signed it. The certificate is judged at the record's own time: a name outlives it.</summary>
    public static ProfileRecord? TryVerify(ReadOnlySpan<byte> compact, TrustAnchor anchor, IReadOnlyCollection<ReadOnlyMemory<byte>> candidates)
    {
        if (compact.Length > MaxSize || Jws.TryParse(JwsType.Profile, compact) is not { } token || TryRead(token.Payload.Span) is not { } record) return null;
        return token.TryVerifyDevice(anchor, candidates, record.Time) is { } signer && signer.User == record.User ? record : null;
    }

    private static ProfileRecord? TryRead(ReadOnlySpan<byte> text)
    {
        var reader = new CanonicalJsonReader(text);
        return reader.Literal("{\"v\":1,\"user\":"u8)
            && reader.String(36, out var userText) && UserId.TryParse(userText, out var user)
            && reader.Literal(",\"name\":"u8)
            && reader.String(4 * Limits.ShownName, out var name) && (name.Length == 0 || Problem(name) is null)
            && reader.Literal(",\"version\":"u8)
            && reader.Number(MaxVersion, out var version)
            && reader.Literal(",\"time\":"u8)
            && reader.Number(MaxTime, out var time)
            && reader.Literal("}"u8)
            && reader.AtEnd
                ? new ProfileRecord(user, name, (ulong)version, DateTimeOffset.FromUnixTimeMilliseconds(time))
                : null;
    }

    // Overrides of the writing direction and characters without a shape make one name look like another (UTS #39 §5).
    private static bool IsHidden(System.Text.Rune rune) => System.Text.Rune.GetUnicodeCategory(rune) is
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned or UnicodeCategory.Surrogate;
}
