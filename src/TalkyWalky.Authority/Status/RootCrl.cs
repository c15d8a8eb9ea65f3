using TalkyWalky.Pki;
using TalkyWalky.Pki.Status;

namespace TalkyWalky.Authority;

/// <summary>The root's CRL, root.crl beside its certificate. It is also the record of what the root revoked: each one holds what the one before held.</summary>
/// <param name="Der">As signed.</param>
public sealed record RootCrl(byte[] Der, VerifiedCrl Content)
{
    /// <summary>Null when there is none, or none of this root.</summary>
    public static RootCrl? TryRead(string folder, TrustAnchor anchor) =>
        new AuthorityFolder(folder).TryReadBytes(AuthorityFolder.RootCrl) is { } der && RevocationLists.ReadOwn(der, anchor.Der) is { } content ? new RootCrl(der, content) : null;

    /// <summary>Null when this one took the place of the one before, which it must go on from; else why not, as a sentence.</summary>
    public static string? Replace(string folder, TrustAnchor anchor, byte[] der, DateTimeOffset now)
    {
        var before = TryRead(folder, anchor)?.Content;
        if (RevocationLists.Verify(der, anchor.Der, now, before?.Number) is CrlVerification.Refused refused) return refused.Reason;
        var next = RevocationLists.ReadOwn(der, anchor.Der)!;
        if (before?.Entries.Any(one => next.Find(one.Serial) is null) is true) return "the CRL of the root lacks a certificate that the one before had; sign it anew, from the newest one";
        new AuthorityFolder(folder).Replace(AuthorityFolder.RootCrl, der);
        return null;
    }
}
