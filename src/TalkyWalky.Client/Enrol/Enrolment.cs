using TalkyWalky.Wire;

namespace TalkyWalky.Client;

/// <param name="FullName">Only for a new account.</param>
/// <param name="Mail">Only for a new account.</param>
public sealed record Registration(JoinLink Link, string User, string Password, string? FullName, string? Mail)
{
    public override string ToString() => $"Registration {{ User = {User}, Gateway = {Link.Gateway} }}";
}

public enum EnrolmentStep
{
    Contacting,
    Registering,
    MakingKeys,
    RequestingCertificates,
    Done,
}

/// <summary>Every <c>Why</c> is a sentence for a person that says what to do.</summary>
public abstract record EnrolOutcome
{
    private EnrolOutcome() { }

    public sealed record Enrolled(Self Self) : EnrolOutcome;

    /// <summary>Someone must approve first. The keys stay in the profile; try again with <see cref="Enrolment.EnrolAsync"/>.</summary>
    public sealed record Pending(string Why, TimeSpan RetryAfter) : EnrolOutcome;

    public sealed record Refused(string Why) : EnrolOutcome;

    public sealed record Unreachable(string Why) : EnrolOutcome;

    /// <summary>Another process owns the profile.</summary>
    public sealed record ProfileInUse(string Why) : EnrolOutcome;

    /// <summary>The folder already holds an enrolled profile, or one begun for another person or server.</summary>
    public sealed record ProfileExists(string Why) : EnrolOutcome;

    public sealed record WrongPassphrase(string Why) : EnrolOutcome;

    public sealed record Damaged(string Why) : EnrolOutcome;
}

/// <summary>Makes a profile: keys on this device, certificates from the authority (docs/protocol.md section 2).</summary>
public static class Enrolment
{
    /// <summary>Makes the account, then enrols this device. After an interruption it goes on with the same keys.</summary>
    public static Task<EnrolOutcome> RegisterAsync(
        string profile, string passphrase, Registration registration, IProgress<EnrolmentStep>? progress, ClientEnvironment environment,
        CancellationToken cancellation) => throw new NotSupportedException();

    /// <summary>Enrols this device for an account that exists, or goes on with an enrolment that is pending or was interrupted.</summary>
    public static Task<EnrolOutcome> EnrolAsync(
        string profile, string passphrase, Registration registration, IProgress<EnrolmentStep>? progress, ClientEnvironment environment,
        CancellationToken cancellation) => throw new NotSupportedException();
}
