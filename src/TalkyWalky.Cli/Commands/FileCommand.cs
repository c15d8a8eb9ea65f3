using System.CommandLine;
using TalkyWalky.Cli.Export;
using TalkyWalky.Cli.Output;
using TalkyWalky.Cli.Terminals;
using TalkyWalky.Client;
using TalkyWalky.Wire;

namespace TalkyWalky.Cli.Commands;

/// <summary>file send, file save.</summary>
internal static class FileCommand
{
    private const string Dash = "-";
    private const int Page = 500, MinPrefix = 4;

    public static Command Create(CliHost host) => new("file", "Send a file, and save one that was sent.") { Send(host), Save(host) };

    private static Command Send(CliHost host)
    {
        var to = new ConversationOptions("--to");
        var path = new Argument<string>("FILE") { Description = $"The file, or - to read it from the standard input. At most {Limits.File / 1024 / 1024} MiB, in a room {Limits.RoomFile / 1024 / 1024} MiB." };
        var name = new Option<string>("--name") { Description = "What it is called there. Default: its own name.", HelpName = "NAME" };
        var type = new Option<string>("--type") { Description = "Its media type, such as image/png. Default: by the end of the name.", HelpName = "TYPE" };
        var command = new Command("send", "Send one file. Done (0) means that the server holds it durably.") { path, name, type };
        to.AddTo(command, isRequired: true);
        command.SetAction((parse, cancellation) =>
            SendAsync(new CommandContext(host, parse), to.Of(parse)!, parse.GetRequiredValue(path), parse.GetValue(name), parse.GetValue(type), cancellation));
        return TalkyWalkyCommand.WithExamples(
            command, "talkywalky file send --to bob plan.pdf", "talkywalky file send --room Planning draft.odt", "tar cz src | talkywalky file send --to bob - --name src.tar.gz");
    }

    private static Command Save(CliHost host)
    {
        var from = new ConversationOptions("--from");
        var message = new Argument<string?>("MESSAGE") { Description = "The first digits of the message's id, four or more. Default: the newest file that somebody else sent.", Arity = ArgumentArity.ZeroOrOne };
        var output = new Option<string>("--out") { Description = "The file to write, or - for the standard output. Default: its name, in this folder.", HelpName = "PATH" };
        var force = new Option<bool>("--force") { Description = "Replace the file if it exists." };
        var command = new Command("save", "Save a file that was sent.") { message, output, force };
        from.AddTo(command, isRequired: true);
        command.SetAction((parse, cancellation) =>
        {
            var context = new CommandContext(host, parse);
            var wish = new Wish(from.Of(parse)!, parse.GetValue(message)?.ToLowerInvariant(), parse.GetValue(output), parse.GetValue(force));
            if (wish.Message is { } prefix && (prefix.Length < MinPrefix || !prefix.All(char.IsAsciiHexDigit)))
                return context.Reply.FailAsync(ExitCode.Usage, $"a message is named by the first digits of its id, {MinPrefix} or more, as history --json shows it");
            return context.WithLoggedInChatAsync(chat => SaveAsync(context, chat, wish, cancellation), cancellation);
        });
        return TalkyWalkyCommand.WithExamples(
            command, "talkywalky file save --from bob", "talkywalky file save --from bob 3fa9c2d1 --out plan-of-bob.pdf", "talkywalky file save --room Planning --out - | wc -c");
    }

    private sealed record Wish(Target Of, string? Message, string? Output, bool Force);

    private static async Task<int> SendAsync(CommandContext context, Target to, string path, string? name, string? type, CancellationToken cancellation)
    {
        if (string.Equals(path, Dash, StringComparison.Ordinal) && name is null)
            return await context.Reply.FailAsync(ExitCode.Usage, "the standard input has no name; say what the file is called with --name");
        var (content, why) = await ReadAsync(context, path, cancellation);
        if (content is null) return await context.Reply.FailAsync(ExitCode.Failed, why!);
        var called = name ?? Path.GetFileName(path);
        var file = new OutgoingFile(called, type ?? FileTypes.Of(called), content);
        if (file.Problem(to.IsRoom) is { } problem) return await context.Reply.FailAsync(ExitCode.Usage, problem);
        return await context.WithLoggedInChatAsync(
            async chat => await SendCommand.ReportAsync(context, to, await chat.SendFileAsync(MessageId.New(), to, file, cancellation)), cancellation);
    }

