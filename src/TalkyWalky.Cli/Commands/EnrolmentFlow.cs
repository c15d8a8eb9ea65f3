using TalkyWalky.Cli.Output;
using TalkyWalky.Cli.Profile;
using TalkyWalky.Client;
using TalkyWalky.Client.Agent;

namespace TalkyWalky.Cli.Commands;

/// <summary>What register and login share: making or finishing a profile, with progress in plain words.</summary>
internal sealed class EnrolmentFlow(CommandContext context)
{
    public async Task<int> RunAsync(Registration registration, bool registers, CancellationToken cancellation)
    {
        // An enrolment that was begun has its passphrase already.
        var isBegun = context.Host.Engine.HasProfile(context.Profile);
        switch (isBegun ? await context.Passphrases.ToUnlockAsync(cancellation) : await context.Passphrases.ToCreateAsync(cancellation))
        {
            case PassphraseAnswer.Missing missing:
                return await context.Reply.FailAsync(ExitCode.Failed, missing.Why);
            case PassphraseAnswer.Known { Passphrase: var passphrase }:
                var steps = new Steps(context.Host.Terminal.Error, registration);
                var engine = context.Host.Engine;
                var outcome = registers
                    ? await engine.RegisterAsync(context.Profile, passphrase, registration, steps, context.Environment, cancellation)
                    : await engine.EnrolAsync(context.Profile, passphrase, registration, steps, context.Environment, cancellation);
                return await ReportAsync(outcome, registration);
            default:
                throw new InvalidOperationException("unknown answer");
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
                BegunEnrolment.Remember(context.Profile, registration);
                return await reply.FailAsync(ExitCode.NotLoggedIn, "pending", $"{pending.Why} Then run: talkywalky login");
            case EnrolOutcome.Refused refused:
                return await reply.FailAsync(ExitCode.Refused, refused.Why);
            case EnrolOutcome.Unreachable unreachable:
                if (context.Host.Engine.HasProfile(context.Profile)) BegunEnrolment.Remember(context.Profile, registration);
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
