using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using TalkyWalky.Client.Connect;
using TalkyWalky.Client.Devices;
using TalkyWalky.Client.Direct;
using TalkyWalky.Client.Enrol;
using TalkyWalky.Client.Log;
using TalkyWalky.Client.Own;
using TalkyWalky.Client.Receive;
using TalkyWalky.Client.Rooms;
using TalkyWalky.Client.Send;
using TalkyWalky.Client.Status;
using TalkyWalky.Client.Store;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Engine;

/// <summary>The engine of one profile.</summary>
internal sealed class ChatEngine : IChat
{
    private static readonly TimeSpan FlushTime = TimeSpan.FromSeconds(3), ConnectTime = TimeSpan.FromSeconds(10), Poll = TimeSpan.FromMilliseconds(20);

    private readonly ProfileFolder _folder;
    private readonly Self _self;
    private readonly StatusBook _book;
    private readonly LogBook _logBook;
    private readonly ClientEnvironment _environment;
    private readonly CancellationTokenSource _stopping = new();
    private readonly EventHub _events;
    private readonly ConnectionStatus _status;
    private readonly Outbox _outbox;
    private readonly People _people;
    private readonly RoomDesk _rooms;
    private readonly DeviceDesk _devices;
    private readonly CardDesk _cards;
    private readonly OwnDesk _own;
    private readonly IntroductionDesk _introductions;
    private readonly DirectDesk _direct;
    private readonly LogPages _logPages;
    private readonly Posting _posting;
    private readonly ConnectionLoop _loop;
    private readonly Task _running;
    private int _disposed;

    public ChatEngine(ProfileFolder folder, Self self, StatusBook book, LogBook logBook, ClientEnvironment environment)
    {
        _folder = folder;
        _self = self;
        _book = book;
        _logBook = logBook;
        _environment = environment;
        var log = environment.Logs.CreateLogger("TalkyWalky.Client");
        _events = new EventHub(Database);
        _status = new ConnectionStatus(_events);
        _outbox = new Outbox(Database, _events, environment, log);
        var names = new ShownNames(Database);
        _people = new People(Database, _events, names, DevicesChanged);
        _rooms = new RoomDesk(Database, _outbox, environment);
        _devices = new DeviceDesk(Database, _events, environment, log, () => _loop!.Restart());
        _cards = new CardDesk(Database, _people, book, self, environment);
        _own = new OwnDesk(Database, _outbox, names, _events, self.Device, environment, log);
        _introductions = new IntroductionDesk(Database, _status, environment, log);
        _direct = new DirectDesk(_outbox, self, book, logBook, _introductions, Stored);
        _logPages = new LogPages(Database, logBook, environment);
        var alarms = new LogAlarms(folder.Path, _events, log);
        IReadOnlyList<IConnectionPart> parts = [new StatusDesk(book, _outbox, _events, log), new LogDesk(_outbox, _devices.HeadCame, log), _rooms, _devices, _cards, _own, _introductions];
        _loop = new ConnectionLoop(Database, _outbox, _people, parts, book, logBook, alarms, _status, _events, environment, log);
        _posting = new Posting(Database, _outbox, self.User, _status, _loop, environment.Time, async (room, cancellation) => await RoomAsync(new RoomRequest.Show(room), cancellation) is RoomAnswer.Shown);
        _running = Task.Run(() => _loop.RunAsync(_stopping.Token), CancellationToken.None);
    }

    private Database Database => _folder.Database;

    public Task<Self> WhoAmIAsync(CancellationToken cancellation) => Task.FromResult(_self);

    public async Task<ChatStatus> StatusAsync(CancellationToken cancellation)
    {
        var (state, trouble) = _status.Now;
        return await Database.RunAsync(
            rows => new ChatStatus(state, trouble, rows.Outbox.Count(), rows.Pending.Count(), rows.Messages.Count(), rows.Messages.NewestSequence(), _people.IsAway), cancellation);
    }

    public async Task<IReadOnlyList<PersonInfo>> UsersAsync(bool activeOnly, CancellationToken cancellation)
    {
        await RequireLoginAsync(cancellation);
        await WhileConnectingAsync(cancellation);
        return await _people.ListAsync(activeOnly, cancellation);
    }

