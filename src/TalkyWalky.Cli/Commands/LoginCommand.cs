using System.CommandLine;
using TalkyWalky.Cli.Output;
using TalkyWalky.Cli.Profile;
using TalkyWalky.Client.Unlock;
using TalkyWalky.Client;
using TalkyWalky.Wire;

namespace TalkyWalky.Cli.Commands;

internal static class LoginCommand
{
    public static Command Create(CliHost host)
    {
        var join = RegisterCommand.Join(required: false);
        var user = RegisterCommand.User(required: false);
        var passwordFile = RegisterCommand.PasswordFile();
        var noWait = new Option<bool>("--no-wait") { Description = "Where a new device must be approved first: do not wait for that." };
        var command = new Command("login", "Log in again, set up this computer for an account you have, or go on after an approval.") { join, user, passwordFile, noWait };
        command.Validators.Add(result =>
        {
            if (result.GetResult(join) is null != result.GetResult(user) is null) result.AddError("--join and --user belong together");
        });
        command.SetAction((parse, cancellation) =>
            LoginAsync(new CommandContext(host, parse), new Wish(parse.GetValue(join), parse.GetValue(user), parse.GetValue(passwordFile), !parse.GetValue(noWait)), cancellation));
        return TalkyWalkyCommand.WithExamples(
            command, "talkywalky login", "talkywalky login --password-file ~/.talkywalky-password", "talkywalky login --join 'talkywalky://...' --user alice");
    }

    /// <summary>Asks the engine; shared with the terminal client.</summary>
    public static async Task<int> LoginAsync(CommandContext context, IChat chat, string password, CancellationToken cancellation) =>
        await chat.LoginAsync(password, cancellation) switch
        {
            LoginOutcome.LoggedIn => ExitCode.Done,
            LoginOutcome.Pending pending => await context.Reply.FailAsync(
                ExitCode.NotLoggedIn, "pending", $"{pending.Why} The key of this device: {PlainLists.Fingerprint(pending.KeyFingerprint)}. Once it is let in, run: talkywalky login"),
            LoginOutcome.Refused refused => await context.Reply.FailAsync(ExitCode.Refused, refused.Why),
            LoginOutcome.Unreachable unreachable => await context.Reply.FailAsync(ExitCode.Unreachable, unreachable.Why),
            _ => throw new InvalidOperationException("unknown outcome"),
        };

    private sealed record Wish(string? Join, string? User, string? PasswordFile, bool Waits);

    private static async Task<int> LoginAsync(CommandContext context, Wish wish, CancellationToken cancellation)
    {
        JoinLink? link = null;
        var user = wish.User;
        if (wish.Join is not null && !JoinLink.TryParse(wish.Join, out link, out var error)) return await context.Reply.FailAsync(ExitCode.Usage, error);
        if (link is null && !context.Host.Profiles.Has(context.Profile)) return await context.NoProfileAsync();
        var answer = await new Secrets(context.Host.Terminal).PasswordAsync(wish.PasswordFile, isNew: false, cancellation);
        if (answer is PasswordAnswer.Missing missing) return await context.Reply.FailAsync(ExitCode.Usage, missing.Why);
        var password = ((PasswordAnswer.Known)answer).Password;
        if (link is null && BegunEnrolment.TryRead(context.Profile, out var begun, out var name)) (link, user) = (begun, name);
        if (link is not null) return await new EnrolmentFlow(context, wish.Waits).RunAsync(new Registration(link, user!, password, null, null), registers: false, cancellation);
        return await context.WithChatAsync(chat => AgainAsync(context, chat, password, cancellation), cancellation);
    }

    private static async Task<int> AgainAsync(CommandContext context, IChat chat, string password, CancellationToken cancellation)
    {
        if (await LoginAsync(context, chat, password, cancellation) is var code and not ExitCode.Done) return code;
        var self = await chat.WhoAmIAsync(cancellation);
        if (context.Reply.Json) await context.Reply.ObjectAsync(SelfLine.From(self), JsonLines.Types.SelfLine);
        else await context.Reply.LineAsync($"logged in as {Inert.Line(self.Username)}");
        return ExitCode.Done;
    }
}
