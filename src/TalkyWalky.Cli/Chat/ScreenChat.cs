using System.Runtime.InteropServices;
using System.Threading.Channels;
using TalkyWalky.Cli.Commands;
using TalkyWalky.Cli.Output;
using TalkyWalky.Cli.Terminals;
using TalkyWalky.Client;
using TalkyWalky.Wire;

namespace TalkyWalky.Cli.Chat;

/// <summary>The terminal client on a screen. One loop reacts to keys, events and finished sends, and draws.</summary>
internal sealed class ScreenChat : IAsyncDisposable
{
    private const string Enter = "\u001b[?1049h\u001b[?2004h", Leave = "\u001b[?2004l\u001b[?1049l";
    private const int RecentMessages = 30;
    private static readonly TimeSpan LastCall = TimeSpan.FromSeconds(5), LookAgain = TimeSpan.FromSeconds(1);

    private readonly CommandContext _context;
    private readonly IChat _chat;
    private readonly ReadPosition _position;
    private readonly Happenings _happenings;
    private readonly Screen _screen;
    private readonly InputLine _input = new();
    private readonly Channel<(MessageId Id, string To, string Text)> _outgoing = Channel.CreateBounded<(MessageId, string, string)>(256);
    private readonly CancellationTokenSource _lastCall = new();
    private Task _sending = Task.CompletedTask;

    private ScreenChat(CommandContext context, IChat chat, ReadPosition position, Happenings happenings)
    {
        _context = context;
        _chat = chat;
        _position = position;
        _happenings = happenings;
        _screen = new Screen(context.Zone);
    }

