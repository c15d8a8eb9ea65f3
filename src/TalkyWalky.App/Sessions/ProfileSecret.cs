using TalkyWalky.App.Live;
using TalkyWalky.Client.Agent;
using TalkyWalky.Client.Unlock;

namespace TalkyWalky.App.Sessions;

/// <summary>What unlocks the profile: what the person typed, what this computer keeps, or a new secret that it makes and keeps.</summary>
internal sealed class ProfileSecret(AppOptions options, TimeProvider time, Board board, LiveHub hub)
{
    private readonly KeptSecret _kept = new(options.Profile, options.Variable, time);

    /// <summary>What the profile was opened or begun with last.</summary>
    public string? Known { get; private set; }

    /// <summary>None is kept: a person must be asked, and nothing is wrong.</summary>
    public bool IsAbsent { get; private set; }

    public async Task LearnPlaceAsync(CancellationToken cancellation)
    {
        var place = await _kept.PlaceAsync(cancellation);
        board.Change(now => now with { SecretPlace = place });
    }

    /// <summary>For a profile that is there.</summary>
    /// <param name="typed">By the person; null: what is kept.</param>
    public PassphraseSource Opening(string? typed) => async cancellation =>
    {
        var answer = typed is not null ? new PassphraseAnswer.Known(typed) : await _kept.FindAsync(cancellation);
        IsAbsent = answer is null;
        Known = (answer as PassphraseAnswer.Known)?.Passphrase;
        return answer ?? new PassphraseAnswer.Missing("The profile is locked; unlock it with its passphrase.");
    };

    /// <summary>For a profile that is to be made, or is begun.</summary>
    /// <returns>Why there is none, else null.</returns>
    public async Task<string?> ChooseAsync(string? typed, bool isBegun, CancellationToken cancellation)
    {
        if (isBegun && Known is not null) return null;
        (Known, var why) = typed is not null ? (typed, null) : await _kept.FindAsync(cancellation) switch
        {
            PassphraseAnswer.Known known => (known.Passphrase, null),
            PassphraseAnswer.Missing missing => (null, missing.Why),
            _ => await MakeAsync(cancellation),
        };
        return why;
    }

    private async Task<(string?, string?)> MakeAsync(CancellationToken cancellation)
    {
        switch (await _kept.MakeAsync(cancellation))
        {
            case NewSecret.Kept kept:
                // The person was told another place before.
                if (kept.Place != board.Now.SecretPlace) hub.Tell(new LiveEvent.Notice(kept.Note));
                board.Change(now => now with { SecretPlace = kept.Place });
                return (kept.Passphrase, null);
            case NewSecret.Failed failed:
                return (null, failed.Why);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }
}
