using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Tests.Agent;

/// <summary>A profile in memory: what <see cref="IChat"/> promises, without keys, disk or network.</summary>
public sealed class MemoryChat : IChat
{
    private readonly Lock _gate = new();
    private readonly List<ChatMessage> _messages = [];
    private readonly List<Channel<ChatEvent>> _listeners = [];
    private readonly List<Draft> _drafts = [];
    private readonly List<Alarm> _alarms = [];
    private readonly HashSet<Target> _muted = [], _closed = [];
    private readonly Dictionary<Target, long> _read = [];
    private readonly Dictionary<MessageId, byte[]> _files = [];
    private long _sequence, _alarm;
    private bool _isAway;

    public MemoryChat() => Rooms = new MemoryRooms(Publish);

    public static UserId Alice { get; } = UserId.FromGuid(new Guid("11111111-1111-1111-1111-111111111111"));

    public static string JoinLink { get; } = $"talkywalky://chat.example.org:7443/join#root={new string('a', 64)}";

    public static UserId Bob { get; } = UserId.FromGuid(new Guid("22222222-2222-2222-2222-222222222222"));

    public MemoryRooms Rooms { get; }

    public MemoryOwn Own { get; } = new();

    /// <summary>Where typing was told, in order.</summary>
    public ConcurrentQueue<Target> Typed { get; } = [];

    public ConnectionState Connection { get; set; } = ConnectionState.Online;

    public bool IsLoggedIn { get; set; } = true;

    public bool IsDisposed { get; private set; }

    public int Sends { get; private set; }

    /// <summary>How many read the events.</summary>
    public int Listeners
    {
        get
        {
            lock (_gate) return _listeners.Count;
        }
    }

    /// <summary>A send waits for this before it answers.</summary>
    public Task SendGate { get; set; } = Task.CompletedTask;

