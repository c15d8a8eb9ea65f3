using Microsoft.AspNetCore.Routing;
using TalkyWalky.Engines;

namespace TalkyWalky.Authority;

/// <summary>Registration, EST (RFC 7030) and log-in over HTTPS.</summary>
public static class AuthorityEndpoints
{
    public static void MapAuthority(this IEndpointRouteBuilder routes, AuthorityService service) => throw new NotSupportedException();
}

public enum RegistrationPolicy
{
    Open,
    Invite,
    Closed,
}

/// <param name="LoginMaxAge">The password is asked again after this.</param>
public sealed record AuthorityOptions(RegistrationPolicy Registration, TimeSpan LoginMaxAge, int MaxDevicesPerUser);

/// <summary>What the endpoints do, without HTTP.</summary>
public sealed class AuthorityService(
    AuthorityOptions options, CertificateAuthority authority, IDirectory directory, IStore store, IBroker broker, TimeProvider time,
    Microsoft.Extensions.Logging.ILoggerFactory logs)
{
    public AuthorityOptions Options { get; } = options;

    internal (CertificateAuthority, IDirectory, IStore, IBroker, TimeProvider, Microsoft.Extensions.Logging.ILoggerFactory) Parts =>
        (authority, directory, store, broker, time, logs);

    /// <summary>An invitation for one registration; the token itself is kept nowhere.</summary>
    public Task<string> InviteAsync(string? username, TimeSpan life, CancellationToken cancellation) => throw new NotSupportedException();

    /// <summary>Forgets password failures of an account.</summary>
    public Task<bool> UnlockAsync(string username, CancellationToken cancellation) => throw new NotSupportedException();
}
