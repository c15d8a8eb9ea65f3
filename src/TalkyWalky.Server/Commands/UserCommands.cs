using System.CommandLine;
using System.Text.Json;
using TalkyWalky.Server.Administration;

namespace TalkyWalky.Server.Commands;

internal static class UserCommands
{
    public static Command Build(CommandContext context) => new("user", "Accounts. Works while the server runs and while it does not.")
    {
        Add(context),
        Invite(context),
        List(context),
        Change(context, "enable", "Let a disabled account log in again.", static name => new AdminRequest.SetUserEnabled(name, true), "enabled"),
        Change(context, "disable", "Refuse an account and end its sessions at once.", static name => new AdminRequest.SetUserEnabled(name, false), "disabled"),
        Password(context),
        Change(context, "unlock", "Forget failed log-ins of an account.", static name => new AdminRequest.UnlockUser(name), "unlocked"),
    };

    private static Command Add(CommandContext context)
    {
        var name = Name();
        var fullName = new Option<string?>("--full-name") { Description = "shown beside the username (default: the username)", HelpName = "TEXT" };
        var mail = new Option<string?>("--mail") { Description = "mail address", HelpName = "ADDRESS" };
        var password = PasswordFile();
        var json = Json();
        var command = new Command("add", "Make an account. Asks for the password unless a file is given.") { name, fullName, mail, password, json };
        command.WithExamples("talkywalkyd user add alice --full-name \"Alice Martin\" --mail alice@example.org", "head -n1 secret | talkywalkyd user add bot --password-file -");
        command.SetAction(async (parsed, cancellation) =>
        {
            var secret = await SecretOption.ReadAsync(parsed.GetValue(password), "--password-file", "password", context.Terminal, cancellation);
            var request = new AdminRequest.AddUser(parsed.GetRequiredValue(name), secret, parsed.GetValue(fullName), parsed.GetValue(mail));
            return await AdminCommand.SendAsync(context, parsed, request, answer => WriteDone(context, answer, "added", parsed.GetValue(json)), cancellation);
        });
        return command;
    }

    private static Command Invite(CommandContext context)
    {
        var name = new Argument<string?>("NAME") { Description = "the only username that may use it (default: any)", Arity = ArgumentArity.ZeroOrOne };
        var days = new Option<int?>("--days") { Description = "how long it lasts, 1 to 365 (default: registration.invitationLife)", HelpName = "N" };
        var json = Json();
        var command = new Command("invite", "Print a join link that lets one person register, once.") { name, days, json };
        command.WithExamples("talkywalkyd user invite", "talkywalkyd user invite bob --days 2");
        command.SetAction((parsed, cancellation) =>
            AdminCommand.SendAsync(context, parsed, new AdminRequest.InviteUser(parsed.GetValue(name), parsed.GetValue(days)), answer => WriteInvited(context, answer, parsed.GetValue(json)), cancellation));
        return command;
    }

    private static Command List(CommandContext context)
    {
        var json = new Option<bool>("--json") { Description = "print one JSON object a line" };
        var command = new Command("list", "List the accounts.") { json };
        command.WithExamples("talkywalkyd user list", "talkywalkyd user list --json | jq -r .username");
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var channel = await AdminCommand.OpenAsync(context, parsed, cancellation);
            return await UserList.WriteAsync(context, channel, parsed.GetValue(json), cancellation);
        });
        return command;
    }

    private static Command Password(CommandContext context)
    {
        var name = Name();
        var password = PasswordFile();
        var json = Json();
        var command = new Command("passwd", "Set a new password. Open sessions end and must log in with it.") { name, password, json };
        command.WithExamples("talkywalkyd user passwd alice");
        command.SetAction(async (parsed, cancellation) =>
        {
            var secret = await SecretOption.ReadAsync(parsed.GetValue(password), "--password-file", "password", context.Terminal, cancellation);
            return await AdminCommand.SendAsync(
                context, parsed, new AdminRequest.SetUserPassword(parsed.GetRequiredValue(name), secret), answer => WriteDone(context, answer, "new password for", parsed.GetValue(json)), cancellation);
        });
        return command;
    }

    private static Command Change(CommandContext context, string verb, string description, Func<string, AdminRequest> request, string done)
    {
        var name = Name();
        var json = Json();
        var command = new Command(verb, description) { name, json };
        command.WithExamples($"talkywalkyd user {verb} alice");
        command.SetAction((parsed, cancellation) =>
            AdminCommand.SendAsync(context, parsed, request(parsed.GetRequiredValue(name)), answer => WriteDone(context, answer, done, parsed.GetValue(json)), cancellation));
        return command;
    }

    private static void WriteDone(CommandContext context, AdminAnswer answer, string verb, bool json)
    {
        var user = ((AdminAnswer.Done)answer).User;
        context.Terminal.Output.WriteLine(json ? JsonSerializer.Serialize(user, AdminJson.Default.UserEntry) : $"{verb} {user.Username}");
    }

    private static void WriteInvited(CommandContext context, AdminAnswer answer, bool json)
    {
        var invited = (AdminAnswer.Invited)answer;
        context.Terminal.Output.WriteLine(json ? JsonSerializer.Serialize(new InvitationEntry(invited.Join, invited.ExpiresAt), AdminJson.Default.InvitationEntry) : invited.Join);
    }

    private static Argument<string> Name() => new("NAME") { Description = "the username" };

    private static Option<bool> Json() => new("--json") { Description = "print one JSON object" };

    private static Option<string?> PasswordFile() => new("--password-file") { Description = "read the password from the first line of FILE, - for standard input", HelpName = "FILE" };
}
