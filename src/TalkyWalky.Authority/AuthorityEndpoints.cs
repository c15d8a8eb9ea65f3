using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using TalkyWalky.Engines;
using TalkyWalky.Pki;
using TalkyWalky.Wire;

namespace TalkyWalky.Authority;

/// <summary>
/// Registration, EST (RFC 7030) and log-in over HTTPS. The host lets TLS ask for a client certificate and accept any: it is verified here, against the
/// pinned root, by the endpoints that need one.
/// </summary>
public static partial class AuthorityEndpoints
{
    /// <summary>Shows an invitation at the first identity enrolment of an account that exists already.</summary>
    public const string InvitationHeader = "X-TalkyWalky-Invitation";

    private const string Est = "/.well-known/est";

    public static void MapAuthority(this IEndpointRouteBuilder routes, AuthorityService service)
    {
        var server = new ServerInfo(
            service.Authority.Organisation, service.Authority.Domain, service.Options.Registration.ToString().ToLowerInvariant(), [Limits.ProtocolVersion],
            service.Authority.Anchor.Log!.Info.ToArray());

        void Get(string path, RequestDelegate handle) => routes.MapGet(path, Guard(handle, service.Logger));
        void Post(string path, RequestDelegate handle) => routes.MapPost(path, Guard(handle, service.Logger));

        Get("/v1/server", context => Answers.JsonAsync(context, StatusCodes.Status200OK, server, AuthorityJson.Default.ServerInfo));
        Post("/v1/register", context => RegisterAsync(context, service));
        Post("/v1/login", context => LoginAsync(context, service));
        foreach (var label in (string[])["", "/identity", "/encryption"])
        {
            Get($"{Est}{label}/cacerts", context => Answers.Base64Async(
                context, Answers.CertsOnlyType, CertsOnly.Encode([service.Authority.Anchor.Der, .. service.Authority.IssuingCertificates])));
            Get($"{Est}{label}/csrattrs", context => Answers.Base64Async(context, Answers.CsrAttributesType, CsrAttributes.Der));
        }

        Post($"{Est}/identity/simpleenroll", context => EnrolIdentityAsync(context, service));
        Post($"{Est}/identity/simplereenroll", context => WithCertificateAsync(context, service.RenewIdentityAsync));
        Post($"{Est}/encryption/simpleenroll", context => WithCertificateAsync(context, service.EnrolEncryptionAsync));
        Post($"{Est}/encryption/simplereenroll", context => WithCertificateAsync(context, service.EnrolEncryptionAsync));

        Get(StatusAddress.RootCrl, context => StatusEndpoints.RootCrlAsync(context, service));
        Get(StatusAddress.IssuingCrl, context => StatusEndpoints.CrlAsync(context, service));
        Get(StatusAddress.LaterCrl, context => StatusEndpoints.CrlAsync(context, service));
        Get(StatusAddress.OcspPath + "/{**request}", context => StatusEndpoints.GetAsync(context, service));
        Post(StatusAddress.OcspPath, context => StatusEndpoints.PostAsync(context, service));

        Get("/v1/devices", context => DeviceEndpoints.ListAsync(context, service));
        Post("/v1/devices/{device}/approve", context => DeviceEndpoints.ApproveAsync(context, service));
        Post("/v1/devices/{device}/reject", context => DeviceEndpoints.ChangeAsync(context, service.RejectOwnAsync));
        Post("/v1/devices/{device}/revoke", context => DeviceEndpoints.ChangeAsync(context, service.RevokeOwnAsync));
        Post("/v1/devices/{device}/name", context => DeviceEndpoints.NameAsync(context, service));
        Get("/v1/log/head", context => LogEndpoints.HeadAsync(context, service));
        Get("/v1/log/entries", context => LogEndpoints.EntriesAsync(context, service));
        Get("/v1/log/consistency", context => LogEndpoints.ConsistencyAsync(context, service));
        Get("/v1/log/keys", context => LogEndpoints.KeysAsync(context, service));
        Get("/v1/log/inclusion", context => LogEndpoints.InclusionAsync(context, service));
        Post("/v1/introductions", context => DeviceEndpoints.IntroduceAsync(context, service));
    }

    private static RequestDelegate Guard(RequestDelegate handle, ILogger logger) => async context =>
    {
        context.Response.Headers.CacheControl = "no-store";
        try
        {
            await handle(context);
        }
        catch (Exception e) when (e is EngineException or AuthorityException && !context.Response.HasStarted)
        {
            LogBroken(logger, e);
            await Answers.ProblemAsync(context, StatusCodes.Status503ServiceUnavailable, "the server cannot do this now; try again later, or tell your administrator");
        }
    };

    private static async Task RegisterAsync(HttpContext context, AuthorityService service)
    {
        if (await Bodies.ReadFormAsync(context) is not { } form) return;
        switch (await service.RegisterAsync(form, Source(context), context.RequestAborted))
        {
            case RegisterOutcome.Registered { Account: var account }:
                await Answers.JsonAsync(
                    context, StatusCodes.Status201Created, new Registered(account.User.ToString(), account.Username), AuthorityJson.Default.Registered);
                return;
            case RegisterOutcome.Refused refused:
                await Answers.RefuseAsync(context, refused.Refusal);
                return;
        }
    }

    private static async Task EnrolIdentityAsync(HttpContext context, AuthorityService service)
    {
        if (BasicCredentials.Read(context.Request) is not { } credentials)
        {
            await Answers.RefuseAsync(context, new Refusal(RefusalKind.NotAuthenticated, "this needs a username and a password (HTTP Basic)"));
            return;
        }

        if (await Bodies.ReadRequestAsync(context) is not { } csr) return;
        string? invitation = context.Request.Headers[InvitationHeader];
        await Answers.EnrolmentAsync(context, await service.EnrolIdentityAsync(credentials, Source(context), csr, invitation, context.RequestAborted));
    }

    private static async Task WithCertificateAsync(HttpContext context, Func<byte[]?, byte[], CancellationToken, Task<EnrolOutcome>> enrol)
    {
        if (await Bodies.ReadRequestAsync(context) is not { } csr) return;
        await Answers.EnrolmentAsync(context, await enrol(await CertificateAsync(context), csr, context.RequestAborted));
    }

    private static async Task LoginAsync(HttpContext context, AuthorityService service)
    {
        if (BasicCredentials.Read(context.Request) is not { } credentials)
            await Answers.RefuseAsync(context, new Refusal(RefusalKind.NotAuthenticated, "this needs a username and a password (HTTP Basic)"));
        else
            await DeviceEndpoints.AnswerAsync(context, await service.LoginAsync(await CertificateAsync(context), credentials, Source(context), context.RequestAborted));
    }

    /// <summary>What the device showed in TLS, unverified.</summary>
    internal static async Task<byte[]?> CertificateAsync(HttpContext context) =>
        (await context.Connection.GetClientCertificateAsync(context.RequestAborted))?.RawData;

    // A Unix socket has no address: such callers share one entry of the throttle.
    private static IPAddress Source(HttpContext context) => context.Connection.RemoteIpAddress ?? IPAddress.None;

    [LoggerMessage(30, LogLevel.Error, "A request to the authority failed")]
    private static partial void LogBroken(ILogger logger, Exception failure);
}
