using TalkyWalky.Cli.Commands;
using TalkyWalky.Cli.Profile;
using TalkyWalky.Client;

namespace TalkyWalky.Cli.Chat;

/// <summary>The chat command: asks for the password when logged out, then runs on a screen or, where there is none, line by line.</summary>
internal static class ChatRun
{
    public static Task<int> RunAsync(CommandContext context, Target? with, CancellationToken cancellation) => context.WithChatAsync(
        async chat =>
        {
            if (await LogInAsync(context, chat, cancellation) is var code and not ExitCode.Done) return code;
            return await TalkAsync(context, chat, with, cancellation);
        },
        cancellation);

    public static async Task<int> TalkAsync(CommandContext context, IChat chat, Target? with, CancellationToken cancellation)
    {
        try
        {
            var terminal = context.Host.Terminal;
            var hasScreen = terminal is { InputIsTerminal: true, OutputIsTerminal: true } && !context.Reply.Json && !OperatingSystem.IsWindows();
            return hasScreen ? await ScreenChat.RunAsync(context, chat, with, cancellation) : await PlainChat.RunAsync(context, chat, with, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return ExitCode.Done; // Ctrl-C is a way to leave
        }
    }

    private static async Task<int> LogInAsync(CommandContext context, IChat chat, CancellationToken cancellation)
    {
        if (await CommandContext.IsLoggedInAsync(chat, cancellation)) return ExitCode.Done;
        if (!context.Host.Terminal.CanAsk) return await context.NotLoggedInAsync();
        await context.Reply.NoteAsync("You are logged out.");
        var answer = await new Secrets(context.Host.Terminal).PasswordAsync(file: null, isNew: false, cancellation);
        return answer is PasswordAnswer.Known { Password: var password }
            ? await LoginCommand.LoginAsync(context, chat, password, cancellation)
            : await context.Reply.FailAsync(ExitCode.NotLoggedIn, ((PasswordAnswer.Missing)answer).Why);
    }
}
