using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.WebSockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Google.Protobuf;
using TalkyWalky.Pki;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Testing;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Load;

/// <summary>One device that speaks the real gateway protocol, with keys from the test pool.</summary>
internal sealed class LoadDevice(JoinLink link, TrustAnchor anchor, IReadOnlyList<byte[]> authorities, string username) : IDisposable
{
    private readonly RSA _identityKey = KeyPool.Shared.CreateRsa(3072);
    private readonly RSA _encryptionKey = KeyPool.Shared.CreateRsa(3072);
    private readonly byte[] _receive = new byte[64 * 1024];
    private readonly SemaphoreSlim _sending = new(1, 1);
    private byte[] _identityDer = [];
    private ClientWebSocket? _socket;
    private ulong _generation;

    public string Username => username;

    public VerifiedDevice Identity { get; private set; } = null!;

    public VerifiedDevice Encryption { get; private set; } = null!;

    public RSA IdentityKey => _identityKey;

    public IReadOnlyList<ReadOnlyMemory<byte>> Chain => authorities.Select(der => (ReadOnlyMemory<byte>)der).ToList();

    /// <summary>The pinned root and the issuing certificates (RFC 7030 §4.1.1: checked against the join link, not against TLS).</summary>
    public static async Task<(TrustAnchor Anchor, IReadOnlyList<byte[]> Others)> BootstrapAsync(JoinLink link)
    {
        using var http = Http(link, null, null);
        var certificates = CertsOnly.TryDecode(Convert.FromBase64String(await http.GetStringAsync(new Uri(".well-known/est/cacerts", UriKind.Relative))))!;
        var root = certificates.Single(der => TrustAnchor.HashOf(der) == link.Root);
        return (TrustAnchor.FromRoot(root), certificates.Where(der => der != root).ToList());
    }

    public async Task EnrolAsync()
    {
        using (var http = Http(link, anchor, null))
        {
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{username}:{ServerUnderTest.Password}")));
            _identityDer = await RequestAsync(http, "identity", _identityKey);
        }

        using var certificate = WithKey();
        using var authenticated = Http(link, anchor, certificate);
        var encryptionDer = await RequestAsync(authenticated, "encryption", _encryptionKey);
        Identity = Verify(_identityDer, DeviceKeyUse.Identity);
        Encryption = Verify(encryptionDer, DeviceKeyUse.Encryption);
    }

    public async Task ConnectAsync()
    {
        var tls = default(Digest);
        _socket = new ClientWebSocket();
        _socket.Options.RemoteCertificateValidationCallback = (_, shown, _, _) =>
        {
            tls = Digest.Sha256(shown!.GetRawCertData());
            return ServerCertificates.Verify(shown.GetRawCertData(), Chain, anchor, link.Host, TimeProvider.System.GetUtcNow()) is ServerVerification.Verified;
        };
        await _socket.ConnectAsync(new Uri($"wss://{link.Gateway.Authority}/v1/session"), CancellationToken.None);
        var challenge = (await ReceiveAsync()).Challenge;
        var proof = new SessionProof(
            anchor.Hash, link.Gateway.Authority, challenge.Nonce.Memory, tls, Identity.Device, [1], ++_generation, DateTimeOffset.FromUnixTimeMilliseconds(challenge.ServerTime));
        await SendAsync(new ClientFrame { Hello = new Hello { Proof = ByteString.CopyFrom(Jws.Sign(JwsType.Session, _identityKey, proof.Encode(), [_identityDer, .. Chain])) } });
        var answer = await ReceiveAsync();
        if (answer.BodyCase != ServerFrame.BodyOneofCase.Welcome) throw new InvalidOperationException($"not welcome: {answer}");
    }

    public async ValueTask SendAsync(ClientFrame frame)
    {
        await _sending.WaitAsync();
        try
        {
            await _socket!.SendAsync(frame.ToByteArray(), WebSocketMessageType.Binary, endOfMessage: true, CancellationToken.None);
        }
        finally
        {
            _sending.Release();
        }
    }

    public async ValueTask<ServerFrame> ReceiveAsync()
    {
        var length = 0;
        while (true)
        {
            var part = await _socket!.ReceiveAsync(_receive.AsMemory(length), CancellationToken.None);
            length += part.Count;
            if (part.MessageType == WebSocketMessageType.Close) throw new InvalidOperationException("the server closed the session");
            if (part.EndOfMessage) return ServerFrame.Parser.ParseFrom(_receive, 0, length);
        }
    }

    public void Dispose()
    {
        _socket?.Abort();
        _socket?.Dispose();
        _identityKey.Dispose();
        _encryptionKey.Dispose();
        _sending.Dispose();
    }

    private static async Task<byte[]> RequestAsync(HttpClient http, string label, RSA key)
    {
        var request = new CertificateRequest("CN=ignored", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSigningRequest();
        using var content = new StringContent(Convert.ToBase64String(request));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/pkcs10");
        using var answer = await http.PostAsync(new Uri($".well-known/est/{label}/simpleenroll", UriKind.Relative), content);
        var text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode ? CertsOnly.TryDecode(Convert.FromBase64String(text))![0] : throw new InvalidOperationException($"{label}: {answer.StatusCode} {text}");
    }

    private static HttpClient Http(JoinLink link, TrustAnchor? anchor, X509Certificate2? certificate)
    {
        var ssl = new SslClientAuthenticationOptions { EnabledSslProtocols = SslProtocols.Tls13, ClientCertificates = certificate is null ? null : new X509Certificate2Collection(certificate) };
        ssl.RemoteCertificateValidationCallback = (_, shown, chain, _) => anchor is null || ServerCertificates.Verify(
            shown!.GetRawCertData(), chain!.ChainElements.Select(element => (ReadOnlyMemory<byte>)element.Certificate.RawData).ToList(), anchor, link.Host, TimeProvider.System.GetUtcNow())
            is ServerVerification.Verified;
        return new HttpClient(new SocketsHttpHandler { SslOptions = ssl }) { BaseAddress = link.Gateway };
    }

    private X509Certificate2 WithKey()
    {
        using var bare = X509CertificateLoader.LoadCertificate(_identityDer);
        return bare.CopyWithPrivateKey(_identityKey);
    }

    private VerifiedDevice Verify(byte[] der, DeviceKeyUse use) => DeviceCertificates.Verify(der, Chain, anchor, use, TimeProvider.System.GetUtcNow()) switch
    {
        DeviceVerification.Verified verified => verified.Device,
        DeviceVerification.Refused refused => throw new InvalidOperationException(refused.Reason),
        _ => throw new InvalidOperationException(),
    };
}
