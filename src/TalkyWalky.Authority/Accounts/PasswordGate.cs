using System.Net;
using Microsoft.Extensions.Logging;
using TalkyWalky.Engines;
using TalkyWalky.Wire;

namespace TalkyWalky.Authority;

/// <summary>A username and a password as a person gave them.</summary>
internal sealed record PasswordCredentials(string Username, string Password)
{
    public override string ToString() => nameof(PasswordCredentials);
}

/// <summary>
/// Checks passwords by a directory bind, behind the throttle. An unknown name takes the same way as a wrong password: the directory alone knows which it was, and spends
/// the same time.
/// </summary>
internal sealed partial class PasswordGate(IDirectory directory, TimeProvider time, ILogger logger)
{
    private static readonly Refusal Wrong = new(RefusalKind.NotAuthenticated, "wrong username or password");

    public AttemptThrottle Throttle { get; } = new(time);

    public async Task<PasswordOutcome> CheckAsync(PasswordCredentials credentials, IPAddress source, CancellationToken cancellation)
    {
        var name = Username.TryNormalise(credentials.Username, out var normal, out _) ? normal : credentials.Username.Trim();
        if (!Throttle.TryBegin(name, source, out var attempt, out var wait))
        {
            LogThrottled(logger, wait.TotalSeconds);
            return new PasswordOutcome.Refused(Refusal.Throttled(wait));
        }

        // RFC 4513 §5.1.2: an empty password would be an anonymous bind. No directory takes these lengths.
        if (name.Length is 0 or > Limits.DirectoryUsernameMax || credentials.Password.Length is 0 or > Limits.Password) return new PasswordOutcome.Refused(Wrong);
        try
        {
            return Judge(await directory.BindAsync(name, credentials.Password, cancellation), attempt);
        }
        catch (Exception e) when (e is EngineException or OperationCanceledException)
        {
            attempt.Withdraw();
            throw;
        }
    }

    private PasswordOutcome Judge(BindOutcome outcome, AttemptThrottle.Attempt attempt)
    {
        switch (outcome)
        {
            case BindOutcome.Bound bound:
                attempt.Succeed();
                return new PasswordOutcome.Proved(bound.Account);
            case BindOutcome.Disabled:
                attempt.Succeed();
                return Forbidden("this account is disabled; ask your administrator");
            case BindOutcome.Expired:
                attempt.Succeed();
                return Forbidden("this account has expired; ask your administrator");
            case BindOutcome.MustChangePassword:
                attempt.Succeed();
                return Forbidden("this password has expired or must be changed; change it where your organisation has you do so, then come back");
            case BindOutcome.Locked { Until: { } until }:
                attempt.Withdraw();
                var wait = until - time.GetUtcNow();
                return new PasswordOutcome.Refused(Refusal.Throttled(wait > TimeSpan.FromSeconds(1) ? wait : TimeSpan.FromSeconds(1)));
            case BindOutcome.Locked:
                attempt.Withdraw();
                return Forbidden("this account is locked after too many failed attempts; ask your administrator");
            default:
                return new PasswordOutcome.Refused(Wrong);
        }
    }

    private static PasswordOutcome.Refused Forbidden(string why) => new(new Refusal(RefusalKind.Forbidden, why));

    [LoggerMessage(1, LogLevel.Warning, "Password attempt throttled for {Seconds:0} s")]
    private static partial void LogThrottled(ILogger logger, double seconds);
}