    public static async Task<int> RunAsync(CommandContext context, IChat chat, string? with, CancellationToken cancellation)
    {
        var output = context.Host.Terminal.Out;
        using var position = ReadPosition.OpenShared(context.Profile);
        using var raw = RawMode.Enter();
        await output.WriteAsync(Enter);
        ScreenChat? run = null;
        try
        {
            await using var happenings = new Happenings(cancellation);
            using var resized = OperatingSystem.IsWindows() ? null : PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => happenings.TryPut(new Happening.Resized()));
            run = new ScreenChat(context, chat, position, happenings);
            await run.BeginAsync(with, cancellation);
            return await run.LoopAsync(cancellation);
        }
        catch (ChannelClosedException closed) when (closed.InnerException is { } broken)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(broken);
            throw;
        }
        finally
        {
            await output.WriteAsync(Leave);
            if (run is not null) await run.DisposeAsync();
        }
    }

    private async Task BeginAsync(string? with, CancellationToken cancellation)
    {
        var status = await _chat.StatusAsync(cancellation);
        (_screen.Connection, _screen.Trouble) = (status.Connection, status.Trouble);
        _screen.Me = (await _chat.WhoAmIAsync(cancellation)).Username;
        if (with is null) _screen.Note("Welcome. /users shows who is here, /with NAME begins a conversation, /help lists all commands.");
        else await ChooseAsync(with, RecentMessages, cancellation);
        _happenings.AddEvents(_chat, _position);
        _happenings.AddKeys(_context.Host.Terminal.In);
        _happenings.Add(WatchConnectionAsync);
        _sending = SendAllAsync();
    }

    // A change between the first look and the first event, or one dropped from a full buffer, is seen here.
    private async Task WatchConnectionAsync(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(LookAgain, _context.Host.Time);
        while (await timer.WaitForNextTickAsync(cancellation))
        {
            var status = await _chat.StatusAsync(cancellation);
            await _happenings.PutAsync(new Happening.Chat(new ChatEvent.ConnectionChanged(status.Connection, status.Trouble)), cancellation);
        }
    }

    // What was typed before leaving is handed over too; once the engine has it, it is safe.
    public async ValueTask DisposeAsync()
    {
        _outgoing.Writer.Complete();
        _lastCall.CancelAfter(LastCall);
        await _sending;
        _lastCall.Dispose();
        if (_outgoing.Reader.Count is > 0 and var left) await _context.Reply.NoteAsync($"{left} of your messages could not be handed over in time and were not sent.");
    }

    private async Task<int> LoopAsync(CancellationToken cancellation)
    {
        while (true)
        {
            if (!_happenings.Queue.TryPeek(out _)) await DrawAsync();
            int? ended = await _happenings.Queue.ReadAsync(cancellation) switch
            {
                Happening.Pressed { Press.Key: Key.Interrupt or Key.EndOfInput } => ExitCode.Done,
                Happening.Pressed { Press.Key: Key.Enter } => await TypedAsync(ChatInput.Parse(_input.Take()), cancellation),
                Happening.Pressed pressed => Pressed(pressed.Press),
                Happening.Chat happened => Happened(happened.Event),
                Happening.SendDone done => Sent(done),
                _ => null,
            };
            if (ended is { } code) return code;
        }
    }

    private async Task DrawAsync() =>
        await _context.Host.Terminal.Out.WriteAsync(_screen.Draw(_input, Math.Max(20, Console.WindowWidth), Math.Max(6, Console.WindowHeight)));

    private int? Pressed(KeyPress press)
    {
        if (press.Key == Key.PageUp) _screen.Scroll(+10);
        else if (press.Key == Key.PageDown) _screen.Scroll(-10);
        else _input.Press(press);
        return null;
    }

    private async Task<int?> TypedAsync(ChatInput input, CancellationToken cancellation)
    {
        switch (input)
        {
            case ChatInput.Quit:
                return ExitCode.Done;
            case ChatInput.Say when _screen.With is null:
                _screen.Note("Choose a person first: /with NAME");
                break;
            case ChatInput.Say say:
                Say(_screen.With!, say.Text);
                break;
            case ChatInput.With other:
                await ChooseAsync(other.User, RecentMessages, cancellation);
                break;
            case ChatInput.Users:
                _screen.Show(Rich.PeopleTable(await _chat.UsersAsync(activeOnly: false, cancellation), _context.Zone));
                break;
            case ChatInput.History history when _screen.With is { } with:
                await ChooseAsync(with, history.Limit, cancellation);
                break;
            case ChatInput.History:
                _screen.Note("Choose a person first: /with NAME");
                break;
            case ChatInput.ShowHelp:
                _screen.Note(ChatInput.Help);
                break;
            case ChatInput.Mistake mistake:
                _screen.Note(mistake.Why);
                break;
        }

        return null;
    }

    private async Task ChooseAsync(string user, int messages, CancellationToken cancellation)
    {
        var name = user.ToLowerInvariant();
        var people = await _chat.UsersAsync(activeOnly: false, cancellation);
        var person = people.FirstOrDefault(one => string.Equals(one.Username, name, StringComparison.OrdinalIgnoreCase));
        _screen.Clear();
        _screen.With = person?.Username ?? name;
        _screen.WithPresence = person?.Presence ?? PersonPresence.Unknown;
        var history = await _chat.HistoryAsync(Target.Person(_screen.With), messages, before: null, cancellation);
        foreach (var message in history) _screen.Put(message);
        if (person is null && history.Count == 0) _screen.Note($"{name} is not known here yet; a message will tell.");
        else if (history.Count == 0) _screen.Note($"No messages with {name} yet. Only the two of you can read what you write here.");
    }

    private void Say(string to, string text)
    {
        var id = MessageId.New();
        if (!_outgoing.Writer.TryWrite((id, to, text)))
        {
            _screen.Note("Too many messages are on their way; wait a moment.");
            return;
        }

        var now = _context.Host.Time.GetUtcNow();
        _screen.Put(new ChatMessage(id, default, to, _screen.Me, Mine: true, text, now, null, MessageState.Queued, Verified: true, GapBefore: false, null, 0, 0));
    }

    private async Task SendAllAsync()
    {
        try
        {
            await foreach (var (id, to, text) in _outgoing.Reader.ReadAllAsync(_lastCall.Token))
                await _happenings.PutAsync(new Happening.SendDone(id, await _chat.SendAsync(id, Target.Person(to), text, _lastCall.Token)), _lastCall.Token);
        }
        catch (OperationCanceledException) when (_lastCall.IsCancellationRequested)
        {
            // Those left over are counted by who cancelled.
        }
        catch (Exception broken)
        {
            _happenings.Fail(broken);
        }
    }

    private int? Sent(Happening.SendDone done)
    {
        switch (done.Outcome)
        {
            case SendOutcome.Sent { Message: var message }:
                // "Delivered" may have come first.
                if (_screen.Find(message.Id) is { State: MessageState.Queued }) _screen.Put(message);
                break;
            case SendOutcome.Queued { Message: var message }:
                if (_screen.Find(message.Id) is { State: MessageState.Queued }) _screen.Put(message);
                break;
            case SendOutcome.Refused refused:
                if (_screen.Find(done.Id) is { } shown) _screen.Put(shown with { State = MessageState.Failed, Trouble = refused.Why });
                else _screen.Note(refused.Why);
                break;
            case SendOutcome.NotLoggedIn locked:
                throw new NotLoggedInException(locked.Why);
        }

        return null;
    }

    private bool IsHere(ChatMessage message) => string.Equals(message.With, _screen.With, StringComparison.OrdinalIgnoreCase);

    private int? Happened(ChatEvent happened)
    {
        switch (happened)
        {
            case ChatEvent.Received { Message: var message }:
                if (IsHere(message)) _screen.PutNews(message);
                else _screen.Note($"{message.With} wrote: {message.Text}   (/with {message.With})");
                _position.MoveTo(message.Sequence);
                return null;
            case ChatEvent.StateChanged { Message: var message } when IsHere(message):
                _screen.PutNews(message); // perhaps sent by another program of this profile
                return null;
            case ChatEvent.PresenceChanged { Person: var person } when string.Equals(person.Username, _screen.With, StringComparison.OrdinalIgnoreCase):
                _screen.WithPresence = person.Presence;
                return null;
            case ChatEvent.ConnectionChanged { State: ConnectionState.LoggedOut, Trouble: var why }:
                throw new NotLoggedInException(why ?? "You are logged out.");
            case ChatEvent.ConnectionChanged changed:
                (_screen.Connection, _screen.Trouble) = (changed.State, changed.Trouble);
                return null;
            case ChatEvent.Notice notice:
                _screen.Note(notice.Text);
                return null;
            default:
                return null;
        }
    }
}