    /// <summary>One byte more than the largest file at most.</summary>
    private static async Task<(byte[]? Content, string? Why)> ReadAsync(CommandContext context, string path, CancellationToken cancellation)
    {
        if (string.Equals(path, Dash, StringComparison.Ordinal))
            return (await Lines.ReadAllAsync(context.Host.Terminal.In, Limits.File, cancellation) ?? new byte[Limits.File + 1], null);
        if (Directory.Exists(path)) return (null, $"{path} is a folder; pack it into one file first, for example with tar");
        try
        {
            await using var stream = File.OpenRead(path);
            var content = new byte[stream.CanSeek ? Math.Min(stream.Length, Limits.File) + 1 : Limits.File + 1];
            var length = await stream.ReadAtLeastAsync(content, content.Length, throwOnEndOfStream: false, cancellation);
            return (content[..length], null);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return (null, failure is FileNotFoundException or DirectoryNotFoundException ? $"there is no file {path}" : $"{path} cannot be read: {failure.Message}");
        }
    }

    private static async Task<int> SaveAsync(CommandContext context, IChat chat, Wish wish, CancellationToken cancellation)
    {
        if (await FindAsync(chat, wish, cancellation) is not { File: { } file } message)
            return await context.Reply.FailAsync(ExitCode.Refused, await HistoryCommand.WhyUnknownAsync(chat, wish.Of, cancellation) ?? $"there is no such file from {wish.Of.Name}");
        switch (await chat.FileAsync(wish.Of, message.Position, cancellation))
        {
            case FileAnswer.Found found when string.Equals(wish.Output, Dash, StringComparison.Ordinal):
                if (context.Host.Terminal.OutputIsTerminal)
                    return await context.Reply.FailAsync(ExitCode.Usage, "a file may hold anything, also what takes a terminal over; send it into a pipe, or name a file with --out");
                await context.Reply.BytesAsync(found.Content);
                return ExitCode.Done;
            case FileAnswer.Found found:
                return await WriteAsync(context, wish, found, cancellation);
            case FileAnswer.Missing missing:
                return await context.Reply.FailAsync(ExitCode.Refused, missing.Why);
            case FileAnswer.NotLoggedIn locked:
                return await context.Reply.FailAsync(ExitCode.NotLoggedIn, locked.Why);
            default:
                throw new InvalidOperationException($"no answer for {file.Name}");
        }
    }

    /// <summary>The newest file that is meant.</summary>
    private static async Task<ChatMessage?> FindAsync(IChat chat, Wish wish, CancellationToken cancellation)
    {
        long? before = null;
        while (true)
        {
            var page = await chat.HistoryAsync(wish.Of, Page, before, cancellation);
            for (var i = page.Count - 1; i >= 0; i--)
            {
                if (page[i].File is not null && (wish.Message is { } prefix ? page[i].Id.ToString().StartsWith(prefix, StringComparison.Ordinal) : !page[i].Mine)) return page[i];
            }

            if (page.Count < Page) return null;
            before = page[0].Position;
        }
    }

    private static async Task<int> WriteAsync(CommandContext context, Wish wish, FileAnswer.Found found, CancellationToken cancellation)
    {
        var name = found.File.Name;
        // What others send must not become a start-up file of a shell by being saved at home.
        if (wish.Output is null && name.StartsWith('.'))
            return await context.Reply.FailAsync(ExitCode.Usage, $"the file is called {name}, which would be hidden, and perhaps run by something; say where it shall go with --out");
        var path = wish.Output ?? name;
        var (file, why) = PrivateFile.Create(path, wish.Force);
        if (file is null) return await context.Reply.FailAsync(ExitCode.Failed, why!);
        await using (file)
        {
            await file.WriteAsync(found.Content, cancellation);
            if (!await file.KeepAsync()) return await context.Reply.FailAsync(ExitCode.Failed, $"{path} exists by now; choose another name, or add --force");
        }

        if (context.Reply.Json) await context.Reply.ObjectAsync(new SavedFileLine(Path.GetFullPath(path), name, found.File.Type, found.File.Size), JsonLines.Types.SavedFileLine);
        else await context.Reply.LineAsync($"{PlainMessage.Size(found.File.Size)} in {Inert.Line(path)}");
        return ExitCode.Done;
    }
}
