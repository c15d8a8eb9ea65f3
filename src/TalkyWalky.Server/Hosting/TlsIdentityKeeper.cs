using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using TalkyWalky.Authority;
using TalkyWalky.Engines;
using TalkyWalky.Server.Data;
using TalkyWalky.Wire;

namespace TalkyWalky.Server.Hosting;

/// <summary>Keeps a valid TLS certificate in DATA/tls, and renews it while the server runs. Connections that are open keep the one they began with.</summary>
internal sealed class TlsIdentityKeeper : ITlsSource, IAsyncDisposable
{
    /// <summary>Also how soon a renewal is tried again; far below the 30 days that are left then.</summary>
    private static readonly TimeSpan CheckInterval = TimeSpan.FromHours(1);

    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _look = new(0, 1);
    private readonly DataFolder _folder;
    private readonly CertificateAuthority _authority;
    private readonly Issuance _issuance;
    private readonly IReadOnlyList<string> _hosts;
    private readonly HostServices _services;
    private readonly List<TlsIdentity> _replaced = [];
    private volatile TlsIdentity _current;
    private readonly Task _renewal;

    private TlsIdentityKeeper(DataFolder folder, CertificateAuthority authority, Issuance issuance, IReadOnlyList<string> hosts, HostServices services, TlsIdentity current)
    {
        (_folder, _authority, _issuance, _hosts, _services, _current) = (folder, authority, issuance, hosts, services, current);
        authority.IssuingChanged += LookNow;
        _renewal = RenewAsync();
    }

    public TlsIdentity Current => _current;

    public static async Task<TlsIdentityKeeper> OpenAsync(
        DataFolder folder, CertificateAuthority authority, Issuance issuance, IReadOnlyList<string> hosts, HostServices services, CancellationToken cancellation)
    {
        DataFolder.MakeOwnerOnly(folder.Tls);
        var identity = TryLoad(folder, authority);
        if (identity is null || !identity.IsFor(hosts, authority.IssuingCertificate, services.Time.GetUtcNow()))
        {
            identity?.Dispose();
            identity = await IssueAsync(folder, authority, issuance, hosts, services, cancellation);
        }

        HostLog.TlsCertificate(services.Log, identity.Serial, string.Join(' ', hosts), identity.NotAfter);
        return new TlsIdentityKeeper(folder, authority, issuance, hosts, services, identity);
    }

    public async ValueTask DisposeAsync()
    {
        _authority.IssuingChanged -= LookNow;
        await _stopping.CancelAsync();
        await _renewal;
        _current.Dispose();
        foreach (var identity in _replaced) identity.Dispose();
        _stopping.Dispose();
        _look.Dispose();
    }

    // After a rollover: the newest issuing CA signs it, whatever its age.
    private void LookNow()
    {
        if (_look.CurrentCount == 0) _look.Release();
    }

    private async Task RenewAsync()
    {
        try
        {
            while (true)
            {
                await WaitAsync();
                if (!_current.IsFor(_hosts, _authority.IssuingCertificate, _services.Time.GetUtcNow())) await TryRenewAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // stopping
        }
    }

    private async Task WaitAsync()
    {
        using var due = new CancellationTokenSource(CheckInterval, _services.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(due.Token, _stopping.Token);
        try
        {
            await _look.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!_stopping.IsCancellationRequested)
        {
            // It is time to look.
        }
    }

    private async Task TryRenewAsync()
    {
        try
        {
            var next = await IssueAsync(_folder, _authority, _issuance, _hosts, _services, _stopping.Token);
            _replaced.Add(_current); // a handshake may be using it; one is kept for each renewal, that is every 60 days and after a rollover
            _current = next;
            HostLog.TlsCertificate(_services.Log, next.Serial, string.Join(' ', _hosts), next.NotAfter);
        }
        catch (Exception exception) when (exception is EngineException or AuthorityException or IOException or UnauthorizedAccessException or CryptographicException)
        {
            HostLog.RenewalFailed(_services.Log, exception);
        }
    }

    private static async Task<TlsIdentity> IssueAsync(
        DataFolder folder, CertificateAuthority authority, Issuance issuance, IReadOnlyList<string> hosts, HostServices services, CancellationToken cancellation)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var issued = await issuance.IssueServerAsync(hosts, key, Actor.Authority, isRenewal: false, cancellation);
        using var certificate = X509CertificateLoader.LoadCertificate(issued.Der);
        var identity = new TlsIdentity(certificate.CopyWithPrivateKey(key), authority.IssuingCertificate);
        // The key first: a certificate without its key is issued anew by the next start.
        OwnerFile.Write(KeyFileOf(folder), key.ExportPkcs8PrivateKeyPem() + "\n");
        OwnerFile.Write(CertificateFileOf(folder), identity.ToPem());
        return identity;
    }

    /// <summary>Null when there is none that can be used; another is issued then.</summary>
    private static TlsIdentity? TryLoad(DataFolder folder, CertificateAuthority authority)
    {
        if (OwnerFile.TryRead(CertificateFileOf(folder)) is not { } certificate || OwnerFile.TryRead(KeyFileOf(folder)) is not { } key) return null;
        try
        {
            return new TlsIdentity(X509Certificate2.CreateFromPem(certificate, key), authority.IssuingCertificate);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            return null;
        }
    }

    private static string KeyFileOf(DataFolder folder) => Path.Combine(folder.Tls, "server.key");

    private static string CertificateFileOf(DataFolder folder) => Path.Combine(folder.Tls, "server.pem");
}
