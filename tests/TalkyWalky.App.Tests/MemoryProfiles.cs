using TalkyWalky.App.Sessions;
using TalkyWalky.Client;
using TalkyWalky.Client.Agent;
using TalkyWalky.Client.Tests.Agent;

namespace TalkyWalky.App.Tests;

/// <summary>One profile, in memory; its secret is kept or must be typed, as the test wants.</summary>
internal sealed class MemoryProfiles : IProfiles
{
    public MemoryChat Chat { get; set; } = new();

    public bool Exists { get; set; } = true;

    /// <summary>The chat was handed out.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>What unlocks the profile.</summary>
    public string Passphrase { get; set; } = "secret";

    /// <summary>Answered instead of the chat, when set.</summary>
    public ChatOpening? Opening { get; set; }

    /// <summary>What enrolment answers, one after the other; the last one stays.</summary>
    public Queue<Func<EnrolOutcome>> Outcomes { get; } = new();

    public List<(Registration Registration, bool Registers, string Passphrase)> Enrolments { get; } = [];

    public bool Has(string profile) => Exists;

    public async Task<ChatOpening> OpenAsync(string profile, PassphraseSource passphrase, ClientEnvironment environment, CancellationToken cancellation)
    {
        switch (await passphrase(cancellation))
        {
            case PassphraseAnswer.Missing missing:
                return new ChatOpening.WrongPassphrase(missing.Why);
            case PassphraseAnswer.Known known when known.Passphrase != Passphrase:
                return new ChatOpening.WrongPassphrase("This passphrase does not open the profile.");
            default:
                if (Opening is not null) return Opening;
                IsOpen = true;
                return new ChatOpening.Opened(Chat);
        }
    }

    public Task<EnrolOutcome> RegisterAsync(
        string profile, string passphrase, Registration registration, IProgress<EnrolmentStep> progress, ClientEnvironment environment, CancellationToken cancellation) =>
        EnrolAsync(profile, registration, registers: true, passphrase, progress);

    public Task<EnrolOutcome> EnrolAsync(
        string profile, string passphrase, Registration registration, IProgress<EnrolmentStep> progress, ClientEnvironment environment, CancellationToken cancellation) =>
        EnrolAsync(profile, registration, registers: false, passphrase, progress);

    private Task<EnrolOutcome> EnrolAsync(string profile, Registration registration, bool registers, string passphrase, IProgress<EnrolmentStep> progress)
    {
        lock (Enrolments) Enrolments.Add((registration, registers, passphrase));
        Directory.CreateDirectory(profile);
        progress.Report(EnrolmentStep.Contacting);
        progress.Report(EnrolmentStep.MakingKeys);
        var outcome = (Outcomes.Count > 1 ? Outcomes.Dequeue() : Outcomes.Peek())();
        Exists = outcome is EnrolOutcome.Enrolled or EnrolOutcome.Pending or EnrolOutcome.Unreachable;
        if (Exists) Passphrase = passphrase;
        return Task.FromResult(outcome);
    }
}
