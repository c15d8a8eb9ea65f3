using Microsoft.Extensions.Logging;
using TalkyWalky.App.Api;
using TalkyWalky.Client;
using TalkyWalky.Client.Agent;
using TalkyWalky.Client.Unlock;

namespace TalkyWalky.App.Sessions;

/// <param name="Registers">Make a new account; else one that exists.</param>
/// <param name="Passphrase">Null: a secret is made and kept.</param>
internal sealed record EnrolmentWish(Registration Registration, bool Registers, string? Passphrase)
{
    public override string ToString() => $"EnrolmentWish {{ Registers = {Registers} }}";
}

/// <summary>One enrolment, asked again while someone must approve it.</summary>
internal sealed class Enrolling(string profile, string passphrase, EnrolmentWish wish, IProfiles profiles, Board board, ClientEnvironment environment) : IProgress<EnrolmentStep>
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1), LongestPause = TimeSpan.FromMinutes(5);

    private bool _isQuiet;

    public static TimeSpan Bounded(TimeSpan pause) => TimeSpan.FromTicks(Math.Clamp(pause.Ticks, ShortestPause.Ticks, LongestPause.Ticks));

    /// <summary>True: the profile can be opened. Else the board says why not.</summary>
    public async Task<bool> RunAsync(CancellationToken stop)
    {
        try
        {
            return await UntilDecidedAsync(stop);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            AppLog.EnrolmentFailed(environment.Logs.CreateLogger<Enrolling>(), board.Now.Stage, failure);
            Stop(Failures.Describe(failure));
            return false;
        }
    }

    void IProgress<EnrolmentStep>.Report(EnrolmentStep value)
    {
        // The keys are worth going on with.
        if (value == EnrolmentStep.MakingKeys) BegunEnrolment.Remember(profile, wish.Registration);
        if (!_isQuiet) board.Change(now => now with { Step = value });
    }

    private async Task<bool> UntilDecidedAsync(CancellationToken stop)
    {
        var registers = wish.Registers;
        var pause = ShortestPause;
        while (true)
        {
            var outcome = registers
                ? await profiles.RegisterAsync(profile, passphrase, wish.Registration, this, environment, stop)
                : await profiles.EnrolAsync(profile, passphrase, wish.Registration, this, environment, stop);
            switch (outcome)
            {
                case EnrolOutcome.Enrolled:
                    BegunEnrolment.Forget(profile);
                    return true;
                case EnrolOutcome.Pending pending:
                    pause = pending.RetryAfter;
                    board.Change(now => now.At(Stage.Pending, pending.Why) with { KeyFingerprint = pending.KeyFingerprint });
                    break;
                case EnrolOutcome.Unreachable unreachable when _isQuiet:
                    board.Change(now => now with { Trouble = unreachable.Why });
                    break;
                default:
                    Stop(WhyOf(outcome));
                    return false;
            }

            // The account is made, and the person has seen the steps.
            (registers, _isQuiet) = (false, true);
            await Task.Delay(Bounded(pause), environment.Time, stop);
        }
    }

    private void Stop(string why)
    {
        var isBegun = profiles.Has(profile);
        if (!isBegun && Directory.Exists(profile)) BegunEnrolment.Forget(profile);
        board.Change(now => now.At(isBegun ? Stage.Unfinished : Stage.New, why));
    }

    private static string WhyOf(EnrolOutcome outcome) => outcome switch
    {
        EnrolOutcome.Refused refused => refused.Why,
        EnrolOutcome.Unreachable unreachable => unreachable.Why,
        EnrolOutcome.ProfileInUse busy => busy.Why,
        EnrolOutcome.ProfileExists exists => exists.Why,
        EnrolOutcome.WrongPassphrase wrong => wrong.Why,
        EnrolOutcome.Damaged damaged => damaged.Why,
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
