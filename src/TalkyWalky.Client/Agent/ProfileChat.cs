namespace TalkyWalky.Client.Agent;

public abstract record PassphraseAnswer
{
    private PassphraseAnswer() { }

    public sealed record Known(string Passphrase) : PassphraseAnswer
    {
        public override string ToString() => "Known { }";
    }

    /// <param name="Why">A sentence that says how to give one.</param>
    public sealed record Missing(string Why) : PassphraseAnswer;
}

/// <summary>Asked only when this process is to own the profile, and again when it takes over from one that ended.</summary>
public delegate Task<PassphraseAnswer> PassphraseSource(CancellationToken cancellation);

/// <summary>
/// The way into a profile for every program: the first process owns it and serves PROFILE/agent.sock, later ones ask that process. When the owner ends, one of
/// them takes over.
/// </summary>
public static class ProfileChat
{
    /// <summary>Whether the folder holds a profile, finished or not.</summary>
    public static bool Exists(string profile) => File.Exists(Path.Combine(profile, "profile.db"));

    public static Task<ChatOpening> OpenAsync(string profile, PassphraseSource passphrase, ClientEnvironment environment, CancellationToken cancellation) =>
        OpenAsync(profile, passphrase, (secret, ct) => LocalChat.OpenAsync(profile, secret, environment, ct), environment, cancellation);

    internal static async Task<ChatOpening> OpenAsync(
        string profile, PassphraseSource passphrase, Func<string, CancellationToken, Task<ChatOpening>> openLocal, ClientEnvironment environment,
        CancellationToken cancellation)
    {
        var door = new ProfileDoor(profile, passphrase, openLocal, environment);
        return await door.EnterAsync(cancellation) switch
        {
            Entry.Inside inside => new ChatOpening.Opened(new SharedChat(door, inside.Holding)),
            Entry.Outside outside => outside.Opening,
            _ => throw new InvalidOperationException("unknown entry"),
        };
    }
}
