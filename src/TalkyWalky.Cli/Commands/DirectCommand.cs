using System.CommandLine;
using System.Globalization;
using TalkyWalky.Cli.Chat;
using TalkyWalky.Cli.Output;
using TalkyWalky.Client;

namespace TalkyWalky.Cli.Commands;

/// <summary>direct listen, direct connect: a chat between two computers, with the server or without it.</summary>
internal static class DirectCommand
{
    public const int DefaultPort = 7450;

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    public static Command Create(CliHost host) => new("direct", "Chat with one person without a server between. Works while the server is down.") { Listen(host), Connect(host) };

    private static Command Listen(CliHost host)
    {
        var port = new Option<int>("--port") { Description = $"Where to wait. Default: {DefaultPort}; 0 for any free port.", HelpName = "N", DefaultValueFactory = static _ => DefaultPort };
        var address = new Option<string>("--address") { Description = "Wait on this address of the computer only. Default: all of them.", HelpName = "ADDRESS" };
        CommonOptions.RequireRange(port, 0, 65535);
        var command = new Command("listen", "Wait for somebody of your organisation to connect, then chat with that person.") { port, address };
        command.SetAction((parse, cancellation) =>
        {
            var context = new CommandContext(host, parse);
            var listen = new DirectRequest.Listen(parse.GetValue(address), parse.GetValue(port));
            return context.WithLoggedInChatAsync(chat => TalkAsync(context, chat, () => WaitAsync(context, chat, listen, cancellation), cancellation), cancellation);
        });
        return TalkyWalkyCommand.WithExamples(command, "talkywalky direct listen", "talkywalky direct listen --address 127.0.0.1 --port 0 --json");
    }

    private static Command Connect(CliHost host)
    {
        var user = new Argument<string>("USER") { Description = "The username of the person who listens there; anybody else is refused." };
        var place = new Argument<string>("HOST:PORT") { Description = $"The other computer. Without a port: {DefaultPort}." };
        var command = new Command("connect", "Connect to somebody who listens, then chat with that person.") { user, place };
        command.SetAction((parse, cancellation) =>
        {
            var context = new CommandContext(host, parse);
            if (ParsePlace(parse.GetRequiredValue(place)) is not var (there, port))
                return context.Reply.FailAsync(ExitCode.Usage, "write the other computer as HOST:PORT, for example 192.0.2.7:7450 or [2001:db8::7]:7450");
            var connect = new DirectRequest.Connect(parse.GetRequiredValue(user), there, port);
            return context.WithLoggedInChatAsync(chat => TalkAsync(context, chat, () => CallAsync(context, chat, connect, cancellation), cancellation), cancellation);
        });
        return TalkyWalkyCommand.WithExamples(command, "talkywalky direct connect ada 192.0.2.7", "echo 'The server is down.' | talkywalky direct connect ada ada-laptop.example.org:7450");
    }

    private static async Task<int> TalkAsync(CommandContext context, IChat chat, Func<Task<(DirectLineInfo? Line, int Code)>> begin, CancellationToken cancellation)
    {
        try
        {
            var (line, code) = await begin();
            if (line is null) return code;
            if (context.Reply.Json) await context.Reply.ObjectAsync(DirectPeerLine.Of(line), JsonLines.Types.DirectPeerLine);
            return await ChatRun.TalkAsync(context, chat, Target.Person(line.Username), cancellation);
        }
        finally
        {
            await chat.DirectAsync(new DirectRequest.Stop(), CancellationToken.None);
        }
    }

    private static async Task<(DirectLineInfo?, int)> WaitAsync(CommandContext context, IChat chat, DirectRequest.Listen listen, CancellationToken cancellation)
    {
        int? told = null;
        while (!cancellation.IsCancellationRequested)
        {
            // Asked each time: where another program holds the profile and ends, the next owner listens.
            var answer = await chat.DirectAsync(listen, cancellation);
            if (answer is not DirectAnswer.State { Now: { Port: { } port } now }) return (null, await FailAsync(context, answer));
            if (now.Lines is [.., var newest]) return (newest, ExitCode.Done);
            if (told != port) await TellAsync(context, chat, port, now.Addresses, cancellation);
            told = port;
            try
            {
                await Task.Delay(Look, context.Host.Time, cancellation);
            }
            catch (OperationCanceledException)
            {
                break;
            }
        }

        return (null, ExitCode.Interrupted);
    }

    private static async Task TellAsync(CommandContext context, IChat chat, int port, IReadOnlyList<string> addresses, CancellationToken cancellation)
    {
        if (context.Reply.Json)
        {
            await context.Reply.ObjectAsync(new ListeningLine(port), JsonLines.Types.ListeningLine);
            return;
        }

        var self = await chat.WhoAmIAsync(cancellation);
        await context.Reply.NoteAsync(string.Create(CultureInfo.InvariantCulture, $"Listening on port {port}. The other runs{(addresses.Count > 1 ? ", with the address that it can reach" : "")}:"));
        foreach (var address in addresses) await context.Reply.NoteAsync($"  talkywalky direct connect {Inert.Line(self.Username)} {address}");
    }

    private static async Task<(DirectLineInfo?, int)> CallAsync(CommandContext context, IChat chat, DirectRequest.Connect connect, CancellationToken cancellation)
    {
        var answer = await chat.DirectAsync(connect, cancellation);
        return answer is DirectAnswer.Connected { Line: var line } ? (line, ExitCode.Done) : (null, await FailAsync(context, answer));
    }

    private static Task<int> FailAsync(CommandContext context, DirectAnswer answer) => answer switch
    {
        DirectAnswer.Refused refused => context.Reply.FailAsync(ExitCode.Refused, refused.Why),
        DirectAnswer.Unreachable unreachable => context.Reply.FailAsync(ExitCode.Unreachable, unreachable.Why),
        _ => throw new InvalidOperationException($"an answer to another question: {answer.GetType().Name}"),
    };

    private static (string Host, int Port)? ParsePlace(string text) =>
        Uri.TryCreate($"direct://{text}", UriKind.Absolute, out var place) && place.Host.Length > 0 && place.AbsolutePath is "" or "/" && place is { Query: "", Fragment: "", UserInfo: "" }
            ? (place.IdnHost, place.Port < 0 ? DefaultPort : place.Port)
            : null;
}
