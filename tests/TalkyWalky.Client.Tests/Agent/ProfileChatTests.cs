using Microsoft.Extensions.Logging.Abstractions;
using TalkyWalky.Client.Agent;
using TalkyWalky.Testing;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Tests.Agent;

public sealed class ProfileChatTests : IDisposable
{
    private static readonly ClientEnvironment Environment = new(TimeProvider.System, KeyPool.Shared, NullLoggerFactory.Instance);

    private readonly TempFolder _folder = new();
    private readonly List<LockedChat> _opened = [];
    private int _asked;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Open_TwoAtOnce_OneOwnsAndTheOtherAsksIt()
    {
        var opened = await Task.WhenAll(OpenAsync(), OpenAsync());
        Assert.Single(opened, static chat => chat.IsOwner);
        Assert.Single(_opened);
        Assert.Equal("alice", (await opened[0].WhoAmIAsync(default)).Username);
        Assert.Equal("alice", (await opened[1].WhoAmIAsync(default)).Username);
        await opened.Single(static chat => !chat.IsOwner).DisposeAsync();
        await opened.Single(static chat => chat.IsOwner).DisposeAsync();
    }

    [Fact]
    public async Task Open_OwnerIsThere_AsksForNoPassphrase()
    {
        await using var owner = await OpenAsync();
        await using var second = await OpenAsync();
        Assert.Equal(1, _asked);
    }

    [Fact]
    public async Task Open_PassphraseMissing_SaysWhy()
    {
        var opening = await ProfileChat.OpenAsync(
            _folder.Path, _ => Task.FromResult<PassphraseAnswer>(new PassphraseAnswer.Missing("give one")), OpenLocalAsync, Environment, default);
        Assert.Equal("give one", Assert.IsType<ChatOpening.WrongPassphrase>(opening).Why);
    }

    [Fact]
    public async Task Events_OwnerEnds_GoOnWithoutLossOrRepetition()
    {
        var owner = await OpenAsync();
        await using var attached = await OpenAsync();
        await using var events = attached.EventsAsync(0, default).GetAsyncEnumerator();
        _opened[0].Store.Receive("one");
        Assert.Equal("one", await NextTextAsync(events));
        var next = NextTextAsync(events);
        await owner.DisposeAsync();
        _opened[0].Store.Receive("two");
        Assert.Equal("two", await next);
        Assert.True(attached.IsOwner);
    }

    [Fact]
    public async Task Send_OwnerDiesBeforeTheAnswer_IsRepeatedUnderItsId()
    {
        // An owner that is killed: its socket and its lock go at once, the answer never comes.
        var first = new LockedChat(_folder.Path, new MemoryChat());
        var listener = AgentSocket.Listen(_folder.Path);
        await using var attached = await OpenAsync();
        var id = MessageId.New();
        var sending = attached.SendAsync(id, Target.Person("bob"), "x", default);
        using (await listener.AcceptAsync()) Assert.False(attached.IsOwner); // the probe of the attaching
        using (var connection = await listener.AcceptAsync()) Assert.NotEqual(0, await connection.ReceiveAsync(new byte[4096]));
        listener.Dispose();
        await first.DisposeAsync();
        var sent = Assert.IsType<SendOutcome.Sent>(await sending);
        Assert.Equal(id, sent.Message.Id);
        Assert.True(attached.IsOwner);
    }

    [Fact]
    public async Task Ask_OwnerEndsAndPassphraseIsWrong_EndsWithASentence()
    {
        var owner = await OpenAsync();
        var opening = await ProfileChat.OpenAsync(
            _folder.Path, _ => Task.FromResult<PassphraseAnswer>(new PassphraseAnswer.Missing("ask me in a terminal")), OpenLocalAsync, Environment, default);
        await using var attached = Assert.IsType<ChatOpening.Opened>(opening).Chat;
        await owner.DisposeAsync();
        var lost = await Assert.ThrowsAsync<ProfileLostException>(() => attached.WhoAmIAsync(default));
        Assert.Equal("ask me in a terminal", lost.Message);
    }

    private async Task<SharedChat> OpenAsync()
    {
        var opening = await ProfileChat.OpenAsync(
            _folder.Path,
            _ =>
            {
                Interlocked.Increment(ref _asked);
                return Task.FromResult<PassphraseAnswer>(new PassphraseAnswer.Known("secret"));
            },
            OpenLocalAsync,
            Environment,
            default);
        return Assert.IsType<SharedChat>(Assert.IsType<ChatOpening.Opened>(opening).Chat);
    }

