using TalkyWalky.Client;
using TalkyWalky.Pki.Log;

namespace TalkyWalky.Cli.Log;

/// <summary>How far a replay of the log came.</summary>
internal abstract record ReplayOutcome
{
    private ReplayOutcome() { }

    /// <summary>All leaves up to the newest tree that this device has verified, and they hash to its root.</summary>
    public sealed record Verified(LogAnswer.Page Head) : ReplayOutcome;

    /// <summary>What the server gives is not the log that was signed.</summary>
    public sealed record Forged(string Why) : ReplayOutcome;

    public sealed record Failed(LogAnswer Answer) : ReplayOutcome;
}

/// <summary>Reads the transparency log from its first leaf on. What it read is worth something only after <see cref="ReplayOutcome.Verified"/>: no leaf can be left out, added or changed then.</summary>
internal sealed class LogReplay(IChat chat)
{
    private const string Tell = "Tell your administrator: the server, or someone who controls it, is tampering.";

    private readonly LogFrontier _frontier = new();

    /// <param name="each">Index and entry.</param>
    /// <param name="progress">How many were read, of how many.</param>
    public async Task<ReplayOutcome> AdvanceAsync(Action<ulong, LogEntry> each, Action<ulong, ulong> progress, CancellationToken cancellation)
    {
        while (true)
        {
            var answer = await chat.LogAsync(_frontier.Size, cancellation);
            if (answer is not LogAnswer.Page page) return new ReplayOutcome.Failed(answer);
            if (page.Size < _frontier.Size) return new ReplayOutcome.Forged($"The log became smaller while it was read. {Tell}");
            foreach (var leaf in page.Leaves)
            {
                if (LogEntry.TryRead(leaf) is not { } entry) return new ReplayOutcome.Forged($"Entry {_frontier.Size} of the log is none. {Tell}");
                each(_frontier.Size, entry);
                _frontier.Append(MerkleProof.HashLeaf(leaf));
            }

            progress(_frontier.Size, page.Size);
            if (_frontier.Size < page.Size) continue;
            return string.Equals(_frontier.Root.ToString(), page.Root, StringComparison.Ordinal)
                ? new ReplayOutcome.Verified(page)
                : new ReplayOutcome.Forged($"The entries that the server gives are not those of the log that it signed. {Tell}");
        }
    }
}
