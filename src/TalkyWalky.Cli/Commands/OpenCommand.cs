using System.CommandLine;
using TalkyWalky.App.Launch;
using TalkyWalky.Cli.Output;
using TalkyWalky.Wire;

namespace TalkyWalky.Cli.Commands;

internal static class OpenCommand
{
    public static Command Create(CliHost host)
    {
        var link = new Argument<string?>("link") { Description = "A join link from your administrator, for the first start.", HelpName = "LINK", Arity = ArgumentArity.ZeroOrOne };
        var user = new Option<string?>("--user") { Description = "The username that the form of the first start begins with.", HelpName = "NAME" };
        var noWindow = new Option<bool>("--no-window") { Description = "Open no window: print an address that lets one browser in, and serve until Ctrl-C." };
        var install = new Option<bool>("--install") { Description = "Put the app into the desktop's menu and let it open talkywalky:// links, then end. Linux." };
        var uninstall = new Option<bool>("--uninstall") { Description = "Undo --install, then end. Profiles stay." };
        var command = new Command("open", "Open the app in a window of its own. A second one brings it to the front.") { link, user, noWindow, install, uninstall };
        command.Validators.Add(result =>
        {
            var others = (result.GetValue(link) is null ? 0 : 1) + (result.GetValue(user) is null ? 0 : 1) + (result.GetValue(noWindow) ? 1 : 0);
            var ways = (result.GetValue(install) ? 1 : 0) + (result.GetValue(uninstall) ? 1 : 0);
            if (ways > 1 || (ways == 1 && others > 0)) result.AddError("--install and --uninstall stand alone");
        });
        command.SetAction((parse, cancellation) => (parse.GetValue(install), parse.GetValue(uninstall)) is (false, false)
            ? OpenAsync(new CommandContext(host, parse), parse.GetValue(link), parse.GetValue(user), !parse.GetValue(noWindow), cancellation)
            : DesktopAsync(new CommandContext(host, parse), parse.GetValue(CommonOptions.Profile), parse.GetValue(install), cancellation));
        return TalkyWalkyCommand.WithExamples(
            command, "talkywalky open", "talkywalky open 'talkywalky://chat.example.org:7443/join#root=...'", "talkywalky open --no-window --json | jq -r .address",
            "talkywalky open --install");
    }

    private static async Task<int> DesktopAsync(CommandContext context, string? profile, bool installs, CancellationToken cancellation)
    {
        if (!DesktopEntry.IsSupported) return await context.Reply.FailAsync(ExitCode.Failed, "only desktops on Linux are supported; start it with: talkywalky open");
        var entry = new DesktopEntry(Environment.ProcessPath!, profile is null ? null : context.Profile, context.Host.Variable);
        if (installs) await context.Reply.NoteAsync($"TalkyWalky is in the menu of applications now and opens talkywalky:// links: {await entry.InstallAsync(cancellation)}");
        else await entry.RemoveAsync(cancellation);
        if (context.Reply.Json) await context.Reply.ObjectAsync(new DoneLine(true), JsonLines.Types.DoneLine);
        return ExitCode.Done;
    }

    private static async Task<int> OpenAsync(CommandContext context, string? given, string? user, bool opensWindow, CancellationToken cancellation)
    {
        JoinLink? link = null;
        if (given is { Length: > 0 } && !JoinLink.TryParse(given, out link, out var error)) return await context.Reply.FailAsync(ExitCode.Usage, error);
        var username = "";
        if (user is not null && !Username.TryNormalise(user, out username, out error)) return await context.Reply.FailAsync(ExitCode.Usage, error);
        var wish = new LaunchWish(context.Profile, link?.ToString(), opensWindow, context.Host.Variable) { Username = user is null ? null : username };
        try
        {
            return await AppLaunch.RunAsync(wish, new Voice(context.Reply), context.Environment, cancellation) is LaunchOutcome.Failed failed
                ? await context.Reply.FailAsync(ExitCode.Failed, failed.Why)
                : ExitCode.Done;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return ExitCode.Done; // Ctrl-C is a way to leave
        }
    }

    private sealed class Voice(Reply reply) : ILaunchVoice
    {
        public Task AddressAsync(Uri entrance, bool isRunning) => reply.Json
            ? reply.ObjectAsync(new AppLine(entrance.AbsoluteUri, Window: false, isRunning), JsonLines.Types.AppLine)
            : reply.LineAsync($"app {entrance.AbsoluteUri}");

        public async Task OpenedAsync(bool isRunning)
        {
            if (reply.Json) await reply.ObjectAsync(new AppLine(Address: null, Window: true, isRunning), JsonLines.Types.AppLine);
            else if (!isRunning) await reply.NoteAsync("TalkyWalky is open in a window of its own. It ends when the window is closed; Ctrl-C ends it too.");
        }

        public Task NoteAsync(string sentence) => reply.NoteAsync(sentence);
    }
}