    // The lock of a profile is a file that only one opens; here too.
    private Task<ChatOpening> OpenLocalAsync(string passphrase, CancellationToken cancellation)
    {
        try
        {
            lock (_opened)
            {
                _opened.Add(new LockedChat(_folder.Path, _opened.Count > 0 ? _opened[0].Store : new MemoryChat()));
                return Task.FromResult<ChatOpening>(new ChatOpening.Opened(_opened[^1]));
            }
        }
        catch (IOException)
        {
            return Task.FromResult<ChatOpening>(new ChatOpening.InUse("in use"));
        }
    }

    private static async Task<string> NextTextAsync(IAsyncEnumerator<ChatEvent> events)
    {
        while (await events.MoveNextAsync())
            if (events.Current is ChatEvent.Received { Message: var message }) return message.Text;
        throw new InvalidOperationException("the events ended");
    }

    private sealed class LockedChat(string folder, MemoryChat store) : IChat
    {
        private readonly FileStream _lock = new(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);

        public MemoryChat Store => store;

        public Task<Self> WhoAmIAsync(CancellationToken cancellation) => store.WhoAmIAsync(cancellation);

        public Task<ChatStatus> StatusAsync(CancellationToken cancellation) => store.StatusAsync(cancellation);

        public Task<IReadOnlyList<PersonInfo>> UsersAsync(bool activeOnly, CancellationToken cancellation) => store.UsersAsync(activeOnly, cancellation);

        public Task<SendOutcome> SendAsync(MessageId id, Target to, string text, CancellationToken cancellation) => store.SendAsync(id, to, text, cancellation);

        public Task<SendOutcome> KeepAsync(MessageId id, Target to, string text, CancellationToken cancellation) => store.KeepAsync(id, to, text, cancellation);

        public Task<SendOutcome> SendFileAsync(MessageId id, Target to, OutgoingFile file, CancellationToken cancellation) => store.SendFileAsync(id, to, file, cancellation);

        public Task<SendOutcome> KeepFileAsync(MessageId id, Target to, OutgoingFile file, CancellationToken cancellation) => store.KeepFileAsync(id, to, file, cancellation);

        public Task<FileAnswer> FileAsync(Target of, long position, CancellationToken cancellation) => store.FileAsync(of, position, cancellation);

        public Task<IReadOnlyList<ConversationInfo>> ConversationsAsync(CancellationToken cancellation) => store.ConversationsAsync(cancellation);

        public Task<RoomAnswer> RoomAsync(RoomRequest request, CancellationToken cancellation) => store.RoomAsync(request, cancellation);

        public Task<DeviceAnswer> DeviceAsync(DeviceRequest request, CancellationToken cancellation) => store.DeviceAsync(request, cancellation);

        public Task<OwnAnswer> OwnAsync(OwnRequest request, CancellationToken cancellation) => store.OwnAsync(request, cancellation);

        public Task<DirectAnswer> DirectAsync(DirectRequest request, CancellationToken cancellation) => store.DirectAsync(request, cancellation);

        public Task<LogAnswer> LogAsync(ulong start, CancellationToken cancellation) => store.LogAsync(start, cancellation);

        public Task TypingAsync(Target to, CancellationToken cancellation) => store.TypingAsync(to, cancellation);

        public Task<IReadOnlyList<ChatMessage>> HistoryAsync(Target of, int limit, long? before, CancellationToken cancellation) =>
            store.HistoryAsync(of, limit, before, cancellation);

        public Task<IReadOnlyList<ChatMessage>> HistoryAfterAsync(Target of, int limit, long after, CancellationToken cancellation) =>
            store.HistoryAfterAsync(of, limit, after, cancellation);

        public IAsyncEnumerable<ChatEvent> EventsAsync(long sequence, CancellationToken cancellation) => store.EventsAsync(sequence, cancellation);

        public Task<LoginOutcome> LoginAsync(string password, CancellationToken cancellation) => store.LoginAsync(password, cancellation);

        public Task LogoutAsync(CancellationToken cancellation) => store.LogoutAsync(cancellation);

        public Task<string> DevicePemAsync(CancellationToken cancellation) => store.DevicePemAsync(cancellation);

        public Task SetAwayAsync(bool away, CancellationToken cancellation) => store.SetAwayAsync(away, cancellation);

        public async ValueTask DisposeAsync()
        {
            await _lock.DisposeAsync();
        }
    }
}
