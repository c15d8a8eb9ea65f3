using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Pki;
using TalkyWalky.Server.Configuration;
using TalkyWalky.Server.Data;

namespace TalkyWalky.Server.Hosting;

/// <summary>The TLS certificate of a gateway without an authority, from files that somebody else renews: read again when they change.</summary>
internal sealed class TlsFiles : ITlsSource, IAsyncDisposable
{
    private const int MaxSent = 4;

    private static readonly TimeSpan LookInterval = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource _stopping = new();
    private readonly RoleSettings _settings;
    private readonly AuthorityCertificates _authority;
    private readonly string _host;
    private readonly HostServices _services;
    private readonly List<TlsIdentity> _replaced = [];
    private readonly Task _looking;
    private volatile TlsIdentity _current;

    private TlsFiles(RoleSettings settings, AuthorityCertificates authority, string host, HostServices services, TlsIdentity current)
    {
        (_settings, _authority, _host, _services, _current) = (settings, authority, host, services, current);
        _looking = LookAsync();
    }

    public TlsIdentity Current => _current;

    /// <param name="host">As in the join link: the certificate must be for it.</param>
    public static TlsFiles Open(RoleSettings settings, AuthorityCertificates authority, string host, HostServices services)
    {
        var identity = Read(settings, authority, host, services.Time.GetUtcNow());
        HostLog.TlsCertificate(services.Log, identity.Serial, host, identity.NotAfter);
        return new TlsFiles(settings, authority, host, services, identity);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _looking;
        _current.Dispose();
        foreach (var identity in _replaced) identity.Dispose();
        _stopping.Dispose();
    }

    private async Task LookAsync()
    {
        using var timer = new PeriodicTimer(LookInterval, _services.Time);
        try
        {
            for (var read = LastWrite(); await timer.WaitForNextTickAsync(_stopping.Token);)
            {
                if (LastWrite() is var now && now == read) continue;
                read = now;
                Replace();
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // stopping
        }
    }

    private void Replace()
    {
        try
        {
            var next = Read(_settings, _authority, _host, _services.Time.GetUtcNow());
            _replaced.Add(_current); // a handshake may be using it
            _current = next;
            HostLog.TlsCertificate(_services.Log, next.Serial, _host, next.NotAfter);
        }
        catch (Exception failed) when (failed is ServerException or IOException or UnauthorizedAccessException)
        {
            HostLog.TlsFilesRefused(_services.Log, failed.Message); // perhaps half written: the next look finds the rest
        }
    }

    private (DateTime, DateTime) LastWrite() => (File.GetLastWriteTimeUtc(_settings.CertificateFile!), File.GetLastWriteTimeUtc(_settings.KeyFile!));

    /// <summary>Throws <see cref="ServerException"/> when they are not good for this host.</summary>
    public static TlsIdentity Read(RoleSettings settings, AuthorityCertificates authority, string host, DateTimeOffset now)
    {
        var (certificate, key) = (ReadFile(settings.CertificateFile!, RoleKeys.CertificateFile), ReadFile(settings.KeyFile!, RoleKeys.KeyFile));
        X509Certificate2 leaf;
        var sent = new X509Certificate2Collection();
        try
        {
            leaf = X509Certificate2.CreateFromPem(certificate, key);
            sent.ImportFromPem(certificate);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            throw new ServerException($"{settings.CertificateFile} and {settings.KeyFile} do not belong together or are damaged; make them anew with: talkywalkyd ca issue", exception);
        }

        // The issuing CA stands in the file too: it may be younger than what this gateway has of the authority.
        string? why = null;
        foreach (var issuing in (IEnumerable<ReadOnlyMemory<byte>>)[.. sent.Skip(1).Take(MaxSent).Select(static one => one.RawData), .. authority.Issuing()])
        {
            if (ServerCertificates.Verify(leaf.RawData, [issuing], authority.Anchor, host, now) is not ServerVerification.Refused refused) return new TlsIdentity(leaf, issuing);
            why = refused.Reason;
        }

        leaf.Dispose();
        throw new ServerException($"{settings.CertificateFile} is not good: {why}; make it anew with: talkywalkyd ca issue --host {host}");
    }

    private static string ReadFile(string file, ConfigurationKey key) =>
        OwnerFile.TryRead(file) ?? throw new ServerException($"{file}, named by {key.Name}, is missing; make it with: talkywalkyd ca issue");
}
