namespace TalkyWalky.Client.Agent;

/// <summary>What the hosts ask to make and open profiles; their tests put profiles in memory behind it.</summary>
public interface IProfiles
{
    bool Has(string profile);

    Task<ChatOpening> OpenAsync(string profile, PassphraseSource passphrase, ClientEnvironment environment, CancellationToken cancellation);

    Task<EnrolOutcome> RegisterAsync(
        string profile, string passphrase, Registration registration, IProgress<EnrolmentStep> progress, ClientEnvironment environment, CancellationToken cancellation);

    Task<EnrolOutcome> EnrolAsync(
        string profile, string passphrase, Registration registration, IProgress<EnrolmentStep> progress, ClientEnvironment environment, CancellationToken cancellation);
}

public sealed class Profiles : IProfiles
{
    public bool Has(string profile) => ProfileChat.Exists(profile);

    public Task<ChatOpening> OpenAsync(string profile, PassphraseSource passphrase, ClientEnvironment environment, CancellationToken cancellation) =>
        ProfileChat.OpenAsync(profile, passphrase, environment, cancellation);

    public Task<EnrolOutcome> RegisterAsync(
        string profile, string passphrase, Registration registration, IProgress<EnrolmentStep> progress, ClientEnvironment environment, CancellationToken cancellation) =>
        Enrolment.RegisterAsync(profile, passphrase, registration, progress, environment, cancellation);

    public Task<EnrolOutcome> EnrolAsync(
        string profile, string passphrase, Registration registration, IProgress<EnrolmentStep> progress, ClientEnvironment environment, CancellationToken cancellation) =>
        Enrolment.EnrolAsync(profile, passphrase, registration, progress, environment, cancellation);
}
