using System.CommandLine;
using TalkyWalky.Cli.Output;
using TalkyWalky.Cli.Profile;
using TalkyWalky.Client.Unlock;
using TalkyWalky.Cli.Terminals;
using TalkyWalky.Client;

namespace TalkyWalky.Cli.Commands;

/// <summary>What every command has at hand, from the options that all share.</summary>
internal sealed class CommandContext
{
    // Long enough for a handshake on a slow line; a silent server is told apart by then.
    private static readonly TimeSpan SettleTime = TimeSpan.FromSeconds(5), SettleStep = TimeSpan.FromMilliseconds(25);

    private const int LongestAnswer = 1024;

    public CommandContext(CliHost host, ParseResult parse)
    {
        Host = host;
        Verbose = parse.GetValue(CommonOptions.Verbose);
        Reply = new Reply(host.Terminal, parse.GetValue(CommonOptions.Json));
        Profile = ProfilePaths.Full(parse.GetValue(CommonOptions.Profile) is { Length: > 0 } given ? given : ProfilePaths.Default(host.Variable));
        Environment = host.Environment(Verbose);
        Passphrases = new Passphrases(Profile, host, Reply);
    }

    public CliHost Host { get; }

    public bool Verbose { get; }

    public Reply Reply { get; }

    /// <summary>Full path.</summary>
    public string Profile { get; }

    public ClientEnvironment Environment { get; }

    public Passphrases Passphrases { get; }

    public TimeZoneInfo Zone => Host.Terminal.Zone;

    /// <summary>Opens the profile and hands it to <paramref name="act"/>; says why it cannot otherwise.</summary>
    public async Task<int> WithChatAsync(Func<IChat, Task<int>> act, CancellationToken cancellation)
    {
        if (!Host.Profiles.Has(Profile)) return await NoProfileAsync();
        switch (await Host.Profiles.OpenAsync(Profile, Passphrases.ToUnlockAsync, Environment, cancellation))
        {
            case ChatOpening.Opened opened:
                await using (opened.Chat) return await act(opened.Chat);
            case ChatOpening.NoProfile:
                return await NoProfileAsync();
            case ChatOpening.Unfinished unfinished:
                return await Reply.FailAsync(ExitCode.NotLoggedIn, $"{unfinished.Why} (run: talkywalky login)");
            case ChatOpening.InUse busy:
                return await Reply.FailAsync(ExitCode.Failed, busy.Why);
            case ChatOpening.WrongPassphrase wrong:
                return await Reply.FailAsync(ExitCode.Failed, wrong.Why);
            case ChatOpening.Damaged damaged:
                return await Reply.FailAsync(ExitCode.Failed, damaged.Why);
            default:
                throw new InvalidOperationException("unknown opening");
        }
    }

    /// <summary>As <see cref="WithChatAsync"/>, for commands that need a log-in.</summary>
    public Task<int> WithLoggedInChatAsync(Func<IChat, Task<int>> act, CancellationToken cancellation) => WithChatAsync(
        async chat => await IsLoggedInAsync(chat, cancellation) ? await act(chat) : await NotLoggedInAsync(), cancellation);

    /// <summary>Answers at once, also while the connection is still being made.</summary>
    public static async Task<bool> IsLoggedInAsync(IChat chat, CancellationToken cancellation)
    {
        try
        {
            // The status of a profile just opened is "connecting"; history is refused to who is logged out, and reads nothing here.
            _ = await chat.HistoryAsync(Target.Person(""), limit: 0, before: null, cancellation);
            return true;
        }
        catch (NotLoggedInException)
        {
            return false;
        }
    }

    public Task<int> NotLoggedInAsync() => Reply.FailAsync(ExitCode.NotLoggedIn, "you are logged out; run: talkywalky login");

    /// <summary>Asks on the terminal before something that cannot be undone. Null: go on; else the code to end with.</summary>
    /// <param name="isAnswered">The person said yes on the command line.</param>
    /// <param name="needsAnswer">Without a terminal, end with <see cref="ExitCode.Usage"/> rather than go on.</param>
    public async Task<int?> ConfirmAsync(string question, bool isAnswered, bool needsAnswer, CancellationToken cancellation)
    {
        if (isAnswered) return null;
        if (!Host.Terminal.CanAsk) return needsAnswer ? await Reply.FailAsync(ExitCode.Usage, $"nobody can be asked here; add --yes. The question was: {question}") : null;
        await Host.Terminal.Error.WriteAsync($"{Inert.Line(question)} [y/N] ");
        await foreach (var line in Lines.ReadAsync(Host.Terminal.In, LongestAnswer, cancellation))
        {
            if (line.Trim() is "y" or "Y" or "yes" or "Yes") return null;
            break;
        }

        await Reply.NoteAsync("Nothing was changed.");
        return ExitCode.Failed;
    }

    /// <summary>A profile that was just opened is still connecting; waits until it is clear whether that works.</summary>
    public async Task<ChatStatus> SettledStatusAsync(IChat chat, CancellationToken cancellation)
    {
        var started = Host.Time.GetTimestamp();
        while (true)
        {
            var status = await chat.StatusAsync(cancellation);
            if (status.Connection != ConnectionState.Connecting || Host.Time.GetElapsedTime(started) > SettleTime) return status;
            await Task.Delay(SettleStep, Host.Time, cancellation);
        }
    }

    public Task<int> NoProfileAsync() =>
        Reply.FailAsync(ExitCode.NotLoggedIn, $"there is no profile in {Profile}; run: talkywalky register --join LINK --user NAME");
}
