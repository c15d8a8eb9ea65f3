using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Engines.Ldap.Connections;

namespace TalkyWalky.Engines.Ldap.Diagnosis;

/// <summary>Looks at the certificate that a server shows: libldap says no more than that it does not like it.</summary>
internal sealed class TlsProbe(Uri server, LdapOptions options, TimeProvider time)
{
    private const string Check = "TLS";

    private static readonly TimeSpan Soon = TimeSpan.FromDays(30);

    // RFC 4511 §4.14.1: an extended request, message 1, with the name 1.3.6.1.4.1.1466.20037.
    private static readonly byte[] StartTls = [0x30, 0x1d, 0x02, 0x01, 0x01, 0x77, 0x18, 0x80, 0x16, .. "1.3.6.1.4.1.1466.20037"u8];

    private Finding? _fault;
    private DateTimeOffset _until;

    public Finding Look()
    {
        if (!ServerAddress.IsTls(server) && !options.StartTls)
            return new(Check, Verdict.Warning, "none: passwords pass in the clear, as is allowed on loopback alone", "Set directory.startTls to true before others use it.");
        if (options.CaFile is { } file && !File.Exists(file)) return Bad($"the file {file} is not there", "Put the certificate of the CA that the directory's own certificate comes from into directory.caFile.");
        try
        {
            using var client = Connecting.Open(server, options);
            // Each read may take the whole time, and a handshake has many.
            using var deadline = new Deadline((int)client.Client.Handle, options.Timeout);
            return Look(client, deadline);
        }
        catch (CryptographicException e)
        {
            return Bad($"{options.CaFile} cannot be read: {e.Message}", "Give certificates in PEM form in directory.caFile.");
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            return NoTls(e);
        }
    }

    private Finding Look(TcpClient client, Deadline deadline)
    {
        try
        {
            if (!ServerAddress.IsTls(server) && !IsStarted(client.GetStream()))
                return deadline.IsPast ? Late() : Bad("the directory refuses StartTLS", "Give it a certificate, or use an ldaps:// address in directory.servers.");
            using var tls = new SslStream(client.GetStream());
            tls.AuthenticateAsClient(new SslClientAuthenticationOptions { TargetHost = server.Host, RemoteCertificateValidationCallback = Accept });
            return _until - time.GetUtcNow() < Soon
                ? new(Check, Verdict.Warning, $"{Text(tls.SslProtocol)}; the certificate is valid until {Date(_until)}", "Renew the directory's certificate before then.")
                : new(Check, Verdict.Good, $"{Text(tls.SslProtocol)}, certificate valid until {Date(_until)}", null);
        }
        catch (AuthenticationException e) when (!deadline.IsPast)
        {
            return _fault ?? Bad($"no TLS: {e.Message}", "See that the directory speaks TLS 1.2 or newer at this address.");
        }
        catch (Exception e) when (e is IOException or AuthenticationException)
        {
            return deadline.IsPast || e.InnerException is SocketException { SocketErrorCode: SocketError.TimedOut or SocketError.WouldBlock } ? Late() : NoTls(e);
        }
    }

    private static Finding Late() => Bad("no answer in time", "See whether the directory hangs, and what lies between.");

    private static Finding NoTls(Exception e) => Bad($"no TLS: {e.Message}", "See that this is the TLS port of the directory, or use ldap:// with directory.startTls.");

    private bool Accept(object sender, X509Certificate? shown, X509Chain? chain, SslPolicyErrors errors)
    {
        if (shown is not X509Certificate2 certificate) return false;
        _until = new DateTimeOffset(certificate.NotAfter);
        _fault = Fault(certificate, chain!);
        return _fault is null;
    }

    private Finding? Fault(X509Certificate2 certificate, X509Chain presented)
    {
        var now = time.GetUtcNow();
        if (now > _until) return Bad($"the certificate expired on {Date(_until)}", "Renew the directory's certificate.");
        var from = new DateTimeOffset(certificate.NotBefore);
        if (now < from) return Bad($"the certificate is valid from {Date(from)} on", "Check the clock of this machine.");
        if (!certificate.MatchesHostname(server.Host, allowWildcards: true, allowCommonName: false))
            return Bad($"the certificate is for another name than {server.Host}: {Names(certificate)}", "Use such a name in directory.servers, or give the directory a certificate for this one.");
        using var chain = new X509Chain();
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationTime = now.UtcDateTime;
        foreach (var element in presented.ChainElements) chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        if (options.CaFile is { } file)
        {
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.ImportFromPemFile(file);
        }

        if (chain.Build(certificate)) return null;
        return Bad(
            $"the certificate comes from \"{certificate.Issuer}\", which {(options.CaFile is null ? "this machine" : options.CaFile)} does not vouch for",
            "Put the certificate of that CA into the file in directory.caFile.");
    }

    private static bool IsStarted(NetworkStream stream)
    {
        stream.Write(StartTls);
        Span<byte> answer = stackalloc byte[512];
        var length = stream.ReadAtLeast(answer, 2, throwOnEndOfStream: false);
        // resultCode ENUMERATED 0 (success) is the first field of the extended response (0x78).
        var at = answer[..length].IndexOf((byte)0x78);
        return at >= 0 && answer[at..length].IndexOf<byte>([0x0a, 0x01, 0x00]) >= 0;
    }

    private static string Names(X509Certificate2 certificate) => string.Join(", ", certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>()
        .SelectMany(static names => names.EnumerateDnsNames().Concat(names.EnumerateIPAddresses().Select(static address => address.ToString()))).DefaultIfEmpty(certificate.Subject));

    private static string Text(SslProtocols protocol) => protocol switch
    {
        SslProtocols.Tls12 => "TLS 1.2",
        SslProtocols.Tls13 => "TLS 1.3",
        _ => protocol.ToString(),
    };

    private static string Date(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static Finding Bad(string detail, string remedy) => new(Check, Verdict.Bad, detail, remedy);
}
