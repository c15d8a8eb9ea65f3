using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using System.Text.Json;
using TalkyWalky.Pki;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Connect;

/// <summary>The authority's HTTPS side: registration, EST (RFC 7030) and log-in. One connection's worth of trust; make one per task.</summary>
internal sealed class AuthorityClient : IDisposable
{
    private const int MaxAnswer = 2 * 1024 * 1024; // 100 devices with their approvals; a page of the log
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ServerTrust _trust;
    private readonly HttpClient _http;
    private readonly string _address;
    private readonly TimeProvider _time;

    /// <param name="anchor">Null only to fetch the root that the join link names.</param>
    /// <param name="identity">For mutual TLS; null for none.</param>
    public AuthorityClient(string host, int port, TrustAnchor? anchor, IReadOnlyList<byte[]> issuing, SslStreamCertificateContext? identity, TimeProvider time)
    {
        _time = time;
        _address = ServerTrust.Address(host, port);
        _trust = new ServerTrust(host, anchor, issuing, time);
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = (context, cancellation) => ConnectAsync(context.DnsEndPoint, identity, cancellation),
            AllowAutoRedirect = false, UseProxy = false, UseCookies = false, ConnectTimeout = TimeSpan.FromSeconds(10),
        };
        _http = new HttpClient(handler)
        {
            BaseAddress = new UriBuilder(Uri.UriSchemeHttps, host, port).Uri, Timeout = Patience, MaxResponseContentBufferSize = MaxAnswer,
        };
    }

    public Task<HttpOutcome> CaCertificatesAsync(CancellationToken cancellation) =>
        AskAsync(() => new HttpRequestMessage(HttpMethod.Get, "/.well-known/est/cacerts"), cancellation);

    /// <summary>What the server says of itself, the log's key among it.</summary>
    public Task<HttpOutcome> ServerAsync(CancellationToken cancellation) => AskAsync(static () => new HttpRequestMessage(HttpMethod.Get, "/v1/server"), cancellation);

    public Task<HttpOutcome> RegisterAsync(Registration registration, CancellationToken cancellation) => AskAsync(
        () => new HttpRequestMessage(HttpMethod.Post, "/v1/register")
        {
            Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(
                new RegisterBody(registration.User, registration.Password, registration.FullName, registration.Mail, registration.Link.Invitation),
                ClientJson.Default.RegisterBody))
            {
                Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
            },
        },
        cancellation);

    /// <summary>RFC 7030 §4.2: <c>simpleenroll</c>, or <c>simplereenroll</c> for a device that has a certificate of this kind.</summary>
    /// <param name="invitation">For the first device of an account that somebody else made.</param>
    public Task<HttpOutcome> EnrolAsync(string label, bool again, byte[] csr, (string User, string Password)? basic, string? invitation, CancellationToken cancellation) => AskAsync(
        () =>
        {
            var content = new StringContent(Convert.ToBase64String(csr));
            content.Headers.ContentType = new MediaTypeHeaderValue("application/pkcs10");
            content.Headers.Add("Content-Transfer-Encoding", "base64");
            var request = new HttpRequestMessage(HttpMethod.Post, $"/.well-known/est/{label}/{(again ? "simplereenroll" : "simpleenroll")}") { Content = content };
            if (invitation is not null) request.Headers.Add("X-TalkyWalky-Invitation", invitation);
            if (basic is var (user, password)) request.Headers.Authorization = Basic(user, password);
            return request;
        },
        cancellation);

    public Task<HttpOutcome> LoginAsync(string user, string password, CancellationToken cancellation) => AskAsync(
        () => new HttpRequestMessage(HttpMethod.Post, "/v1/login") { Headers = { Authorization = Basic(user, password) } }, cancellation);

    /// <summary>The person's own devices.</summary>
    public Task<HttpOutcome> DevicesAsync(CancellationToken cancellation) => AskAsync(static () => new HttpRequestMessage(HttpMethod.Get, "/v1/devices"), cancellation);

    /// <param name="approval">Compact JWS (tw-approval).</param>
    public Task<HttpOutcome> ApproveAsync(DeviceId device, byte[] approval, CancellationToken cancellation) => AskAsync(
        () => new HttpRequestMessage(HttpMethod.Post, $"/v1/devices/{device}/approve")
        {
            Content = new ByteArrayContent(approval) { Headers = { ContentType = new MediaTypeHeaderValue("application/jose") } },
        },
        cancellation);

    public Task<HttpOutcome> RejectAsync(DeviceId device, CancellationToken cancellation) =>
        AskAsync(() => new HttpRequestMessage(HttpMethod.Post, $"/v1/devices/{device}/reject"), cancellation);

    public Task<HttpOutcome> RevokeAsync(DeviceId device, CancellationToken cancellation) =>
        AskAsync(() => new HttpRequestMessage(HttpMethod.Post, $"/v1/devices/{device}/revoke"), cancellation);

    public Task<HttpOutcome> NameAsync(DeviceId device, string name, CancellationToken cancellation) => AskAsync(
        () => new HttpRequestMessage(HttpMethod.Post, $"/v1/devices/{device}/name")
        {
            Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(new NameBody(name), ClientJson.Default.NameBody))
            {
                Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
            },
        },
        cancellation);

    /// <summary>A compact JWS (tw-introduction) about a person: by id where it is known, else by name.</summary>
    public Task<HttpOutcome> IntroduceAsync(Digest nonce, UserId? user, string username, CancellationToken cancellation) => AskAsync(
        () => new HttpRequestMessage(HttpMethod.Post, "/v1/introductions")
        {
            Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(
                new IntroductionBody(System.Buffers.Text.Base64Url.EncodeToString(nonce.ToArray()), user?.ToString(), user is null ? username : null), ClientJson.Default.IntroductionBody))
            {
                Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
            },
        },
        cancellation);

    /// <summary>Leaves of the transparency log.</summary>
    /// <param name="last">Included; the server may give fewer.</param>
    public Task<HttpOutcome> LogEntriesAsync(ulong first, ulong last, CancellationToken cancellation) =>
        AskAsync(() => new HttpRequestMessage(HttpMethod.Get, string.Create(CultureInfo.InvariantCulture, $"/v1/log/entries?start={first}&end={last}")), cancellation);

    public void Dispose() => _http.Dispose();

    // The handler itself offers HTTP alone; a gateway without an authority passes on what offers the authority's name too.
    private async ValueTask<Stream> ConnectAsync(DnsEndPoint address, SslStreamCertificateContext? identity, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        SslStream? secured = null;
        try
        {
            await socket.ConnectAsync(address, cancellation);
            secured = new SslStream(new NetworkStream(socket, ownsSocket: true));
            var options = _trust.Options(identity);
            options.ApplicationProtocols = [TlsProtocols.Authority, SslApplicationProtocol.Http11];
            await secured.AuthenticateAsClientAsync(options, cancellation);
            return secured;
        }
        catch
        {
            if (secured is not null) await secured.DisposeAsync();
            socket.Dispose();
            throw;
        }
    }

    private static AuthenticationHeaderValue Basic(string user, string password) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"))); // RFC 7617 §2.1: UTF-8

    private async Task<HttpOutcome> AskAsync(Func<HttpRequestMessage> make, CancellationToken cancellation)
    {
        try
        {
            using var request = make();
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseContentRead, cancellation);
            var body = await response.Content.ReadAsByteArrayAsync(cancellation);
            return new HttpOutcome.Answered(response.StatusCode, body, Detail(body), RetryAfter(response));
        }
        catch (HttpRequestException failure) when (_trust.Refusal is { } why)
        {
            _ = failure;
            return new HttpOutcome.NotTrusted(NotTrusted(_address, why));
        }
        catch (HttpRequestException failure) when (failure.InnerException is AuthenticationException inner)
        {
            return new HttpOutcome.Unreachable($"The server at {_address} and this program could not agree on a TLS 1.3 connection ({inner.Message}). Check the address.");
        }
        catch (HttpRequestException failure)
        {
            return new HttpOutcome.Unreachable(Unreachable(_address, failure.Message));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new HttpOutcome.Unreachable(Unreachable(_address, $"no answer within {Patience.TotalSeconds:0} seconds"));
        }
    }

    public static string NotTrusted(string address, string why) =>
        $"The server at {address} could not prove that it is yours: {why}";

    public static string Unreachable(string address, string why) =>
        $"Could not reach the server at {address} ({why.TrimEnd('.')}). Check the address and your network, then try again.";

    private TimeSpan? RetryAfter(HttpResponseMessage response) =>
        response.Headers.RetryAfter is not { } after ? null : after.Delta ?? (after.Date is { } date ? date - _time.GetUtcNow() : null);

    // RFC 9457; what is not one has no sentence to show.
    private static string? Detail(byte[] body)
    {
        if (body.Length == 0 || body[0] != (byte)'{') return null;
        try
        {
            var problem = JsonSerializer.Deserialize(body, ClientJson.Default.Problem);
            return problem?.Detail is { Length: > 0 and <= 1000 } detail ? Sentences.Of(detail) : problem?.Title is { Length: > 0 and <= 1000 } title ? Sentences.Of(title) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
