using TalkyWalky.Cli.Output;
using TalkyWalky.Cli.Profile;
using TalkyWalky.Client.Unlock;
using TalkyWalky.Client;
using TalkyWalky.Client.Agent;

namespace TalkyWalky.Cli.Commands;

/// <summary>What register and login share: making or finishing a profile, with progress in plain words.</summary>
/// <param name="waits">Where someone must approve first, ask again until that is done.</param>
internal sealed class EnrolmentFlow(CommandContext context, bool waits)
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1), LongestPause = TimeSpan.FromMinutes(5);

    public async Task<int> RunAsync(Registration registration, bool registers, CancellationToken cancellation)
    {
        // An enrolment that was begun has its passphrase already.
        var isBegun = context.Host.Profiles.Has(context.Profile);
        switch (isBegun ? await context.Passphrases.ToUnlockAsync(cancellation) : await context.Passphrases.ToCreateAsync(cancellation))
        {
            case PassphraseAnswer.Missing missing:
                return await context.Reply.FailAsync(ExitCode.Failed, missing.Why);
            case PassphraseAnswer.Known { Passphrase: var passphrase }:
                var steps = new Steps(context.Host.Terminal.Error, registration);
                var profiles = context.Host.Profiles;
                var outcome = registers
                    ? await profiles.RegisterAsync(context.Profile, passphrase, registration, steps, context.Environment, cancellation)
                    : await profiles.EnrolAsync(context.Profile, passphrase, registration, steps, context.Environment, cancellation);
                return outcome is EnrolOutcome.Pending pending
                    ? await PendingAsync(pending, registration, passphrase, cancellation)
                    : await ReportAsync(outcome, registration);
            default:
                throw new InvalidOperationException("unknown answer");
        }
    }

    private async Task<int> PendingAsync(EnrolOutcome.Pending pending, Registration registration, string passphrase, CancellationToken cancellation)
    {
        BegunEnrolment.Remember(context.Profile, registration);
        var line = new PendingLine(new PendingBody(pending.KeyFingerprint, Inert.Line(pending.Why)));
        if (context.Reply.Json) await context.Reply.ObjectAsync(line, JsonLines.Types.PendingLine);
        await context.Reply.NoteAsync($"The key of this device: {PlainLists.Fingerprint(pending.KeyFingerprint)}");
        if (!waits) return await ReportAsync(pending, registration);
        await context.Reply.NoteAsync($"{Inert.Line(pending.Why)} On a device that you have: talkywalky device list, compare the key, talkywalky device approve ID.");
        await context.Reply.NoteAsync("Waiting for that. Ctrl-C stops the waiting; talkywalky login goes on with it.");
        return await ReportAsync(await UntilDecidedAsync(pending, registration, passphrase, cancellation), registration);
    }

    private async Task<EnrolOutcome> UntilDecidedAsync(EnrolOutcome.Pending pending, Registration registration, string passphrase, CancellationToken cancellation)
    {
        var pause = pending.RetryAfter;
        var isAway = false;
        while (true)
        {
            await Task.Delay(TimeSpan.FromTicks(Math.Clamp(pause.Ticks, ShortestPause.Ticks, LongestPause.Ticks)), context.Host.Time, cancellation);
            var outcome = await context.Host.Profiles.EnrolAsync(context.Profile, passphrase, registration, new Quiet(), context.Environment, cancellation);
            if (outcome is EnrolOutcome.Unreachable away)
            {
                if (!isAway) await context.Reply.NoteAsync($"{Inert.Line(away.Why)} Asking again.");
            }
            else if (outcome is EnrolOutcome.Pending again)
            {
                pause = again.RetryAfter;
            }
            else
            {
                return outcome;
            }

            isAway = outcome is EnrolOutcome.Unreachable;
        }
    }

    private async Task<int> ReportAsync(EnrolOutcome outcome, Registration registration)
    {
        var reply = context.Reply;
        switch (outcome)
        {
            case EnrolOutcome.Enrolled enrolled:
                BegunEnrolment.Forget(context.Profile);
                if (reply.Json) await reply.ObjectAsync(SelfLine.From(enrolled.Self), JsonLines.Types.SelfLine);
                else await reply.FieldsAsync(PlainText.Self(enrolled.Self));
                return ExitCode.Done;
            case EnrolOutcome.Pending pending:
                return await reply.FailAsync(ExitCode.NotLoggedIn, "pending", $"{pending.Why} Then run: talkywalky login");
            case EnrolOutcome.Refused refused:
                return await reply.FailAsync(ExitCode.Refused, refused.Why);
            case EnrolOutcome.Unreachable unreachable:
                if (context.Host.Profiles.Has(context.Profile)) BegunEnrolment.Remember(context.Profile, registration);
                return await reply.FailAsync(ExitCode.Unreachable, unreachable.Why);
            case EnrolOutcome.ProfileInUse busy:
                return await reply.FailAsync(ExitCode.Failed, busy.Why);
            case EnrolOutcome.ProfileExists exists:
                return await reply.FailAsync(ExitCode.Failed, exists.Why);
            case EnrolOutcome.WrongPassphrase wrong:
                return await reply.FailAsync(ExitCode.Failed, wrong.Why);
            case EnrolOutcome.Damaged damaged:
                return await reply.FailAsync(ExitCode.Failed, damaged.Why);
            default:
                throw new InvalidOperationException("unknown outcome");
        }
    }

    private sealed class Quiet : IProgress<EnrolmentStep>
    {
        public void Report(EnrolmentStep value)
        {
            // The steps were told the first time.
        }
    }

    // Progress<T> would report from other threads and out of order.
    private sealed class Steps(TextWriter error, Registration registration) : IProgress<EnrolmentStep>
    {
        public void Report(EnrolmentStep value)
        {
            var sentence = value switch
            {
                EnrolmentStep.Contacting => $"Contacting {registration.Link.Gateway.Authority}.",
                EnrolmentStep.Registering => "Making your account.",
                EnrolmentStep.MakingKeys => "Making your keys. They never leave this computer.",
                EnrolmentStep.RequestingCertificates => "Asking the authority for your certificates.",
                _ => "Done.",
            };
            error.WriteLine(sentence);
        }
    }
}
