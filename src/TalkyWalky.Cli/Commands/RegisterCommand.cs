using System.CommandLine;
using TalkyWalky.Cli.Profile;
using TalkyWalky.Client;
using TalkyWalky.Wire;

namespace TalkyWalky.Cli.Commands;

internal static class RegisterCommand
{
    public static Option<string> Join(bool required) => new("--join") { Description = "The join link from your administrator, whole and quoted.", HelpName = "LINK", Required = required };

    public static Option<string> User(bool required) => new("--user") { Description = "Your username.", HelpName = "NAME", Required = required };

    public static Option<string> PasswordFile() => new("--password-file")
    {
        Description = "A file whose first line is the password, or - for the standard input. Asked for when left out.", HelpName = "FILE",
    };

    public static Command Create(CliHost host)
    {
        var join = Join(required: true);
        var user = User(required: true);
        var passwordFile = PasswordFile();
        var fullName = new Option<string>("--full-name") { Description = "Your name as others see it.", HelpName = "NAME" };
        var mail = new Option<string>("--mail") { Description = "Your mail address.", HelpName = "ADDRESS" };
        var command = new Command("register", "Make a new account and this computer's keys.") { join, user, passwordFile, fullName, mail };
        command.SetAction((parse, cancellation) => RegisterAsync(
            new CommandContext(host, parse), parse.GetRequiredValue(join), parse.GetRequiredValue(user), parse.GetValue(passwordFile), parse.GetValue(fullName),
            parse.GetValue(mail), cancellation));
        return TalkyWalkyCommand.WithExamples(
            command,
            "talkywalky register --join 'talkywalky://chat.example.org:7443/join#root=...' --user alice",
            "talkywalky register --join \"$LINK\" --user build-bot --password-file bot.password --full-name 'Build bot' --profile ~/bot");
    }

    private static async Task<int> RegisterAsync(
        CommandContext context, string join, string user, string? passwordFile, string? fullName, string? mail, CancellationToken cancellation)
    {
        if (!JoinLink.TryParse(join, out var link, out var error)) return await context.Reply.FailAsync(ExitCode.Usage, error);
        if (!Username.TryNormalise(user, out var name, out error)) return await context.Reply.FailAsync(ExitCode.Usage, error);
        switch (await new Secrets(context.Host.Terminal).PasswordAsync(passwordFile, isNew: true, cancellation))
        {
            case PasswordAnswer.Known { Password: var password }:
                return await new EnrolmentFlow(context, waits: false).RunAsync(new Registration(link, name, password, fullName, mail), registers: true, cancellation);
            case PasswordAnswer.Missing missing:
                return await context.Reply.FailAsync(ExitCode.Usage, missing.Why);
            default:
                throw new InvalidOperationException("unknown answer");
        }
    }
}
