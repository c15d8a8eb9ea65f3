using System.Globalization;
using TalkyWalky.Client.Store;
using TalkyWalky.Pki;
using TalkyWalky.Pki.Status;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Status;

/// <summary>
/// Of each issuing CA the CRL with the highest number that this device has seen, kept in the profile (docs/protocol.md 1.4). It is believed for its signature and judged by its
/// age whenever it is asked, so a list that is held back or brought back makes nothing good.
/// </summary>
internal sealed class StatusBook
{
    /// <summary>A CRL may be so old when something is sealed.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromHours(1);

    /// <summary>The same in direct mode, where the server may be down.</summary>
    public static readonly TimeSpan FreshWithoutServer = TimeSpan.FromHours(72);

    /// <summary>A gateway looks for newer ones every half minute: what was replaced longer ago is brought back on purpose.</summary>
    private static readonly TimeSpan Behind = TimeSpan.FromMinutes(1);

    private const string Missing = "The server has not sent its list of revoked certificates. If it does not come within a minute, tell your administrator.";

    private readonly Database _database;
    private readonly TrustAnchor _anchor;
    private readonly TimeProvider _time;
    private volatile IReadOnlyDictionary<Digest, KeptCrl> _kept;
    private volatile string? _refusal;

    private StatusBook(Database database, TrustAnchor anchor, TimeProvider time, IReadOnlyDictionary<Digest, KeptCrl> kept) =>
        (_database, _anchor, _time, _kept) = (database, anchor, time, kept);

    /// <exception cref="ProfileDamagedException">A CRL in the profile is not one of a CA under this root.</exception>
    public static Task<StatusBook> OpenAsync(Database database, TrustAnchor anchor, TimeProvider time, CancellationToken cancellation) =>
        database.RunAsync(rows => new StatusBook(database, anchor, time, rows.Crls.All().ToDictionary(static one => one.Issuer, one => Read(one, anchor))), cancellation);

    /// <param name="maxAge">Of the CRL; <see cref="Fresh"/> where the server is there.</param>
    public CertificateStatus Of(VerifiedDevice certificate, TimeSpan maxAge)
    {
        if (!_kept.TryGetValue(certificate.Issuer, out var kept)) return new CertificateStatus.Unknown(_refusal ?? Missing);
        if (kept.Crl.Find(certificate.Serial) is { } revoked) return new CertificateStatus.Revoked(revoked.At);
        var (signed, now) = (kept.Crl.ThisUpdate, _time.GetUtcNow());
        if (signed > now + RevocationLists.Skew) return Doubtful(signed, "which is still to come by this computer's clock");
        if (now - signed <= maxAge) return new CertificateStatus.Good(signed);
        return _refusal is { } why ? new CertificateStatus.Unknown(why) : Doubtful(signed, "which is too long ago by this computer's clock");
    }

    /// <summary>Of a device, which needs both certificates.</summary>
    public CertificateStatus Of(VerifiedDevice identity, VerifiedDevice encryption, TimeSpan maxAge) => (Of(identity, maxAge), Of(encryption, maxAge)) switch
    {
        (CertificateStatus.Revoked revoked, _) => revoked,
        (_, CertificateStatus.Revoked revoked) => revoked,
        (CertificateStatus.Unknown unknown, _) => unknown,
        (_, var status) => status,
    };

    /// <summary>There is a CRL at all that is no older.</summary>
    public bool HasAny(TimeSpan maxAge) => _kept.Values.Any(kept => _time.GetUtcNow() - kept.Crl.ThisUpdate <= maxAge);

    /// <summary>When the CA of this certificate signed the CRL that is kept of it; null for none.</summary>
    public DateTimeOffset? CheckedAt(VerifiedDevice certificate) => _kept.TryGetValue(certificate.Issuer, out var kept) ? kept.Crl.ThisUpdate : null;

    /// <summary>Null when it is not known to be revoked, however old that knowledge is.</summary>
    public DateTimeOffset? RevokedAt(CertificateName certificate) => _kept.TryGetValue(certificate.Issuer, out var kept) ? kept.Crl.Find(certificate.Serial)?.At : null;

