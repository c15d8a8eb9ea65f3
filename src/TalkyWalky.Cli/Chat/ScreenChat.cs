using System.Runtime.InteropServices;
using System.Threading.Channels;
using TalkyWalky.Cli.Commands;
using TalkyWalky.Cli.Terminals;
using TalkyWalky.Client;
using TalkyWalky.Wire;

namespace TalkyWalky.Cli.Chat;

/// <summary>The terminal client on a screen. One loop reacts to keys, events and finished sends, and draws.</summary>
internal sealed class ScreenChat
{
    private const string Enter = "\u001b[?1049h\u001b[?2004h", Leave = "\u001b[?2004l\u001b[?1049l";
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);

    private readonly CommandContext _context;
    private readonly IChat _chat;
    private readonly Happenings _happenings;
    private readonly Outgoing _outgoing;
    private readonly Courtesies _courtesies;
    private readonly Screen _screen;
    private readonly ScreenTalk _talk;
    private readonly ScreenEvents _events;
    private readonly InputLine _input = new();

    private ScreenChat(CommandContext context, IChat chat, ReadPosition position, Happenings happenings, Outgoing outgoing, Courtesies courtesies)
    {
        _context = context;
        _chat = chat;
        _happenings = happenings;
        _outgoing = outgoing;
        _courtesies = courtesies;
        _screen = new Screen(context.Zone, context.Host.Time);
        _talk = new ScreenTalk(chat, _screen, courtesies, context.Zone);
        _events = new ScreenEvents(_screen, courtesies, position);
    }

    public static async Task<int> RunAsync(CommandContext context, IChat chat, Target? with, CancellationToken cancellation)
    {
        var output = context.Host.Terminal.Out;
        using var position = ReadPosition.OpenShared(context.Profile);
        using var raw = RawMode.Enter();
        await output.WriteAsync(Enter);
        Outgoing? outgoing = null;
        try
        {
            await using var happenings = new Happenings(cancellation);
            using var resized = OperatingSystem.IsWindows() ? null : PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => happenings.TryPut(new Happening.Resized()));
            await using var courtesies = new Courtesies(chat, happenings);
            outgoing = new Outgoing(chat, happenings);
            var run = new ScreenChat(context, chat, position, happenings, outgoing, courtesies);
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
            if (outgoing is not null) await FinishAsync(context, outgoing);
        }
    }

    private static async Task FinishAsync(CommandContext context, Outgoing outgoing)
    {
        await outgoing.DisposeAsync();
        if (outgoing.Left is > 0 and var left) await context.Reply.NoteAsync($"{left} of your messages could not be handed over in time and were not sent.");
    }

    private async Task BeginAsync(Target? with, CancellationToken cancellation)
    {
        var status = await _chat.StatusAsync(cancellation);
        (_screen.Connection, _screen.Trouble) = (status.Connection, status.Trouble);
        _screen.Me = (await _chat.WhoAmIAsync(cancellation)).Username;
        if (with is null) _screen.Note("Welcome. /users shows who is here, /rooms the rooms; /with USER or /room NAME begins a conversation, /help lists all commands.");
        foreach (var one in await _chat.ConversationsAsync(cancellation)) _events.Remember(one);
        if (with is not null) await _talk.OpenAsync(with, cancellation);
        _happenings.AddEvents(_chat, _events.Position);
        _happenings.AddKeys(_context.Host.Terminal.In);
        _happenings.Add(WatchConnectionAsync);
    }

    // A change between the first look and the first event, or one dropped from a full buffer, is seen here. It also lets "is typing" fade.
    private async Task WatchConnectionAsync(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(LookAgain, _context.Host.Time);
        while (await timer.WaitForNextTickAsync(cancellation))
        {
            var status = await _chat.StatusAsync(cancellation);
            await _happenings.PutAsync(new Happening.Chat(new ChatEvent.ConnectionChanged(status.Connection, status.Trouble)), cancellation);
        }
    }

    private async Task<int> LoopAsync(CancellationToken cancellation)
    {
        while (true)
        {
            if (!_happenings.Queue.TryPeek(out _)) await DrawAsync();
            switch (await _happenings.Queue.ReadAsync(cancellation))
            {
                case Happening.Pressed { Press.Key: Key.Interrupt or Key.EndOfInput }:
                    return ExitCode.Done;
                case Happening.Pressed { Press.Key: Key.Enter }:
                    if (await EnterAsync(_input.Take(), cancellation)) return ExitCode.Done;
                    break;
                case Happening.Pressed pressed:
                    Pressed(pressed.Press);
                    break;
                case Happening.Chat happened:
                    _events.Happened(happened.Event);
                    break;
                case Happening.SendDone done:
                    Sent(done);
                    break;
            }
        }
    }

    private async Task DrawAsync() =>
        await _context.Host.Terminal.Out.WriteAsync(_screen.Draw(_input, Math.Max(20, Console.WindowWidth), Math.Max(6, Console.WindowHeight)));

    private void Pressed(KeyPress press)
    {
        if (press.Key == Key.PageUp) _screen.Scroll(+10);
        else if (press.Key == Key.PageDown) _screen.Scroll(-10);
        else if (_input.Press(press) && press.Key == Key.Text && _screen.Place is { } place && ChatInput.IsForOthers(_input.Text)) _courtesies.Typing(place.Target);
    }

    /// <summary>True when the person wants to leave.</summary>
    private async Task<bool> EnterAsync(string line, CancellationToken cancellation)
    {
        switch (ChatInput.Parse(line))
        {
            case ChatInput.Quit:
                return true;
            case ChatInput.Nothing:
                _screen.DismissAlarm();
                break;
            case ChatInput.Say say when _screen.Place is { } place:
                Say(place, say.Text);
                break;
            case var input:
                await _talk.TypedAsync(input, cancellation);
                break;
        }

        return false;
    }

    private void Say(Place to, string text)
    {
        var id = MessageId.New();
        if (!_outgoing.TryAdd(id, to.Target, text))
        {
            _screen.Note("Too many messages are on their way; wait a moment.");
            return;
        }

        var now = _context.Host.Time.GetUtcNow();
        _screen.Put(new ChatMessage(
            id, to.Room?.Room ?? default, to.Name, _screen.Me, Mine: true, text, now, null, MessageState.Queued, Verified: true, GapBefore: false, null, 0, 0, to.Target.IsRoom));
    }

    private void Sent(Happening.SendDone done)
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
    }
}
