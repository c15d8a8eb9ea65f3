using System.CommandLine;
using System.Text.Json;
using TalkyWalky.Server.Administration;

namespace TalkyWalky.Server.Commands;

internal static class DirectoryCommands
{
    public static Command Build(CommandContext context) => new("directory", "The organisation's own directory (OpenLDAP, Active Directory). Works while the server runs and while it does not.")
    {
        Sync(context),
        TestLogin(context),
    };

    private static Command Sync(CommandContext context)
    {
        var dryRun = new Option<bool>("--dry-run") { Description = "only show what would happen" };
        var confirm = new Option<int>("--confirm") { Description = "let up to N people go although the circuit breaker holds them back", HelpName = "N" };
        var json = new Option<bool>("--json") { Description = "print one JSON object" };
        var command = new Command("sync", "End the devices of everyone who is disabled or deleted in the directory, or outside its group. The running server does it by itself.") { dryRun, confirm, json };
        command.WithExamples("talkywalkyd directory sync --dry-run", "talkywalkyd directory sync --confirm 12");
        command.SetAction(async (parsed, cancellation) =>
        {
            var (look, people) = (parsed.GetValue(dryRun), parsed.GetValue(confirm));
            if (people < 0) throw ServerException.Usage("--confirm takes the number of people that the dry run says");
            if (look && people > 0) throw ServerException.Usage("--dry-run and --confirm exclude each other; look first, then confirm");
            return await SyncAsync(context, parsed, new AdminRequest.SyncDirectory(look, people), parsed.GetValue(json), cancellation);
        });
        return command;
    }

    private static async Task<int> SyncAsync(CommandContext context, ParseResult parsed, AdminRequest.SyncDirectory request, bool json, CancellationToken cancellation)
    {
        SyncEntry? sync = null;
        await AdminCommand.SendAsync(context, parsed, request, answer => sync = ((AdminAnswer.Synced)answer).Sync, cancellation);
        var output = context.Terminal.Output;
        if (json) output.WriteLine(JsonSerializer.Serialize(sync!, AdminJson.Default.SyncEntry));
        else Write(output, sync!);
        if (!sync!.Held) return ExitCode.Done;
        var held = $"the circuit breaker holds {sync.Leaving} of {sync.People} people back: mend the directory if they are no leavers, else run: talkywalkyd directory sync --confirm {sync.Leaving}";
        if (!request.DryRun) throw new ServerException(held);
        await context.Terminal.Error.WriteLineAsync(held.AsMemory(), cancellation);
        return ExitCode.Done;
    }

    private static void Write(TextWriter output, SyncEntry sync)
    {
        foreach (var leaver in sync.Leavers) output.WriteLine($"{leaver.Reason,-8}  {Terminal.Plain(leaver.Username ?? leaver.User)}");
        if (sync.Leavers.Count < sync.Leaving) output.WriteLine($"... and {sync.Leaving - sync.Leavers.Count} more");
        output.WriteLine($"{sync.People} people with devices, {sync.Leaving} {(sync.Done ? "ended" : "to end")}, {sync.Renamed} renamed");
    }

    private static Command TestLogin(CommandContext context)
    {
        var name = new Argument<string>("USER") { Description = "the username" };
        var password = new Option<string?>("--password-file") { Description = "read the password from the first line of FILE, - for standard input", HelpName = "FILE" };
        var json = new Option<bool>("--json") { Description = "print one JSON object" };
        var command = new Command("test-login", "Try a username and a password as a log-in would. Asks for the password unless a file is given.") { name, password, json };
        command.WithExamples("talkywalkyd directory test-login ada");
        command.SetAction(async (parsed, cancellation) =>
        {
            var secret = await SecretOption.ReadKnownAsync(parsed.GetValue(password), "--password-file", "password", context.Terminal, cancellation);
            return await AdminCommand.SendAsync(
                context, parsed, new AdminRequest.TestLogin(parsed.GetRequiredValue(name), secret), answer => WriteAccount(context.Terminal.Output, answer, parsed.GetValue(json)), cancellation);
        });
        return command;
    }

    private static void WriteAccount(TextWriter output, AdminAnswer answer, bool json)
    {
        var user = ((AdminAnswer.Done)answer).User;
        output.WriteLine(
            json ? JsonSerializer.Serialize(user, AdminJson.Default.UserEntry)
            : $"{Terminal.Plain(user.Username)} may log in: {Terminal.Plain(user.FullName)}{(user.Mail is null ? "" : $" <{Terminal.Plain(user.Mail)}>")}, id {user.User}");
    }
}
