using System.Threading.Channels;
using TalkyWalky.Cli.Commands;
using TalkyWalky.Cli.Output;
using TalkyWalky.Client;
using TalkyWalky.Wire;

namespace TalkyWalky.Cli.Chat;

/// <summary>The chat for pipes and screens without cursor: lines in, messages out. Ends with its input, after everything was handed over or queued.</summary>
internal sealed class PlainChat(CommandContext context, IChat chat, ReadPosition position, string? with)
{
    private string? _with = with;

    private Reply Reply => context.Reply;

    public static async Task<int> RunAsync(CommandContext context, IChat chat, string? with, CancellationToken cancellation)
    {
        using var position = ReadPosition.OpenShared(context.Profile);
        await using var happenings = new Happenings(cancellation);
        happenings.AddLines(context.Host.Terminal.In);
        happenings.AddEvents(chat, position);
        try
        {
            return await new PlainChat(context, chat, position, with).ReadAsync(happenings, cancellation);
        }
        catch (ChannelClosedException closed) when (closed.InnerException is { } broken)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(broken);
            throw;
        }
    }

    private async Task<int> ReadAsync(Happenings happenings, CancellationToken cancellation)
    {
        while (true)
        {
            int? ended = await happenings.Queue.ReadAsync(cancellation) switch
            {
                Happening.EndOfInput => ExitCode.Done,
                Happening.Line line => await TypedAsync(ChatInput.Parse(line.Text), cancellation),
                Happening.Chat happened => await HappenedAsync(happened.Event),
                _ => null,
            };
            if (ended is { } code) return code;
        }
    }

    private async Task<int?> TypedAsync(ChatInput input, CancellationToken cancellation)
    {
        switch (input)
        {
            case ChatInput.Quit:
                return ExitCode.Done;
            case ChatInput.Say when _with is null:
                await Reply.NoteAsync("Choose a person first: /with NAME");
                break;
            case ChatInput.Say say:
                await SendAsync(_with!, say.Text, cancellation);
                break;
            case ChatInput.With other:
                _with = other.User;
                await Reply.NoteAsync($"You now write to {Inert.Line(other.User)}.");
                break;
            case ChatInput.Users:
                await UsersAsync(cancellation);
                break;
            case ChatInput.History when _with is null:
                await Reply.NoteAsync("Choose a person first: /with NAME");
                break;
            case ChatInput.History history:
                foreach (var message in await chat.HistoryAsync(Target.Person(_with!), history.Limit, before: null, cancellation)) await PrintAsync(message);
                break;
            case ChatInput.ShowHelp:
                await Reply.NoteAsync(ChatInput.Help);
                break;
            case ChatInput.Mistake mistake:
                await Reply.NoteAsync(Inert.Line(mistake.Why));
                break;
        }

        return null;
    }

    private async Task UsersAsync(CancellationToken cancellation)
    {
        foreach (var person in await chat.UsersAsync(activeOnly: false, cancellation))
        {
            if (Reply.Json) await Reply.ObjectAsync(PersonLine.From(person), JsonLines.Types.PersonLine);
            else await Reply.LineAsync(PlainText.Person(person, context.Zone));
        }
    }

    private async Task SendAsync(string to, string text, CancellationToken cancellation)
    {
        switch (await chat.SendAsync(MessageId.New(), Target.Person(to), text, cancellation))
        {
            case SendOutcome.Sent sent:
                await PrintAsync(sent.Message);
                break;
            case SendOutcome.Queued queued:
                await PrintAsync(queued.Message);
                await Reply.NoteAsync(Inert.Line(queued.Why));
                break;
            case SendOutcome.Refused refused:
                await Reply.FailAsync(ExitCode.Refused, refused.Why);
                break;
            case SendOutcome.NotLoggedIn locked:
                throw new NotLoggedInException(locked.Why);
        }
    }

    private async Task<int?> HappenedAsync(ChatEvent happened)
    {
        switch (happened)
        {
            case ChatEvent.Received { Message: var message }:
                await PrintAsync(message);
                position.MoveTo(message.Sequence);
                return null;
            case ChatEvent.ConnectionChanged { State: ConnectionState.LoggedOut }:
                return await context.NotLoggedInAsync();
            case ChatEvent.ConnectionChanged { State: ConnectionState.Refused, Trouble: var why }:
                return await Reply.FailAsync(ExitCode.Refused, why ?? "the server refuses this device");
            case ChatEvent.ConnectionChanged { State: ConnectionState.Online }:
                await Reply.NoteAsync("Connected.");
                return null;
            case ChatEvent.ConnectionChanged { State: ConnectionState.Offline, Trouble: { } trouble }:
                await Reply.NoteAsync(Inert.Line(trouble));
                return null;
            case ChatEvent.Notice notice:
                await Reply.NoteAsync(Inert.Line(notice.Text));
                return null;
            default:
                return null;
        }
    }

    private Task PrintAsync(ChatMessage message) => Reply.Json
        ? Reply.ObjectAsync(MessageLine.Of(message), JsonLines.Types.MessageLine)
        : Reply.LineAsync(PlainText.Message(message, context.Zone));
}
