using TalkyWalky.Cli.Output;
using TalkyWalky.Client.Agent;
using TalkyWalky.Client.Unlock;

namespace TalkyWalky.Cli.Profile;

/// <summary>What unlocks a profile at rest: the secret that is kept for it, else a question on the terminal (docs/cli.md).</summary>
internal sealed class Passphrases(string profile, CliHost host, Reply reply)
{
    private readonly KeptSecret _kept = new(profile, host.Variable, host.Time);
    private readonly Secrets _secrets = new(host.Terminal);

    public async Task<PassphraseAnswer> ToUnlockAsync(CancellationToken cancellation)
    {
        if (await _kept.FindAsync(cancellation) is { } kept) return kept;
        if (host.Terminal.CanAsk) return new PassphraseAnswer.Known(await _secrets.AskAsync("Passphrase of this profile: ", cancellation));
        return new PassphraseAnswer.Missing(
            $"the profile {profile} is locked and has no key file; name a file with its passphrase in {KeptSecret.FileVariable}, or run this in a terminal");
    }

    public async Task<PassphraseAnswer> ToCreateAsync(CancellationToken cancellation)
    {
        if (await _kept.FindAsync(cancellation) is { } kept) return kept;
        if (host.Terminal.CanAsk)
        {
            var chosen = await _secrets.AskTwiceAsync("Passphrase for this computer; Enter lets this computer keep one instead: ", cancellation);
            if (chosen is null) return new PassphraseAnswer.Missing("the two passphrases differ; try again");
            if (chosen.Length > 0) return new PassphraseAnswer.Known(chosen);
        }

        switch (await _kept.MakeAsync(cancellation))
        {
            case NewSecret.Kept made:
                await reply.NoteAsync(made.Note);
                return new PassphraseAnswer.Known(made.Passphrase);
            case NewSecret.Failed failed:
                return new PassphraseAnswer.Missing(failed.Why);
            default:
                throw new InvalidOperationException("unknown outcome");
        }
    }
}