    /// <summary>Completes when a send arrived.</summary>
    public TaskCompletionSource SendArrived { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Answers a log-in instead, when set.</summary>
    public Func<LoginOutcome>? Login { get; set; }

    /// <summary>Thrown by status.</summary>
    public Exception? StatusFailure { get; set; }

    public Task<Self> WhoAmIAsync(CancellationToken cancellation) => Task.FromResult(
        new Self(Alice, "alice", "Example", "example.org", new DeviceId(1), new string('a', 64), DateTimeOffset.UnixEpoch.AddYears(60), "chat.example.org:7443", "/p",
            JoinLink));

    public Task<ChatStatus> StatusAsync(CancellationToken cancellation) => StatusFailure is { } failure
        ? Task.FromException<ChatStatus>(failure)
        : Task.FromResult(new ChatStatus(IsLoggedIn ? Connection : ConnectionState.LoggedOut, null, 0, 0, _messages.Count, _sequence, _isAway));

    public Task<IReadOnlyList<PersonInfo>> UsersAsync(bool activeOnly, CancellationToken cancellation)
    {
        RequireLogin();
        PersonInfo[] people =
        [
            new(Alice, "alice", "Alice A", PersonPresence.Online, null),
            new(Bob, "bob", "Bob\u001b[31m", PersonPresence.Offline, DateTimeOffset.UnixEpoch.AddYears(55)),
        ];
        return Task.FromResult<IReadOnlyList<PersonInfo>>([.. people.Where(person => !activeOnly || person.Presence != PersonPresence.Offline)]);
    }

    public Task<SendOutcome> SendAsync(MessageId id, Target to, string text, CancellationToken cancellation) =>
        FollowAsync(Post(id, to, text, Connection == ConnectionState.Offline ? MessageState.Queued : MessageState.Sent), cancellation);

    public Task<SendOutcome> SendFileAsync(MessageId id, Target to, OutgoingFile file, CancellationToken cancellation) =>
        FollowAsync(Post(id, to, file.Name, Connection == ConnectionState.Offline ? MessageState.Queued : MessageState.Sent, file), cancellation);

    private async Task<SendOutcome> FollowAsync(SendOutcome outcome, CancellationToken cancellation)
    {
        if (outcome is not (SendOutcome.Sent or SendOutcome.Queued)) return outcome;
        SendArrived.TrySetResult();
        await SendGate.WaitAsync(cancellation);
        return outcome;
    }

    /// <summary>Tells at once that it was sent, unless offline.</summary>
    public Task<SendOutcome> KeepAsync(MessageId id, Target to, string text, CancellationToken cancellation) => Keep(Post(id, to, text, MessageState.Queued));

    public Task<SendOutcome> KeepFileAsync(MessageId id, Target to, OutgoingFile file, CancellationToken cancellation) => Keep(Post(id, to, file.Name, MessageState.Queued, file));

    public Task<FileAnswer> FileAsync(Target of, long position, CancellationToken cancellation)
    {
        if (!IsLoggedIn) return Task.FromResult<FileAnswer>(new FileAnswer.NotLoggedIn("log in"));
        lock (_gate)
        {
            return Task.FromResult<FileAnswer>(
                Of(of).FirstOrDefault(message => message.Position == position) is { File: { } file } found && _files.TryGetValue(found.Id, out var content)
                    ? new FileAnswer.Found(file, content)
                    : new FileAnswer.Missing("This is not a file."));
        }
    }

    private Task<SendOutcome> Keep(SendOutcome outcome)
    {
        if (outcome is SendOutcome.Queued { Message: var kept } && Connection == ConnectionState.Online) Deliver(kept);
        return Task.FromResult(outcome);
    }

    /// <summary>Alice wrote to Bob what was refused for good.</summary>
    public ChatMessage Fail(string text)
    {
        lock (_gate)
        {
            var failed = Message(MessageId.New(), Target.Person("bob"), "alice", mine: true, text, MessageState.Failed, 0) with { Trouble = "It was refused." };
            _messages.Add(failed);
            return failed;
        }
    }

    private SendOutcome Post(MessageId id, Target to, string text, MessageState state, OutgoingFile? file = null)
    {
        var user = to.IsRoom ? Rooms.Find(to.Name)?.Name : to.Name;
        if (!IsLoggedIn) return new SendOutcome.NotLoggedIn("log in");
        if (string.Equals(user, "nobody", StringComparison.Ordinal)) return new SendOutcome.Refused("There is nobody called \"nobody\" here.");
        if (user is null) return new SendOutcome.Refused($"You are in no room called \"{to.Name}\"; see: room list --all.");
        if (file?.Problem(to.IsRoom) is { } problem) return new SendOutcome.Refused(problem);
        ChatMessage message;
        lock (_gate)
        {
            Sends++;
            if (file is not null) _files[id] = file.Content.ToArray();
            if (_messages.Find(known => known.Id == id) is { } before) message = before;
            else _messages.Add(message = Message(id, new Target(user, to.IsRoom), "alice", mine: true, text, state, 0) with { File = Shown(file) });
        }

        return message.State == MessageState.Queued ? new SendOutcome.Queued(message, "There is no connection.") : new SendOutcome.Sent(message);
    }

    private static SharedFile? Shown(OutgoingFile? file) => file is null ? null : new SharedFile(file.Name, file.Type, file.Content.Length, IsHere: true);

    private void Deliver(ChatMessage message)
    {
        var sent = message with { State = MessageState.Sent };
        lock (_gate) _messages[_messages.FindIndex(known => known.Id == message.Id)] = sent;
        Publish(new ChatEvent.StateChanged(sent));
    }

    public Task<IReadOnlyList<ChatMessage>> HistoryAsync(Target of, int limit, long? before, CancellationToken cancellation)
    {
        RequireLogin();
        lock (_gate) return Task.FromResult<IReadOnlyList<ChatMessage>>([.. Of(of).Where(message => before is null || message.Position < before).TakeLast(limit)]);
    }

    public Task<IReadOnlyList<ChatMessage>> HistoryAfterAsync(Target of, int limit, long after, CancellationToken cancellation)
    {
        RequireLogin();
        lock (_gate) return Task.FromResult<IReadOnlyList<ChatMessage>>([.. Of(of).Where(message => message.Position > after).Take(limit)]);
    }

    public Task<IReadOnlyList<ConversationInfo>> ConversationsAsync(CancellationToken cancellation)
    {
        RequireLogin();
        lock (_gate)
        {
            var all = _messages.GroupBy(static message => new Target(message.With, message.IsRoom)).Select(one => new ConversationInfo(
                one.First().Conversation, one.Key, one.Count(message => !message.Mine && message.Position > _read.GetValueOrDefault(one.Key)), _muted.Contains(one.Key),
                IsClosed: false, one.Last()));
            return Task.FromResult<IReadOnlyList<ConversationInfo>>([.. all.Where(one => !_closed.Contains(one.Target)).OrderByDescending(static one => one.Last!.Position)]);
        }
    }

    public Task<RoomAnswer> RoomAsync(RoomRequest request, CancellationToken cancellation)
    {
        RequireLogin();
        return Task.FromResult(Rooms.Answer(request));
    }

    public Task<DeviceAnswer> DeviceAsync(DeviceRequest request, CancellationToken cancellation)
    {
        RequireLogin();
        return Task.FromResult(Own.Answer(request));
    }

    public Task<OwnAnswer> OwnAsync(OwnRequest request, CancellationToken cancellation)
    {
        RequireLogin();
        lock (_gate) return Task.FromResult(Own.Answer(request) ?? Change(request));
    }

    public Task<DirectAnswer> DirectAsync(DirectRequest request, CancellationToken cancellation) =>
        Task.FromResult<DirectAnswer>(new DirectAnswer.State(new DirectState(Port: null, Addresses: [], Lines: [])));

    public Task<LogAnswer> LogAsync(ulong start, CancellationToken cancellation) => Task.FromResult<LogAnswer>(new LogAnswer.Refused("No log is kept in memory."));

    public Task TypingAsync(Target to, CancellationToken cancellation)
    {
        Typed.Enqueue(to);
        return Task.CompletedTask;
    }

    public async IAsyncEnumerable<ChatEvent> EventsAsync(long sequence, [EnumeratorCancellation] CancellationToken cancellation)
    {
        RequireLogin();
        var channel = Channel.CreateUnbounded<ChatEvent>();
        lock (_gate)
        {
            foreach (var message in _messages.Where(message => message.Sequence > sequence)) channel.Writer.TryWrite(new ChatEvent.Received(message));
            _listeners.Add(channel);
        }

        try
        {
            await foreach (var happening in channel.Reader.ReadAllAsync(cancellation)) yield return happening;
        }
        finally
        {
            lock (_gate) _listeners.Remove(channel);
        }
    }

    public Task<LoginOutcome> LoginAsync(string password, CancellationToken cancellation)
    {
        if (Login is { } answer) return Task.FromResult(answer());
        var right = string.Equals(password, "right", StringComparison.Ordinal);
        IsLoggedIn |= right;
        return Task.FromResult<LoginOutcome>(right ? new LoginOutcome.LoggedIn() : new LoginOutcome.Refused("wrong username or password"));
    }

    public Task LogoutAsync(CancellationToken cancellation)
    {
        IsLoggedIn = false;
        return Task.CompletedTask;
    }

    public Task<string> DevicePemAsync(CancellationToken cancellation) => Task.FromResult("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");

    public Task SetAwayAsync(bool away, CancellationToken cancellation)
    {
        _isAway = away;
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        lock (_gate)
            foreach (var listener in _listeners) listener.Writer.TryComplete();
        return ValueTask.CompletedTask;
    }

    /// <summary>Bob writes.</summary>
    public ChatMessage Receive(string text, DateTimeOffset? sentAt = null, string? fromName = null) => Receive(Target.Person("bob"), "bob", text, sentAt, fromName);

    /// <summary>Bob sends a file.</summary>
    public ChatMessage Receive(OutgoingFile file, bool isHere = true)
    {
        lock (_gate)
        {
            var message = Message(MessageId.New(), Target.Person("bob"), "bob", mine: false, file.Name, MessageState.Received, ++_sequence) with { File = Shown(file)! with { IsHere = isHere } };
            if (isHere) _files[message.Id] = file.Content.ToArray();
            _messages.Add(message);
            Publish(new ChatEvent.Received(message));
            return message;
        }
    }

    /// <summary>Somebody writes in a room of <see cref="Rooms"/>.</summary>
    public ChatMessage ReceiveIn(string room, string from, string text) => Receive(Target.Room(room), from, text, sentAt: null, fromName: null);

    private ChatMessage Receive(Target with, string from, string text, DateTimeOffset? sentAt, string? fromName)
    {
        lock (_gate)
        {
            var message = Message(MessageId.New(), with, from, mine: false, text, MessageState.Received, ++_sequence) with { FromName = fromName };
            if (sentAt is { } time) message = message with { SentAt = time };
            _messages.Add(message);
            Publish(new ChatEvent.Received(message));
            return message;
        }
    }

    /// <summary>Somebody tampers.</summary>
    public Alarm Raise(string text, AddedDevice? added = null)
    {
        lock (_gate)
        {
            var alarm = new Alarm(++_alarm, text, added);
            _alarms.Add(alarm);
            Publish(new ChatEvent.Alarm(alarm.Id, text, added));
            return alarm;
        }
    }

    public void Publish(ChatEvent happening)
    {
        lock (_gate)
            foreach (var listener in _listeners) listener.Writer.TryWrite(happening);
    }

    private ChatMessage Message(MessageId id, Target with, string from, bool mine, string text, MessageState state, long sequence) => new(
        id, with.IsRoom ? Rooms.Find(with.Name)!.Room : new ConversationId(Digest.Sha256([1])), with.Name, from, mine, text,
        new DateTimeOffset(2026, 11, 21, 9, 30, 0, TimeSpan.Zero), mine ? null : DateTimeOffset.UnixEpoch, state, Verified: true, GapBefore: false, null, sequence,
        _messages.Count + 1, with.IsRoom);

    private IEnumerable<ChatMessage> Of(Target target) => _messages.Where(message => new Target(message.With, message.IsRoom) == Named(target));

    // A room may be named by its id, a person in any case.
    private Target Named(Target target) => target.IsRoom
        ? Target.Room(Rooms.Find(target.Name)?.Name ?? target.Name)
        : Target.Person(_messages.Find(message => !message.IsRoom && string.Equals(message.With, target.Name, StringComparison.OrdinalIgnoreCase))?.With ?? target.Name);

    private OwnAnswer Change(OwnRequest request)
    {
        switch (request)
        {
            case OwnRequest.Mute mute:
                if (mute.IsMuted) _muted.Add(Named(mute.Conversation));
                else _muted.Remove(Named(mute.Conversation));
                return new OwnAnswer.Done();
            case OwnRequest.CloseConversation close:
                _closed.Add(Named(close.Conversation));
                return new OwnAnswer.Done();
            case OwnRequest.MarkRead read:
                _read[Named(read.Conversation)] = read.UpTo ?? long.MaxValue;
                return new OwnAnswer.Done();
            case OwnRequest.ClearHistory { Conversation: { } one } when !Of(one).Any():
                return new OwnAnswer.Refused($"There is no conversation with {one.Name}.");
            case OwnRequest.ClearHistory clear:
                HashSet<ChatMessage> gone = clear.Conversation is { } of ? [.. Of(of)] : [.. _messages];
                _messages.RemoveAll(gone.Contains);
                return new OwnAnswer.Cleared(gone.Count);
            case OwnRequest.Discard discard:
                return _messages.RemoveAll(one => one.Id == discard.Message && one.State == MessageState.Failed) > 0 ? new OwnAnswer.Done() : new OwnAnswer.Refused("Only a message that was refused goes.");
            case OwnRequest.KeepDraft draft:
                _drafts.RemoveAll(one => one.Target == Named(draft.Conversation));
                if (draft.Text.Length > 0) _drafts.Add(new Draft(default, Named(draft.Conversation), draft.Text));
                return new OwnAnswer.Done();
            case OwnRequest.Drafts:
                return new OwnAnswer.Drafts([.. _drafts]);
            case OwnRequest.Alarms:
                return new OwnAnswer.Alarms([.. _alarms]);
            case OwnRequest.Acknowledge seen:
                _alarms.RemoveAll(one => one.Id == seen.Alarm);
                return new OwnAnswer.Done();
            default:
                return new OwnAnswer.Refused($"not here: {request}");
        }
    }

    private void RequireLogin()
    {
        if (!IsLoggedIn) throw new NotLoggedInException();
    }
}
