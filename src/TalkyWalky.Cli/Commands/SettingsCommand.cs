using System.CommandLine;
using TalkyWalky.Cli.Output;
using TalkyWalky.Client;

namespace TalkyWalky.Cli.Commands;

internal static class SettingsCommand
{
    public static Command Create(CliHost host)
    {
        var delivered = Switch("--delivered-receipts", "Tell authors that their messages reached you.");
        var read = Switch("--read-receipts", "Tell authors that you have seen their messages.");
        var typing = Switch("--typing", "Tell others that you are typing.");
        var command = new Command("settings", "Show what others are told about you, or change it, on all of your devices.") { delivered, read, typing };
        command.SetAction((parse, cancellation) =>
        {
            var context = new CommandContext(host, parse);
            var request = new OwnRequest.Settings(IsOn(parse.GetValue(delivered)), IsOn(parse.GetValue(read)), IsOn(parse.GetValue(typing)));
            return context.WithLoggedInChatAsync(async chat => await ShowAsync(context, await OwnReport.AskAsync(context, chat, request, cancellation)), cancellation);
        });
        return TalkyWalkyCommand.WithExamples(command, "talkywalky settings", "talkywalky settings --read-receipts off --typing off");
    }

    private static Option<string> Switch(string name, string help)
    {
        var option = new Option<string>(name) { Description = help, HelpName = "on|off" };
        option.AcceptOnlyFromAmong("on", "off");
        return option;
    }

    private static bool? IsOn(string? given) => given is null ? null : string.Equals(given, "on", StringComparison.Ordinal);

    private static async Task<int> ShowAsync(CommandContext context, OwnAnswer answer)
    {
        if (answer is not OwnAnswer.Settings settings) return await OwnReport.FailAsync(context, answer);
        if (context.Reply.Json) await context.Reply.ObjectAsync(SettingsLine.Of(settings), JsonLines.Types.SettingsLine);
        else await context.Reply.FieldsAsync([("delivered receipts", Word(settings.DeliveredReceipts)), ("read receipts", Word(settings.ReadReceipts)), ("typing", Word(settings.Typing))]);
        return ExitCode.Done;
    }

    private static string Word(bool isOn) => isOn ? "on" : "off";
}