    // A command that has just opened the profile asks before the connection stands.
    private async Task WhileConnectingAsync(CancellationToken cancellation)
    {
        var started = _environment.Time.GetTimestamp();
        while (_environment.Time.GetElapsedTime(started) < ConnectTime
            && (_status.Now.State == ConnectionState.Connecting || (_status.Now.State == ConnectionState.Online && !(_people.IsConnected && _rooms.IsConnected))))
            await Task.Delay(Poll, _environment.Time, cancellation);
    }

    public Task<SendOutcome> SendAsync(MessageId id, Target to, string text, CancellationToken cancellation) => _posting.PostAsync(new Post(id, to, text), isFollowed: true, cancellation);

    public Task<SendOutcome> KeepAsync(MessageId id, Target to, string text, CancellationToken cancellation) => _posting.PostAsync(new Post(id, to, text), isFollowed: false, cancellation);

    public Task<SendOutcome> SendFileAsync(MessageId id, Target to, OutgoingFile file, CancellationToken cancellation) =>
        _posting.PostAsync(new Post(id, to, file.Name, file), isFollowed: true, cancellation);

    public Task<SendOutcome> KeepFileAsync(MessageId id, Target to, OutgoingFile file, CancellationToken cancellation) =>
        _posting.PostAsync(new Post(id, to, file.Name, file), isFollowed: false, cancellation);

    public Task<FileAnswer> FileAsync(Target of, long position, CancellationToken cancellation) => Database.RunAsync(
        rows => Posting.IsLoggedOut(rows) ? new FileAnswer.NotLoggedIn(NotLoggedInException.Sentence) : rows.Files.Find(of, position), cancellation);

    public async Task<IReadOnlyList<ChatMessage>> HistoryAsync(Target of, int limit, long? before, CancellationToken cancellation)
    {
        await RequireLoginAsync(cancellation);
        return await Database.RunAsync(
            rows => rows.Contacts.Find(of) is { } contact ? rows.Messages.History(contact.Id, limit, before) : [], cancellation);
    }

    public async Task<IReadOnlyList<ChatMessage>> HistoryAfterAsync(Target of, int limit, long after, CancellationToken cancellation)
    {
        await RequireLoginAsync(cancellation);
        return await Database.RunAsync(
            rows => rows.Contacts.Find(of) is { } contact ? rows.Messages.HistoryAfter(contact.Id, limit, after) : [], cancellation);
    }

    public async Task<IReadOnlyList<ConversationInfo>> ConversationsAsync(CancellationToken cancellation)
    {
        await RequireLoginAsync(cancellation);
        return await _own.ConversationsAsync(cancellation);
    }

    public async Task<RoomAnswer> RoomAsync(RoomRequest request, CancellationToken cancellation)
    {
        await RequireLoginAsync(cancellation);
        await WhileConnectingAsync(cancellation);
        return await _rooms.AnswerAsync(request, cancellation);
    }

    public async Task<DeviceAnswer> DeviceAsync(DeviceRequest request, CancellationToken cancellation)
    {
        await RequireLoginAsync(cancellation);
        if (request is not DeviceRequest.Person card) return await _devices.AnswerAsync(request, cancellation);
        await WhileConnectingAsync(cancellation);
        return await _cards.AnswerAsync(card.User, cancellation);
    }

    public async Task<OwnAnswer> OwnAsync(OwnRequest request, CancellationToken cancellation)
    {
        await RequireLoginAsync(cancellation);
        if (request is OwnRequest.SetName or OwnRequest.RevertName) await WhileConnectingAsync(cancellation);
        return await _own.AnswerAsync(request, cancellation);
    }

    public async Task<DirectAnswer> DirectAsync(DirectRequest request, CancellationToken cancellation)
    {
        await RequireLoginAsync(cancellation);
        if (request is DirectRequest.Connect or DirectRequest.Listen) await WhileStatusComesAsync(cancellation);
        return await _introductions.PrepareAsync(request, cancellation) is { } refused ? new DirectAnswer.Refused(refused) : await _direct.AnswerAsync(request, cancellation);
    }

    public async Task<LogAnswer> LogAsync(ulong start, CancellationToken cancellation)
    {
        await RequireLoginAsync(cancellation);
        await WhileHeadComesAsync(cancellation);
        return await _logPages.ReadAsync(start, cancellation);
    }

    // The profile has the head of its last connection: what was logged since comes with the next one.
    private async Task WhileHeadComesAsync(CancellationToken cancellation)
    {
        var started = _environment.Time.GetTimestamp();
        while (!_logBook.WasTold && _status.Now.State is (ConnectionState.Connecting or ConnectionState.Online) && _environment.Time.GetElapsedTime(started) < ConnectTime)
            await Task.Delay(Poll, _environment.Time, cancellation);
    }

