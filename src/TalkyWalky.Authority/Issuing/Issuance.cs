using TalkyWalky.Engines;
using TalkyWalky.Wire;

namespace TalkyWalky.Authority;

/// <summary>For whom a certificate is, who asked for it and why.</summary>
public sealed record IssuanceCause(CertificateKind Kind, Actor By, string Reason)
{
    /// <summary>The device that it is for; null for gateways and responders.</summary>
    public DeviceRecord? Device { get; init; }

    public string? Username { get; init; }

    /// <summary>It comes after another one of its kind.</summary>
    public bool IsRenewal { get; init; }
}

/// <summary>How every certificate goes out: prepared, on the audit trail, signed, in the store, in the transparency log, and only then in somebody's hands.</summary>
public sealed class Issuance(CertificateAuthority authority, IStore store, TransparencyLog log, AuditTrail trail, TimeProvider time)
{
    public async Task<SignedCertificate> IssueAsync(IssuanceToken token, IssuanceCause cause, CancellationToken cancellation)
    {
        await trail.WriteAsync(new AuditEntry
        {
            Act = cause.IsRenewal ? AuditAct.Renew : AuditAct.Issue,
            By = cause.By.ToString(),
            User = cause.Device?.User.ToString(),
            Name = cause.Username,
            Device = cause.Device?.Device.ToString(),
            Kind = cause.Kind.ToString().ToLowerInvariant(),
            Serial = token.Serial,
            Reason = cause.Reason,
        });
        var signed = authority.Issue(token);
        await store.AddCertificateAsync(
            new IssuedCertificate(signed.Serial, cause.Kind, cause.Device?.User, cause.Device?.Device, signed.Der, signed.NotBefore, signed.NotAfter, time.GetUtcNow(), Issuer: signed.Issuer),
            cancellation);
        await log.CatchUpAsync(cancellation);
        return signed;
    }

    /// <summary>For one that may have been cut short behind the store: it is logged when this returns.</summary>
    public Task LoggedAsync(CancellationToken cancellation) => log.CatchUpAsync(cancellation);

    /// <summary>For a gateway's key, P-256.</summary>
    public Task<SignedCertificate> IssueServerAsync(IReadOnlyList<string> hosts, System.Security.Cryptography.ECDsa key, Actor by, bool isRenewal, CancellationToken cancellation) => IssueAsync(
        authority.PrepareServer(hosts, key, time.GetUtcNow()),
        new IssuanceCause(CertificateKind.Server, by, $"gateway {hosts[0]}{(hosts.Count > 1 ? $" and {hosts.Count - 1} more" : "")}") { IsRenewal = isRenewal },
        cancellation);
}
