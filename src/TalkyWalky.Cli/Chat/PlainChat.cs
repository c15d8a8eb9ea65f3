using System.Threading.Channels;
using TalkyWalky.Cli.Commands;
using TalkyWalky.Cli.Output;
using TalkyWalky.Client;
using TalkyWalky.Wire;

namespace TalkyWalky.Cli.Chat;

/// <summary>The chat for pipes and screens without cursor: lines in, messages out. Ends with its input, after everything was handed over or queued.</summary>
internal sealed class PlainChat(CommandContext context, IChat chat, ReadPosition position, Courtesies courtesies)
{
    private const string NobodyChosen = "Choose a person or a room first: /with USER or /room NAME";

    private readonly Places _places = new(chat);
    private readonly Typists _typists = new(context.Host.Time);
    private Place? _place;

    private Reply Reply => context.Reply;

    public static async Task<int> RunAsync(CommandContext context, IChat chat, Target? with, CancellationToken cancellation)
    {
        using var position = ReadPosition.OpenShared(context.Profile);
        await using var happenings = new Happenings(cancellation);
        await using var courtesies = new Courtesies(chat, happenings);
        var run = new PlainChat(context, chat, position, courtesies);
        if (with is not null && await run.BeginAsync(with, cancellation) is { } failed) return failed;
        happenings.AddLines(context.Host.Terminal.In);
        happenings.AddEvents(chat, position);
        try
        {
            return await run.ReadAsync(happenings, cancellation);
        }
        catch (ChannelClosedException closed) when (closed.InnerException is { } broken)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(broken);
            throw;
        }
    }

    private async Task<int?> BeginAsync(Target with, CancellationToken cancellation)
    {
        var (place, why, code) = await _places.OpenAsync(with, cancellation);
        _place = place;
        if (place is null) return await Reply.FailAsync(code, why!);
        if (why is not null) await NoteAsync(why);
        return null;
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
            case ChatInput.Say or ChatInput.History or ChatInput.Who when _place is null:
                await NoteAsync(NobodyChosen);
                break;
            case ChatInput.Say say:
                await SendAsync(_place!, say.Text, cancellation);
                break;
            case ChatInput.History history:
                foreach (var message in await HistoryCommand.NewestAsync(chat, _place!.Target, history.Limit, cancellation)) await PrintAsync(message);
                break;
            case ChatInput.Who:
                await WhoAsync(_place!, cancellation);
                break;
            case ChatInput.Users:
                await UsersAsync(_ => true, cancellation);
                break;
            case ChatInput.ShowHelp:
                await Reply.NoteAsync(ChatInput.Help);
                break;
            case ChatInput.Mistake mistake:
                await NoteAsync(mistake.Why);
                break;
            default:
                await GoAsync(input, cancellation);
                break;
        }

        return null;
    }

    private async Task GoAsync(ChatInput input, CancellationToken cancellation)
    {
        switch (input)
        {
            case ChatInput.With other:
                await ChooseAsync(await _places.OpenAsync(Target.Person(other.User), cancellation));
                break;
            case ChatInput.Room room:
                await ChooseAsync(await _places.RoomAsync(room.Name, cancellation));
                break;
            case ChatInput.Join room:
                await ChooseAsync(await _places.JoinAsync(room.Name, cancellation));
                break;
            case ChatInput.Leave room:
                if (_place?.Is(Target.Room(room.Name)) == true) _place = null;
                await NoteAsync(await _places.LeaveAsync(room.Name, cancellation));
                break;
            case ChatInput.Rooms:
                var (rooms, why) = await _places.RoomsAsync(cancellation);
                if (why is not null) await NoteAsync(why);
                foreach (var room in rooms) await ListAsync(PlainLists.Room(room), RoomLine.Of(room), JsonLines.Types.RoomLine);
                break;
        }
    }

    private async Task ChooseAsync(Opening opening)
    {
        if (opening.Place is null)
        {
            await NoteAsync(opening.Why!);
            return;
        }

        _place = opening.Place;
        if (opening.Why is { } why) await NoteAsync(why);
        await NoteAsync(opening.Place.Target.IsRoom ? $"You now write in {opening.Place.Name}." : $"You now write to {opening.Place.Name}.");
    }

    private async Task WhoAsync(Place place, CancellationToken cancellation)
    {
        if (!place.Target.IsRoom)
        {
            await UsersAsync(person => string.Equals(person.Username, place.Name, StringComparison.OrdinalIgnoreCase), cancellation);
            return;
        }

        var (members, why) = await _places.MembersAsync(place, cancellation);
        if (why is not null) await NoteAsync(why);
        foreach (var member in members) await ListAsync(PlainLists.Member(member), MemberLine.Of(member), JsonLines.Types.MemberLine);
    }

    private async Task UsersAsync(Func<PersonInfo, bool> wanted, CancellationToken cancellation)
    {
        foreach (var person in (await chat.UsersAsync(activeOnly: false, cancellation)).Where(wanted))
            await ListAsync(PlainText.Person(person, context.Zone), PersonLine.From(person), JsonLines.Types.PersonLine);
    }

    private Task ListAsync<T>(string line, T value, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) =>
        Reply.Json ? Reply.ObjectAsync(value, type) : Reply.LineAsync(line);

    private async Task SendAsync(Place to, string text, CancellationToken cancellation)
    {
        switch (await chat.SendAsync(MessageId.New(), to.Target, text, cancellation))
        {
            case SendOutcome.Sent sent:
                await PrintAsync(sent.Message);
                break;
            case SendOutcome.Queued queued:
                await PrintAsync(queued.Message);
                await NoteAsync(queued.Why);
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
                _typists.Wrote(message.From);
                courtesies.Seen(message.IsRoom ? Target.Room(message.Conversation.ToString()) : Target.Person(message.With), message.Position);
                return null;
            case ChatEvent.ConnectionChanged { State: ConnectionState.LoggedOut }:
                return await context.NotLoggedInAsync();
            case ChatEvent.ConnectionChanged { State: ConnectionState.Refused, Trouble: var why }:
                return await Reply.FailAsync(ExitCode.Refused, why ?? "the server refuses this device");
            case ChatEvent.ConnectionChanged { State: ConnectionState.Online }:
                await NoteAsync("Connected.");
                return null;
            case ChatEvent.ConnectionChanged { State: ConnectionState.Offline, Trouble: { } trouble }:
                await NoteAsync(trouble);
                return null;
            case ChatEvent.Alarm alarm:
                await Reply.AlarmAsync(alarm.Text);
                return null;
            case ChatEvent.Typing typing when !Reply.Json && _typists.Heard(typing.In, typing.From):
                await NoteAsync(typing.In.IsRoom ? $"{typing.From} is typing in {typing.In.Name}" : $"{typing.From} is typing");
                return null;
            case ChatEvent.Notice notice:
                await NoteAsync(notice.Text);
                return null;
            default:
                return null;
        }
    }

    private Task NoteAsync(string sentence) => Reply.NoteAsync(Inert.Line(sentence));

    private Task PrintAsync(ChatMessage message) => ListAsync(PlainMessage.Of(message, context.Zone, tellsHow: true), MessageLine.Of(message), JsonLines.Types.MessageLine);
}
