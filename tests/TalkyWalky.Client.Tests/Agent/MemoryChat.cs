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
    private long _sequence;

    public static UserId Alice { get; } = UserId.FromGuid(new Guid("11111111-1111-1111-1111-111111111111"));

    public static UserId Bob { get; } = UserId.FromGuid(new Guid("22222222-2222-2222-2222-222222222222"));

    public ConnectionState Connection { get; set; } = ConnectionState.Online;

    public bool IsLoggedIn { get; set; } = true;

    public bool IsDisposed { get; private set; }

    public int Sends { get; private set; }

    /// <summary>A send waits for this before it answers.</summary>
    public Task SendGate { get; set; } = Task.CompletedTask;

    /// <summary>Completes when a send arrived.</summary>
    public TaskCompletionSource SendArrived { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Thrown by status.</summary>
    public Exception? StatusFailure { get; set; }

    public Task<Self> WhoAmIAsync(CancellationToken cancellation) => Task.FromResult(
        new Self(Alice, "alice", "Example", "example.org", new DeviceId(1), new string('a', 64), DateTimeOffset.UnixEpoch.AddYears(60), "chat.example.org:7443", "/p"));

    public Task<ChatStatus> StatusAsync(CancellationToken cancellation) => StatusFailure is { } failure
        ? Task.FromException<ChatStatus>(failure)
        : Task.FromResult(new ChatStatus(IsLoggedIn ? Connection : ConnectionState.LoggedOut, null, 0, 0, _messages.Count));

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

    public async Task<SendOutcome> SendAsync(MessageId id, Target to, string text, CancellationToken cancellation)
    {
        var user = to.Name;
        if (!IsLoggedIn) return new SendOutcome.NotLoggedIn("log in");
        if (string.Equals(user, "nobody", StringComparison.Ordinal)) return new SendOutcome.Refused("There is nobody called \"nobody\" here.");
        var offline = Connection == ConnectionState.Offline;
        var message = Message(id, user, "alice", mine: true, text, offline ? MessageState.Queued : MessageState.Sent, 0);
        lock (_gate)
        {
            Sends++;
            if (!_messages.Exists(known => known.Id == id)) _messages.Add(message);
        }

        SendArrived.TrySetResult();
        await SendGate.WaitAsync(cancellation);
        return offline ? new SendOutcome.Queued(message, "There is no connection.") : new SendOutcome.Sent(message);
    }

    public Task<IReadOnlyList<ChatMessage>> HistoryAsync(Target of, int limit, long? before, CancellationToken cancellation)
    {
        var user = of.Name;
        RequireLogin();
        lock (_gate)
        {
            var all = _messages.Where(message => string.Equals(message.With, user, StringComparison.Ordinal) && (before is null || message.Position < before));
            return Task.FromResult<IReadOnlyList<ChatMessage>>([.. all.TakeLast(limit)]);
        }
    }

    public Task<IReadOnlyList<ChatMessage>> HistoryAfterAsync(Target of, int limit, long after, CancellationToken cancellation)
    {
        RequireLogin();
        lock (_gate)
        {
            var all = _messages.Where(message => string.Equals(message.With, of.Name, StringComparison.Ordinal) && message.Position > after);
            return Task.FromResult<IReadOnlyList<ChatMessage>>([.. all.Take(limit)]);
        }
    }

    public Task<IReadOnlyList<ConversationInfo>> ConversationsAsync(CancellationToken cancellation) => Task.FromResult<IReadOnlyList<ConversationInfo>>([]);

    public Task<RoomAnswer> RoomAsync(RoomRequest request, CancellationToken cancellation) => Task.FromResult<RoomAnswer>(new RoomAnswer.Refused($"not here: {request}"));

    public Task<DeviceAnswer> DeviceAsync(DeviceRequest request, CancellationToken cancellation) => Task.FromResult<DeviceAnswer>(new DeviceAnswer.Refused($"not here: {request}"));

    public Task<OwnAnswer> OwnAsync(OwnRequest request, CancellationToken cancellation) => Task.FromResult<OwnAnswer>(new OwnAnswer.Refused($"not here: {request}"));

    public Task TypingAsync(Target to, CancellationToken cancellation) => Task.CompletedTask;

    public async IAsyncEnumerable<ChatEvent> EventsAsync(long sequence, [EnumeratorCancellation] CancellationToken cancellation)
    {
        RequireLogin();
        var channel = Channel.CreateUnbounded<ChatEvent>();
        lock (_gate)
        {
            foreach (var message in _messages.Where(message => message.Sequence > sequence)) channel.Writer.TryWrite(new ChatEvent.Received(message));
            _listeners.Add(channel);
        }

        await foreach (var happening in channel.Reader.ReadAllAsync(cancellation)) yield return happening;
    }

    public Task<LoginOutcome> LoginAsync(string password, CancellationToken cancellation)
    {
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

    public Task SetAwayAsync(bool away, CancellationToken cancellation) => Task.CompletedTask;

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        foreach (var listener in _listeners) listener.Writer.TryComplete();
        return ValueTask.CompletedTask;
    }

    /// <summary>Bob writes.</summary>
    public ChatMessage Receive(string text)
    {
        lock (_gate)
        {
            var message = Message(MessageId.New(), "bob", "bob", mine: false, text, MessageState.Received, ++_sequence);
            _messages.Add(message);
            Publish(new ChatEvent.Received(message));
            return message;
        }
    }

    public void Publish(ChatEvent happening)
    {
        lock (_gate)
            foreach (var listener in _listeners) listener.Writer.TryWrite(happening);
    }

    private ChatMessage Message(MessageId id, string with, string from, bool mine, string text, MessageState state, long sequence) => new(
        id, new ConversationId(Digest.Sha256([1])), with, from, mine, text, new DateTimeOffset(2026, 11, 21, 9, 30, 0, TimeSpan.Zero), mine ? null : DateTimeOffset.UnixEpoch, state,
        Verified: true, GapBefore: false, null, sequence, _messages.Count + 1);

    private void RequireLogin()
    {
        if (!IsLoggedIn) throw new NotLoggedInException();
    }
}
