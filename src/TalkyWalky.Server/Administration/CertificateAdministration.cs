using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Authority;
using TalkyWalky.Engines;

namespace TalkyWalky.Server.Administration;

/// <summary>Certificates as administrators see and revoke them.</summary>
internal sealed class CertificateAdministration(AuthorityService authority, TimeProvider time)
{
    private const int Page = 500;

    /// <param name="account">Null: everyone's, and those of gateways.</param>
    public async Task<AdminAnswer> ListAsync(Account? account, string? after, CancellationToken cancellation)
    {
        var page = await authority.CertificatesAsync(account?.User, after, Page, cancellation);
        return new AdminAnswer.Certificates([.. page.Select(Entry)], page.Count == Page ? page[^1].Serial : null);
    }

    public async Task<AdminAnswer> ListIssuingAsync(CancellationToken cancellation)
    {
        var live = await authority.Rollover.ListAsync(cancellation);
        return new AdminAnswer.Issuing([.. live.Select((one, i) => Entry(one.Issuer.Number, signs: i == 0, one.Issuer.Description) with { Certificates = one.Valid, LastExpiry = one.LastExpiry })]);
    }

    public async Task<AdminAnswer> AdoptAsync(byte[] certificate, Actor by, CancellationToken cancellation)
    {
        try
        {
            await authority.Rollover.AdoptAsync(certificate, by, cancellation);
            return await ListIssuingAsync(cancellation);
        }
        catch (AuthorityException refused)
        {
            return new AdminAnswer.Refused(refused.Message);
        }
    }

    public Task<AdminAnswer> IssueAsync(IReadOnlyList<string> hosts, byte[] request, Actor by, CancellationToken cancellation) =>
        IssuedAsync(authority.Gateways.IssueAsync(hosts, request, by, cancellation));

    public Task<AdminAnswer> RenewAsync(string serial, byte[] request, Actor by, CancellationToken cancellation) =>
        IssuedAsync(authority.Gateways.RenewAsync(Normalise(serial), request, by, cancellation));

    private static async Task<AdminAnswer> IssuedAsync(Task<(SignedCertificate Certificate, string Pem)> issuing)
    {
        try
        {
            var (certificate, pem) = await issuing;
            return new AdminAnswer.ServerIssued(certificate.Serial, certificate.NotAfter, pem);
        }
        catch (AuthorityException refused)
        {
            return new AdminAnswer.Refused(refused.Message);
        }
    }

    public static IssuingEntry Entry(int number, bool signs, AuthorityCertificate one) => new(number, signs, one.Subject, one.Serial, one.NotBefore, one.NotAfter);

    /// <param name="account">Null: everyone's, and those of gateways.</param>
    public async Task<AdminAnswer> ExportAsync(Account? account, string? after, Actor by, CancellationToken cancellation)
    {
        var page = await authority.ExportAsync(account, after, Page, by, cancellation);
        return new AdminAnswer.Exported([.. page.Select(one => new ExportEntry(Entry(one), PemEncoding.WriteString("CERTIFICATE", one.Der)))], page.Count == Page ? page[^1].Serial : null);
    }

    public async Task<AdminAnswer> ShowAsync(string typed, CancellationToken cancellation)
    {
        var serial = Normalise(typed);
        return await authority.FindCertificateAsync(serial, cancellation) is { } found
            ? new AdminAnswer.Certificate(Entry(found), found.Der, EndedDevice: false)
            : new AdminAnswer.Refused($"there is no certificate {serial}; see: talkywalkyd ca list");
    }

    public async Task<AdminAnswer> RevokeAsync(string typed, string reason, Actor by, CancellationToken cancellation)
    {
        if (!RevocationReasons.TryParse(reason, out var known)) return NoSuchReason(reason);
        return await authority.RevokeCertificateAsync(Normalise(typed), known, by, cancellation) switch
        {
            CertificateChange.Done done => new AdminAnswer.Certificate(Entry(done.Certificate), done.Certificate.Der, done.EndedDevice),
            CertificateChange.Refused refused => new AdminAnswer.Refused(refused.Why),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    public async Task<AdminAnswer> RevokeAsync(Account account, string reason, Actor by, CancellationToken cancellation) => RevocationReasons.TryParse(reason, out var known)
        ? new AdminAnswer.UserRevoked(await authority.RevokeDevicesOfAsync(account.User, known, by, cancellation))
        : NoSuchReason(reason);

    /// <summary>openssl writes serials with colons, in capitals, and after a 00 where the first bit is set; ours have 32 digits.</summary>
    private static string Normalise(string typed)
    {
        var digits = string.Concat(typed.Where(char.IsAsciiHexDigit)).ToLowerInvariant().TrimStart('0');
        return digits.Length <= 32 ? digits.PadLeft(32, '0') : digits[..32] + "...";
    }

    internal static AdminAnswer.Refused NoSuchReason(string reason) =>
        new($"\"{(reason.Length > 40 ? reason[..40] + "..." : reason)}\" is no reason to revoke; give one of: {RevocationReasons.Names}");

    private CertificateEntry Entry(IssuedCertificate one)
    {
        using var certificate = X509CertificateLoader.LoadCertificate(one.Der);
        var status = one.RevokedAt is not null ? "revoked" : one.NotAfter <= time.GetUtcNow() ? "expired" : "valid";
        return new CertificateEntry(
            one.Serial, one.Kind.ToString().ToLowerInvariant(), certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false), one.User?.ToString(), one.Device?.ToString(), status,
            one.NotBefore, one.NotAfter, one.RevokedAt, one.RevocationReason is { } reason ? RevocationReasons.NameOf(reason) : null, authority.Rollover.NumberOf(one));
    }
}
