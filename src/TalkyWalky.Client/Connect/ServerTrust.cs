using System.Globalization;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Pki;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Connect;

/// <summary>
/// Decides on one TLS connection's server certificate: the pinned root and the host that was dialled, nothing else. One instance per connection, so
/// what it saw is what that connection showed.
/// </summary>
internal sealed class ServerTrust(string host, TrustAnchor? anchor, IReadOnlyList<byte[]> issuing, TimeProvider time)
{
    private readonly Lock _gate = new();
    private string? _refusal;
    private Digest? _certificate;

    /// <summary>Why the server was not believed, and what to do; null when it was, or showed nothing.</summary>
    public string? Refusal
    {
        get
        {
            lock (_gate) return _refusal;
        }
    }

    /// <summary>SHA-256 of the certificate that the server showed last.</summary>
    public Digest? Certificate
    {
        get
        {
            lock (_gate) return _certificate;
        }
    }

    /// <summary>TLS 1.3 only. With an anchor every server is checked; without one (to fetch the root that the join link names) none is, and no secret may be sent.</summary>
    public SslClientAuthenticationOptions Options(SslStreamCertificateContext? identity) => new()
    {
        TargetHost = host,
        EnabledSslProtocols = SslProtocols.Tls13,
        ClientCertificateContext = identity,
        CertificateChainPolicy = NothingFetched(),
        RemoteCertificateValidationCallback = Validate,
    };

    /// <summary>Keeps the platform from fetching anything; whom to believe, and status, is decided by our own path validation and CRLs.</summary>
    public static X509ChainPolicy NothingFetched() =>
        new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };

    public static string Address(string host, int port) =>
        string.Create(CultureInfo.InvariantCulture, $"{(host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host)}:{port}").ToLowerInvariant();

    private bool Validate(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null) return Refuse("it showed no certificate", failure: null);
        var leaf = certificate.GetRawCertData();
        lock (_gate) _certificate = Digest.Sha256(leaf);
        if (anchor is null) return true;
        List<ReadOnlyMemory<byte>> candidates = [.. issuing];
        foreach (var sent in chain?.ChainPolicy.ExtraStore ?? []) candidates.Add(sent.RawData);
        return ServerCertificates.Verify(leaf, candidates, anchor, host, time.GetUtcNow()) is not ServerVerification.Refused refused || Refuse(refused.Reason, refused.Failure);
    }

    private bool Refuse(string why, PathFailure? failure)
    {
        var advice = failure switch
        {
            PathFailure.NotYetValid => "set this device's clock",
            PathFailure.Expired => "set this device's clock, or tell your administrator if it is right",
            _ => "ask your administrator for the right join link",
        };
        lock (_gate) _refusal = $"{why.TrimEnd('.')}. Nothing was sent to it; {advice}.";
        return false;
    }
}
