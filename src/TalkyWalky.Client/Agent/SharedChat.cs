using System.Runtime.CompilerServices;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Agent;

/// <summary>The owner of the profile ended and this process could not take its place.</summary>
public sealed class ProfileLostException(string message) : IOException(message);

/// <summary>
/// A profile in use, whoever owns it. When the owner goes away in the middle of a request, the request is put again to the next owner, which may be this
/// process: each one may be repeated (a send carries its message's id), and events go on after the last message seen.
/// </summary>
internal sealed class SharedChat(ProfileDoor door, Holding first) : IChat
{
    private readonly SemaphoreSlim _entering = new(1, 1);
    private Holding _holding = first;

    public bool IsOwner => _holding.IsOwner;

    public Task<Self> WhoAmIAsync(CancellationToken cancellation) => AskAsync(chat => chat.WhoAmIAsync(cancellation), cancellation);

    public Task<ChatStatus> StatusAsync(CancellationToken cancellation) => AskAsync(chat => chat.StatusAsync(cancellation), cancellation);

    public Task<IReadOnlyList<PersonInfo>> UsersAsync(bool activeOnly, CancellationToken cancellation) =>
        AskAsync(chat => chat.UsersAsync(activeOnly, cancellation), cancellation);

    public Task<SendOutcome> SendAsync(MessageId id, Target to, string text, CancellationToken cancellation) =>
        AskAsync(chat => chat.SendAsync(id, to, text, cancellation), cancellation);

    public Task<SendOutcome> KeepAsync(MessageId id, Target to, string text, CancellationToken cancellation) =>
        AskAsync(chat => chat.KeepAsync(id, to, text, cancellation), cancellation);

    public Task<SendOutcome> SendFileAsync(MessageId id, Target to, OutgoingFile file, CancellationToken cancellation) =>
        AskAsync(chat => chat.SendFileAsync(id, to, file, cancellation), cancellation);

    public Task<SendOutcome> KeepFileAsync(MessageId id, Target to, OutgoingFile file, CancellationToken cancellation) =>
        AskAsync(chat => chat.KeepFileAsync(id, to, file, cancellation), cancellation);

    public Task<FileAnswer> FileAsync(Target of, long position, CancellationToken cancellation) => AskAsync(chat => chat.FileAsync(of, position, cancellation), cancellation);

    public Task<IReadOnlyList<ChatMessage>> HistoryAsync(Target of, int limit, long? before, CancellationToken cancellation) =>
        AskAsync(chat => chat.HistoryAsync(of, limit, before, cancellation), cancellation);

    public Task<IReadOnlyList<ChatMessage>> HistoryAfterAsync(Target of, int limit, long after, CancellationToken cancellation) =>
        AskAsync(chat => chat.HistoryAfterAsync(of, limit, after, cancellation), cancellation);

    public Task<IReadOnlyList<ConversationInfo>> ConversationsAsync(CancellationToken cancellation) => AskAsync(chat => chat.ConversationsAsync(cancellation), cancellation);

    public Task<RoomAnswer> RoomAsync(RoomRequest request, CancellationToken cancellation) => AskAsync(chat => chat.RoomAsync(request, cancellation), cancellation);

    public Task<DeviceAnswer> DeviceAsync(DeviceRequest request, CancellationToken cancellation) => AskAsync(chat => chat.DeviceAsync(request, cancellation), cancellation);

    public Task<OwnAnswer> OwnAsync(OwnRequest request, CancellationToken cancellation) => AskAsync(chat => chat.OwnAsync(request, cancellation), cancellation);

    public Task<DirectAnswer> DirectAsync(DirectRequest request, CancellationToken cancellation) => AskAsync(chat => chat.DirectAsync(request, cancellation), cancellation);

    public Task<LogAnswer> LogAsync(ulong start, CancellationToken cancellation) => AskAsync(chat => chat.LogAsync(start, cancellation), cancellation);

    public Task TypingAsync(Target to, CancellationToken cancellation) => AskAsync(chat => DoneAsync(chat.TypingAsync(to, cancellation)), cancellation);

    public Task<LoginOutcome> LoginAsync(string password, CancellationToken cancellation) => AskAsync(chat => chat.LoginAsync(password, cancellation), cancellation);

    public Task LogoutAsync(CancellationToken cancellation) => AskAsync(chat => DoneAsync(chat.LogoutAsync(cancellation)), cancellation);

    public Task<string> DevicePemAsync(CancellationToken cancellation) => AskAsync(chat => chat.DevicePemAsync(cancellation), cancellation);

    public Task SetAwayAsync(bool away, CancellationToken cancellation) => AskAsync(chat => DoneAsync(chat.SetAwayAsync(away, cancellation)), cancellation);

    public async IAsyncEnumerable<ChatEvent> EventsAsync(long sequence, [EnumeratorCancellation] CancellationToken cancellation)
    {
        while (true)
        {
            var holding = _holding;
            await using (var events = holding.Chat.EventsAsync(sequence, cancellation).GetAsyncEnumerator(cancellation))
            {
                while (await NextAsync(events) is { } happening)
                {
                    if (happening is ChatEvent.Received { Message: var message }) sequence = Math.Max(sequence, message.Sequence);
                    yield return happening;
                }
            }

            if (holding.IsOwner) yield break;
            await ReenterAsync(holding, cancellation);
            var status = await StatusAsync(cancellation);
            yield return new ChatEvent.ConnectionChanged(status.Connection, status.Trouble);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _holding.DisposeAsync();
        _entering.Dispose();
    }

    /// <summary>Null when the owner went away or, if that is this process, when its events ended.</summary>
    private static async Task<ChatEvent?> NextAsync(IAsyncEnumerator<ChatEvent> events)
    {
        try
        {
            return await events.MoveNextAsync() ? events.Current : null;
        }
        catch (AgentGoneException)
        {
            return null;
        }
    }

    private static async Task<bool> DoneAsync(Task task)
    {
        await task;
        return true;
    }

    private async Task<T> AskAsync<T>(Func<IChat, Task<T>> ask, CancellationToken cancellation)
    {
        while (true)
        {
            var holding = _holding;
            try
            {
                return await ask(holding.Chat);
            }
            catch (AgentGoneException)
            {
                await ReenterAsync(holding, cancellation);
            }
        }
    }

    private async Task ReenterAsync(Holding lost, CancellationToken cancellation)
    {
        await _entering.WaitAsync(cancellation);
        try
        {
            if (!ReferenceEquals(_holding, lost)) return; // another request has done it
            _holding = await door.EnterAsync(cancellation) switch
            {
                Entry.Inside inside => inside.Holding,
                Entry.Outside outside => throw new ProfileLostException(WhyOf(outside.Opening)),
                _ => throw new InvalidOperationException("unknown entry"),
            };
            await lost.DisposeAsync();
        }
        finally
        {
            _entering.Release();
        }
    }

    private static string WhyOf(ChatOpening opening) => opening switch
    {
        ChatOpening.NoProfile no => no.Why,
        ChatOpening.Unfinished unfinished => unfinished.Why,
        ChatOpening.InUse busy => busy.Why,
        ChatOpening.WrongPassphrase wrong => wrong.Why,
        ChatOpening.Damaged damaged => damaged.Why,
        _ => "the profile cannot be opened any more",
    };
}