    // A profile that was made just now has no CRL before its first connection.
    private async Task WhileStatusComesAsync(CancellationToken cancellation)
    {
        var started = _environment.Time.GetTimestamp();
        while (!_book.HasAny(StatusBook.FreshWithoutServer) && _status.Now.State is (ConnectionState.Connecting or ConnectionState.Online) && _environment.Time.GetElapsedTime(started) < ConnectTime)
            await Task.Delay(Poll, _environment.Time, cancellation);
    }

    public async Task TypingAsync(Target to, CancellationToken cancellation)
    {
        await RequireLoginAsync(cancellation);
        await _own.TypingAsync(to, cancellation);
    }

    public async IAsyncEnumerable<ChatEvent> EventsAsync(long sequence, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        await RequireLoginAsync(cancellation);
        await foreach (var happening in _events.ListenAsync(sequence, cancellation)) yield return happening;
    }

    public async Task<LoginOutcome> LoginAsync(string password, CancellationToken cancellation)
    {
        var outcome = await new LogIn(Database, _environment).RunAsync(password, cancellation);
        if (outcome is LoginOutcome.LoggedIn) _status.Set(ConnectionState.Connecting, null);
        if (outcome is LoginOutcome.LoggedIn or LoginOutcome.Pending) _loop.Restart();
        return outcome;
    }

    public async Task LogoutAsync(CancellationToken cancellation)
    {
        await Database.RunAsync(static rows => rows.Settings.Set(SettingNames.LoggedOut, []), cancellation);
        _status.Set(ConnectionState.LoggedOut, NotLoggedInException.Sentence);
        await _introductions.PrepareAsync(new DirectRequest.Stop(), CancellationToken.None);
        await _direct.AnswerAsync(new DirectRequest.Stop(), CancellationToken.None);
        _loop.Restart();
    }

    public async Task<string> DevicePemAsync(CancellationToken cancellation)
    {
        using var credentials = await Database.RunAsync(rows => Credentials.Load(rows, _environment.Time.GetUtcNow()), cancellation);
        var pem = new StringBuilder();
        foreach (var der in (IEnumerable<ReadOnlyMemory<byte>>)[credentials!.Identity.Der, credentials.Encryption.Der, .. credentials.Issuing])
            pem.Append(PemEncoding.WriteString("CERTIFICATE", der.Span)).Append('\n');
        return pem.ToString();
    }

    public Task SetAwayAsync(bool away, CancellationToken cancellation) => _people.SetAwayAsync(away);

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1) return;
        await FlushAsync();
        await _stopping.CancelAsync();
        await _running;
        await _direct.DisposeAsync();
        _events.Close();
        await _outbox.ReleaseAsync(contact: null, "The program is closing; the message is kept and goes out when it runs again.");
        await _folder.DisposeAsync();
        _logBook.Dispose();
        _stopping.Dispose();
    }

    // What arrived just now is acknowledged to its author before the goodbye, if that takes a moment only.
    private async Task FlushAsync()
    {
        if (_status.Now.State != ConnectionState.Online) return;
        try
        {
            await Inbox.FlushReceiptsAsync(_outbox);
            // The inbox may be between writing a receipt and sending it.
            foreach (var contact in await Database.RunAsync(static rows => rows.Outbox.Contacts(), CancellationToken.None)) _outbox.Poke(contact);
        }
        catch (SqliteException)
        {
            return; // they stay due; the next run sends them
        }

        var started = _environment.Time.GetTimestamp();
        while (!_outbox.IsIdle && _status.Now.State == ConnectionState.Online && _environment.Time.GetElapsedTime(started) < FlushTime)
            await Task.Delay(Poll, _environment.Time, CancellationToken.None);
    }

    private void Stored(InboxResult result)
    {
        if (result.HasNewContacts) _people.ContactsChanged();
    }

    private void DevicesChanged(UserId user)
    {
        if (user == _self.User) _devices.DevicesChanged();
        _outbox.DevicesChanged();
    }

    private async Task RequireLoginAsync(CancellationToken cancellation)
    {
        if (await Database.RunAsync(Posting.IsLoggedOut, cancellation)) throw new NotLoggedInException();
    }
}