    /// <summary>Looks at a CRL that the server sent, and keeps it if it is newer; sessions that seal for what it revokes are closed with that. One caller at a time.</summary>
    /// <param name="der">Empty for one that was too large to be taken.</param>
    /// <param name="issuing">DER, candidates for the CA that signed it; the root decides.</param>
    public async Task<StatusChange> TakeAsync(ReadOnlyMemory<byte> der, IEnumerable<ReadOnlyMemory<byte>> issuing, CancellationToken cancellation)
    {
        var (found, why) = Verify(der, issuing);
        if (found is not var (issuer, authority, crl))
        {
            _refusal = $"The server's list of revoked certificates was refused: {why!.TrimEnd('.')}. Tell your administrator.";
            return new StatusChange.Refused(why);
        }

        var now = _time.GetUtcNow();
        if (!_kept.TryGetValue(issuer, out var known))
        {
            _refusal = null; // perhaps this very one, before its CA was known here
        }
        else
        {
            if (crl.Number >= known.Crl.Number) _refusal = null;
            if (crl.Number == known.Crl.Number) return new StatusChange.Nothing();
            if (crl.Number < known.Crl.Number) return (now - known.KeptAt).Duration() > Behind ? RolledBack(crl, known.Crl) : new StatusChange.Nothing();
        }

        await _database.RunAsync(
            rows =>
            {
                rows.Crls.Save(new CrlRow(issuer, authority.ToArray(), der.ToArray(), now));
                rows.Sending.CloseFor(name => name.Issuer == issuer && crl.Find(name.Serial) is not null);
            },
            cancellation);
        _kept = new Dictionary<Digest, KeptCrl>(_kept) { [issuer] = new KeptCrl(crl, now) };
        return new StatusChange.Newer();
    }

    private ((Digest Issuer, ReadOnlyMemory<byte> Authority, VerifiedCrl Crl)? Found, string? Why) Verify(ReadOnlyMemory<byte> der, IEnumerable<ReadOnlyMemory<byte>> issuing)
    {
        if (der.IsEmpty) return (null, $"it is larger than {RevocationLists.MaxSize} bytes");
        string? why = null;
        foreach (var authority in issuing.Take(CertificateProfiles.MaxCandidates))
        {
            if (CertificateKeys.HashOf(authority) is not { } issuer || IssuingCertificates.Check(authority, _anchor, out _) is not null) continue;
            switch (RevocationLists.VerifyAnyTime(der, authority))
            {
                case CrlVerification.Verified verified:
                    return ((issuer, authority, verified.Crl), null);
                case CrlVerification.Refused refused:
                    why ??= refused.Reason;
                    break;
            }
        }

        return (null, why ?? "no certificate of a CA came with it");
    }

    private CertificateStatus.Unknown Doubtful(DateTimeOffset signed, string how) => new(
        $"The newest list of revoked certificates is of {Sentences.Moment(signed, _time.LocalTimeZone)}, {how}. "
        + "Check the clock; if it is right, tell your administrator that no new lists come.");

    private static StatusChange.RolledBack RolledBack(VerifiedCrl old, VerifiedCrl known) => new(string.Create(
        CultureInfo.InvariantCulture,
        $"The server brought back an old list of revoked certificates: it has the number {old.Number}, and {known.Number} was seen before. This device goes on with the newer one. ")
        + "Tell your administrator: the server, or someone who controls it, is tampering.");

    private static KeptCrl Read(CrlRow row, TrustAnchor anchor) =>
        IssuingCertificates.Check(row.Authority, anchor, out _) is null && RevocationLists.VerifyAnyTime(row.Der, row.Authority) is CrlVerification.Verified verified
            ? new KeptCrl(verified.Crl, row.KeptAt)
            : throw new ProfileDamagedException("a list of revoked certificates in it is not one of its authority");

    /// <param name="KeptAt">By this device's own clock.</param>
    private sealed record KeptCrl(VerifiedCrl Crl, DateTimeOffset KeptAt);
}
