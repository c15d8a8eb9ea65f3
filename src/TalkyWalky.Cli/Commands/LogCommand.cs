using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using TalkyWalky.Cli.Log;
using TalkyWalky.Cli.Output;
using TalkyWalky.Client;
using TalkyWalky.Pki.Log;

namespace TalkyWalky.Cli.Commands;

/// <summary>log watch, log search, log verify: the transparency log, read and checked by the person's own computer.</summary>
internal static class LogCommand
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(2);

    public static Command Create(CliHost host) => new("log", "Read the transparency log: every certificate, revocation and device list of the organisation.") { Watch(host), Search(host), Verify(host) };

    private static Command Watch(CliHost host)
    {
        var all = new Option<bool>("--all") { Description = "What was logged so far first." };
        var command = new Command("watch", "Check the whole log, then show each new entry. Runs until Ctrl-C.") { all };
        command.SetAction((parse, cancellation) =>
        {
            var context = new CommandContext(host, parse);
            return context.WithLoggedInChatAsync(chat => WatchAsync(context, chat, parse.GetValue(all), cancellation), cancellation);
        });
        return TalkyWalkyCommand.WithExamples(command, "talkywalky log watch", "talkywalky log watch --all --json | jq -r .text");
    }

    private static Command Search(CliHost host)
    {
        var user = new Argument<string>("USER") { Description = "A username, or a user's id." };
        var command = new Command("search", "Check the whole log, then show what it says of one person.") { user };
        command.SetAction((parse, cancellation) =>
        {
            var context = new CommandContext(host, parse);
            return context.WithLoggedInChatAsync(chat => SearchAsync(context, chat, parse.GetRequiredValue(user), cancellation), cancellation);
        });
        return TalkyWalkyCommand.WithExamples(command, "talkywalky log search bob", "talkywalky log search bob --json | jq -r 'select(.kind == \"devices\").text'");
    }

    private static Command Verify(CliHost host)
    {
        var file = new Argument<string>("FILE") { Description = "Evidence, as an alarm names it." };
        var key = new Option<string>("--key") { Description = "The log's public key in PEM. Default: that of the profile's organisation.", HelpName = "FILE" };
        var command = new Command("verify", "Say what a file of evidence proves: ends with 0, or with 4 when it proves nothing. With --key it needs no profile and asks nobody.") { file, key };
        command.SetAction((parse, cancellation) =>
        {
            var context = new CommandContext(host, parse);
            return VerifyAsync(context, parse.GetRequiredValue(file), parse.GetValue(key), cancellation);
        });
        return TalkyWalkyCommand.WithExamples(command, "talkywalky log verify evidence.json", "talkywalky log verify evidence.json --key log.pub");
    }

    private static async Task<int> WatchAsync(CommandContext context, IChat chat, bool all, CancellationToken cancellation)
    {
        var (replay, names, fresh) = (new LogReplay(chat), new LogNames(), new List<LogEntryLine>());
        var (isShown, isChecked) = (all, false);
        try
        {
            while (true)
            {
                var outcome = await replay.AdvanceAsync(
                    (index, entry) =>
                    {
                        var line = names.Describe(index, entry);
                        if (isShown) fresh.Add(line);
                    },
                    Progress(context), cancellation);
                if (outcome is ReplayOutcome.Verified { Head: var head })
                {
                    // Shown once the tree that they stand in is verified.
                    if (!isShown) await HeadAsync(context, head);
                    foreach (var line in fresh) await EntryAsync(context, line);
                    fresh.Clear();
                    (isShown, isChecked) = (true, true);
                }
                else if (!isChecked || outcome is not ReplayOutcome.Failed { Answer: LogAnswer.Unreachable })
                {
                    return await FailAsync(context, outcome);
                }

                await Task.Delay(Look, context.Host.Time, cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return ExitCode.Interrupted;
        }
    }

    private static async Task<int> SearchAsync(CommandContext context, IChat chat, string user, CancellationToken cancellation)
    {
        var (found, names) = (new List<LogEntryLine>(), new LogNames());
        var outcome = await new LogReplay(chat).AdvanceAsync(
            (index, entry) =>
            {
                var line = names.Describe(index, entry);
                if (string.Equals(line.User, user, StringComparison.OrdinalIgnoreCase) || string.Equals(line.Username, user, StringComparison.OrdinalIgnoreCase)) found.Add(line);
            },
            Progress(context), cancellation);
        if (outcome is not ReplayOutcome.Verified) return await FailAsync(context, outcome);
        if (found.Count == 0) return await context.Reply.FailAsync(ExitCode.Refused, $"the log says nothing of \"{user}\"; check the spelling");
        foreach (var line in found) await EntryAsync(context, line);
        return ExitCode.Done;
    }

    private static async Task<int> VerifyAsync(CommandContext context, string file, string? keyFile, CancellationToken cancellation)
    {
        if (await ReadAsync(file, LogEvidence.MaxFile, cancellation) is not { } bytes) return await context.Reply.FailAsync(ExitCode.Usage, $"there is no file {file}, or it is larger than evidence is");
        if (LogEvidence.TryRead(bytes) is not { } evidence) return await context.Reply.FailAsync(ExitCode.Refused, $"{file} is not a file of evidence");
        if (keyFile is null) return await context.WithChatAsync(async chat => await chat.LogAsync(ulong.MaxValue, cancellation) switch
        {
            LogAnswer.Page page => await TellAsync(context, evidence, LogKey.TryRead(page.Key)!),
            var other => await FailAsync(context, new ReplayOutcome.Failed(other)),
        }, cancellation);
        const int MaxPem = 4096;
        return await ReadAsync(keyFile, MaxPem, cancellation) is { } pem && KeyOf(pem) is { } key
            ? await TellAsync(context, evidence, key)
            : await context.Reply.FailAsync(ExitCode.Usage, $"{keyFile} holds no public key of a log: a P-256 key in PEM, as talkywalkyd log show --pem prints it");
    }

    private static async Task<int> TellAsync(CommandContext context, LogEvidence evidence, LogKey key)
    {
        if (evidence.Verify(key) is not { } proven) return await context.Reply.FailAsync(ExitCode.Refused, "the file proves nothing about this log: its signatures are not of the log's key, or what it says fits together");
        if (context.Reply.Json) await context.Reply.ObjectAsync(new EvidenceLine(true, proven), JsonLines.Types.EvidenceLine);
        else await context.Reply.LineAsync($"proven: {proven}");
        return ExitCode.Done;
    }

    private static LogKey? KeyOf(byte[] pem)
    {
        try
        {
            using var key = ECDsa.Create();
            key.ImportFromPem(System.Text.Encoding.ASCII.GetString(pem));
            return LogKey.TryRead(key.ExportSubjectPublicKeyInfo());
        }
        catch (Exception other) when (other is ArgumentException or CryptographicException)
        {
            return null;
        }
    }

    private static async Task<byte[]?> ReadAsync(string file, int max, CancellationToken cancellation)
    {
        if (!File.Exists(file) || new FileInfo(file).Length > max) return null;
        return await File.ReadAllBytesAsync(file, cancellation);
    }

    private static Action<ulong, ulong> Progress(CommandContext context)
    {
        var shown = -1;
        return (read, size) =>
        {
            if (!context.Reply.Terminal.ErrorIsTerminal || size < 10_000) return;
            var percent = (int)(100 * read / size);
            if (percent == shown) return;
            shown = percent;
            context.Reply.Terminal.Error.Write(string.Create(CultureInfo.InvariantCulture, $"\rchecking the log: {percent} % {(read == size ? "\n" : "")}"));
        };
    }

    private static Task HeadAsync(CommandContext context, LogAnswer.Page head) => context.Reply.Json
        ? context.Reply.ObjectAsync(new LogHeadLine(head.Size, head.Root, head.Time), JsonLines.Types.LogHeadLine)
        : context.Reply.NoteAsync(string.Create(CultureInfo.InvariantCulture, $"The log was checked: {head.Size} entries, signed {head.Time.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC. What is new is shown here."));

    private static Task EntryAsync(CommandContext context, LogEntryLine line) => context.Reply.Json
        ? context.Reply.ObjectAsync(line, JsonLines.Types.LogEntryLine)
        : context.Reply.LineAsync(string.Create(CultureInfo.InvariantCulture, $"{line.Time.UtcDateTime:yyyy-MM-dd HH:mm:ss}  {line.Index,8}  {Inert.Line(line.Text)}"));

    private static async Task<int> FailAsync(CommandContext context, ReplayOutcome outcome)
    {
        switch (outcome)
        {
            case ReplayOutcome.Forged forged:
                await context.Reply.AlarmAsync(forged.Why);
                return await context.Reply.FailAsync(ExitCode.Refused, "the log was not verified; nothing of it is shown");
            case ReplayOutcome.Failed { Answer: LogAnswer.Refused refused }:
                return await context.Reply.FailAsync(ExitCode.Refused, refused.Why);
            case ReplayOutcome.Failed { Answer: LogAnswer.Unreachable unreachable }:
                return await context.Reply.FailAsync(ExitCode.Unreachable, unreachable.Why);
            default:
                throw new InvalidOperationException($"unknown outcome {outcome.GetType().Name}");
        }
    }
}
