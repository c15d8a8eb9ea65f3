using System.CommandLine;
using System.Globalization;
using TalkyWalky.Cli.Export;
using TalkyWalky.Cli.Output;
using TalkyWalky.Client;
using TalkyWalky.Client.Export;

namespace TalkyWalky.Cli.Commands;

internal static class HistoryExportCommand
{
    private sealed record Wish(Target Of, string Format, string? From, string? To, string Output, bool Force);

    public static Command Create(CliHost host)
    {
        var of = new ConversationOptions("--with");
        var format = new Option<string>("--format") { Description = "text, json or html.", HelpName = "text|json|html", Required = true };
        format.AcceptOnlyFromAmong("text", "json", "html");
        var from = DateOption("--from", "Leave out what is older. A date, or a date and time.");
        var to = DateOption("--to", "Leave out what is newer; the whole day is included.");
        var output = new Option<string>("--output") { Description = "The file to write, or - for the standard output.", HelpName = "FILE", Required = true };
        var force = new Option<bool>("--force") { Description = "Replace the file if it exists." };
        var command = new Command("export", "Save a conversation as text, JSON, or a page for a browser.");
        of.AddTo(command, isRequired: true);
        foreach (var option in (Option[])[format, from, to, output, force]) command.Options.Add(option);
        command.SetAction((parse, cancellation) =>
        {
            var wish = new Wish(
                of.Of(parse)!, parse.GetRequiredValue(format), parse.GetValue(from), parse.GetValue(to), parse.GetRequiredValue(output), parse.GetValue(force));
            var context = new CommandContext(host, parse);
            return context.WithLoggedInChatAsync(chat => ExportAsync(context, chat, wish, cancellation), cancellation);
        });
        return TalkyWalkyCommand.WithExamples(
            command, "talkywalky history export --with bob --format text --output bob.txt",
            "talkywalky history export --room Planning --format html --from 2026-11-01 --to 2026-11-30 --output planning.html",
            "talkywalky history export --with bob --format json --output - | jq '.messages | length'");
    }

    private static Option<string> DateOption(string name, string help)
    {
        var option = new Option<string>(name) { Description = help, HelpName = "DATE" };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && !LocalTime.IsWellFormed(result.Tokens[0].Value))
                result.AddError($"{name} takes a date such as 2026-11-01, or 2026-11-01T14:30");
        });
        return option;
    }

    private static async Task<int> ExportAsync(CommandContext context, IChat chat, Wish wish, CancellationToken cancellation)
    {
        var newest = await chat.HistoryAsync(wish.Of, limit: 1, before: null, cancellation);
        if (newest.Count == 0 && await HistoryCommand.WhyUnknownAsync(chat, wish.Of, cancellation) is { } unknown)
            return await context.Reply.FailAsync(ExitCode.Refused, unknown);
        var self = await chat.WhoAmIAsync(cancellation);
        var document = new HistoryDocument(
            wish.Of, newest.Count > 0 ? newest[0].With : wish.Of.Name, self.Username, context.Host.Time.GetUtcNow(),
            LocalTime.Moment(wish.From, isLast: false, context.Zone), LocalTime.Moment(wish.To, isLast: true, context.Zone), context.Zone);
        if (!string.Equals(wish.Output, "-", StringComparison.Ordinal)) return await ToFileAsync(context, chat, document, wish, cancellation);
        await WriteAsync(context, chat, document, wish, context.Reply.TextAsync, cancellation);
        return ExitCode.Done;
    }

    private static async Task<long> WriteAsync(
        CommandContext context, IChat chat, HistoryDocument document, Wish wish, Func<string, Task> write, CancellationToken cancellation)
    {
        using var progress = new ExportProgress(context.Host);
        var format = wish.Format switch { "html" => HistoryFormat.Html, "json" => HistoryFormat.Json, _ => HistoryFormat.Text };
        return await HistoryExport.WriteAsync(chat, document, format, write, progress, cancellation);
    }

    private static async Task<int> ToFileAsync(CommandContext context, IChat chat, HistoryDocument document, Wish wish, CancellationToken cancellation)
    {
        var (file, why) = PrivateFile.Create(wish.Output, wish.Force);
        if (file is null) return await context.Reply.FailAsync(ExitCode.Failed, why!);
        await using (file)
        {
            var written = await WriteAsync(context, chat, document, wish, text => file.WriteAsync(text, cancellation), cancellation);
            if (!await file.KeepAsync()) return await context.Reply.FailAsync(ExitCode.Failed, $"{wish.Output} exists by now; choose another name, or add --force");
            if (context.Reply.Json) await context.Reply.ObjectAsync(new ExportedLine(Path.GetFullPath(wish.Output), written), JsonLines.Types.ExportedLine);
            else await context.Reply.LineAsync(string.Create(CultureInfo.InvariantCulture, $"{written} {(written == 1 ? "message" : "messages")} in {Inert.Line(wish.Output)}"));
            return ExitCode.Done;
        }
    }
}
