using System.Net.Sockets;
using System.Runtime.CompilerServices;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Agent;

/// <summary>The owner of the profile went away before it answered. The outcome is unknown.</summary>
internal sealed class AgentGoneException(string message, Exception? inner = null) : IOException(message, inner);

/// <summary>The owner of the profile answered that it could not do it.</summary>
public sealed class AgentFailedException(string message) : IOException(message);

/// <summary>Asks the process that owns the profile: a connection for each request, closed to cancel.</summary>
internal sealed class AgentChat(string profile) : IChat
{
    /// <summary>Whether an owner listens.</summary>
    public async Task<bool> IsThereAsync(CancellationToken cancellation)
    {
        using var socket = await AgentSocket.TryConnectAsync(profile, cancellation);
        return socket is not null;
    }

    public async Task<Self> WhoAmIAsync(CancellationToken cancellation)
    {
        var reply = await AskAsync(new AgentRequest(AgentOp.WhoAmI), cancellation);
        return reply.Self ?? throw Unexpected(reply);
    }

    public async Task<ChatStatus> StatusAsync(CancellationToken cancellation)
    {
        var reply = await AskAsync(new AgentRequest(AgentOp.Status), cancellation);
        return reply.Status ?? throw Unexpected(reply);
    }

    public async Task<IReadOnlyList<PersonInfo>> UsersAsync(bool activeOnly, CancellationToken cancellation)
    {
        var people = new List<PersonInfo>();
        await foreach (var reply in StreamAsync(new AgentRequest(AgentOp.Users) { Flag = activeOnly }, cancellation))
            people.Add(reply.Person ?? throw Unexpected(reply));
        return people;
    }

    public Task<SendOutcome> SendAsync(MessageId id, Target to, string text, CancellationToken cancellation) =>
        PostAsync(new AgentRequest(AgentOp.Send) { Id = id, To = to, Text = text }, cancellation);

    public Task<SendOutcome> KeepAsync(MessageId id, Target to, string text, CancellationToken cancellation) =>
        PostAsync(new AgentRequest(AgentOp.Keep) { Id = id, To = to, Text = text }, cancellation);

    public Task<SendOutcome> SendFileAsync(MessageId id, Target to, OutgoingFile file, CancellationToken cancellation) => PostFileAsync(AgentOp.SendFile, id, to, file, cancellation);

    public Task<SendOutcome> KeepFileAsync(MessageId id, Target to, OutgoingFile file, CancellationToken cancellation) => PostFileAsync(AgentOp.KeepFile, id, to, file, cancellation);

    public async Task<FileAnswer> FileAsync(Target of, long position, CancellationToken cancellation) =>
        await AgentFiles.AnswerAsync(StreamAsync(new AgentRequest(AgentOp.File) { To = of, Position = position }, cancellation), cancellation)
            ?? throw new InvalidDataException("an unexpected reply on agent.sock: not the file");

    public Task<IReadOnlyList<ChatMessage>> HistoryAsync(Target of, int limit, long? before, CancellationToken cancellation) =>
        MessagesAsync(new AgentRequest(AgentOp.History) { To = of, Limit = limit, Before = before }, cancellation);

    public Task<IReadOnlyList<ChatMessage>> HistoryAfterAsync(Target of, int limit, long after, CancellationToken cancellation) =>
        MessagesAsync(new AgentRequest(AgentOp.History) { To = of, Limit = limit, After = after }, cancellation);

    public async Task<IReadOnlyList<ConversationInfo>> ConversationsAsync(CancellationToken cancellation)
    {
        var conversations = new List<ConversationInfo>();
        await foreach (var reply in StreamAsync(new AgentRequest(AgentOp.Conversations), cancellation))
            conversations.Add(reply.Conversation ?? throw Unexpected(reply));
        return conversations;
    }

    public async Task<RoomAnswer> RoomAsync(RoomRequest request, CancellationToken cancellation)
    {
        var reply = await AskAsync(new AgentRequest(AgentOp.Room) { Room = request }, cancellation);
        return reply.RoomAnswer ?? throw Unexpected(reply);
    }

    public async Task<DeviceAnswer> DeviceAsync(DeviceRequest request, CancellationToken cancellation)
    {
        var reply = await AskAsync(new AgentRequest(AgentOp.Device) { Device = request }, cancellation);
        return reply.DeviceAnswer ?? throw Unexpected(reply);
    }

    public async Task<OwnAnswer> OwnAsync(OwnRequest request, CancellationToken cancellation)
    {
        if (request is OwnRequest.Drafts) return await DraftsAsync(request, cancellation);
        var reply = await AskAsync(new AgentRequest(AgentOp.Own) { Own = request }, cancellation);
        return reply.OwnAnswer ?? throw Unexpected(reply);
    }

    private async Task<OwnAnswer> DraftsAsync(OwnRequest request, CancellationToken cancellation)
    {
        var drafts = new List<Draft>();
        await foreach (var reply in StreamAsync(new AgentRequest(AgentOp.Own) { Own = request }, cancellation)) drafts.Add(reply.Draft ?? throw Unexpected(reply));
        return new OwnAnswer.Drafts(drafts);
    }

    public async Task<DirectAnswer> DirectAsync(DirectRequest request, CancellationToken cancellation)
    {
        var reply = await AskAsync(new AgentRequest(AgentOp.Direct) { Direct = request }, cancellation);
        return reply.DirectAnswer ?? throw Unexpected(reply);
    }

    public async Task<LogAnswer> LogAsync(ulong start, CancellationToken cancellation)
    {
        var reply = await AskAsync(new AgentRequest(AgentOp.Log) { Start = start }, cancellation);
        return reply.LogAnswer ?? throw Unexpected(reply);
    }

    public Task TypingAsync(Target to, CancellationToken cancellation) => AskAsync(new AgentRequest(AgentOp.Typing) { To = to }, cancellation);

    public async IAsyncEnumerable<ChatEvent> EventsAsync(long sequence, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var reply in StreamAsync(new AgentRequest(AgentOp.Events) { Sequence = sequence }, cancellation))
            yield return AgentReplies.ToEvent(reply) ?? throw Unexpected(reply);
    }

    public async Task<LoginOutcome> LoginAsync(string password, CancellationToken cancellation)
    {
        var reply = await AskAsync(new AgentRequest(AgentOp.Login) { Password = password }, cancellation);
        return reply switch
        {
            { Kind: AgentReplyKind.LoggedIn } => new LoginOutcome.LoggedIn(),
            { Kind: AgentReplyKind.Pending, Text: { } why, RetryAfter: { } after, Fingerprint: { } key } => new LoginOutcome.Pending(why, after, key),
            { Kind: AgentReplyKind.Refused, Text: { } why } => new LoginOutcome.Refused(why),
            { Kind: AgentReplyKind.Unreachable, Text: { } why } => new LoginOutcome.Unreachable(why),
            _ => throw Unexpected(reply),
        };
    }

    public Task LogoutAsync(CancellationToken cancellation) => AskAsync(new AgentRequest(AgentOp.Logout), cancellation);

    public async Task<string> DevicePemAsync(CancellationToken cancellation)
    {
        var reply = await AskAsync(new AgentRequest(AgentOp.DevicePem), cancellation);
        return reply.Text ?? throw Unexpected(reply);
    }

    public Task SetAwayAsync(bool away, CancellationToken cancellation) => AskAsync(new AgentRequest(AgentOp.SetAway) { Flag = away }, cancellation);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static InvalidDataException Unexpected(AgentReply reply) => new($"an unexpected reply on agent.sock: {reply.Kind}");

    private async Task<SendOutcome> PostFileAsync(AgentOp op, MessageId id, Target to, OutgoingFile file, CancellationToken cancellation) =>
        file.Problem(to.IsRoom) is { } problem ? new SendOutcome.Refused(problem) : await PostAsync(AgentFiles.Request(op, id, to, file), cancellation, file.Content);

    private async Task<SendOutcome> PostAsync(AgentRequest request, CancellationToken cancellation, ReadOnlyMemory<byte> content = default)
    {
        var reply = await AskAsync(request, cancellation, content);
        return reply switch
        {
            { Kind: AgentReplyKind.Sent, Message: { } message } => new SendOutcome.Sent(message),
            { Kind: AgentReplyKind.Queued, Message: { } message, Text: { } why } => new SendOutcome.Queued(message, why),
            { Kind: AgentReplyKind.Refused, Text: { } why } => new SendOutcome.Refused(why),
            { Kind: AgentReplyKind.NotLoggedIn, Text: { } why } => new SendOutcome.NotLoggedIn(why),
            _ => throw Unexpected(reply),
        };
    }

    private async Task<IReadOnlyList<ChatMessage>> MessagesAsync(AgentRequest request, CancellationToken cancellation)
    {
        var messages = new List<ChatMessage>();
        await foreach (var reply in StreamAsync(request, cancellation)) messages.Add(reply.Message ?? throw Unexpected(reply));
        return messages;
    }

    private async Task<AgentReply> AskAsync(AgentRequest request, CancellationToken cancellation, ReadOnlyMemory<byte> content = default)
    {
        AgentReply? answer = null;
        await foreach (var reply in StreamAsync(request, cancellation, content)) answer = reply;
        return answer ?? new AgentReply(AgentReplyKind.End);
    }

    private async IAsyncEnumerable<AgentReply> StreamAsync(
        AgentRequest request, [EnumeratorCancellation] CancellationToken cancellation, ReadOnlyMemory<byte> content = default)
    {
        var socket = await AgentSocket.TryConnectAsync(profile, cancellation) ?? throw new AgentGoneException("nobody answers on agent.sock");
        using var line = new SocketLine(socket, AgentProtocol.MaxReply);
        await SayAsync(line, request, content, cancellation);
        while (await NextAsync(line, cancellation) is { Kind: not AgentReplyKind.End } reply)
        {
            if (reply.Kind == AgentReplyKind.Failed) throw new AgentFailedException(reply.Text ?? "the program that holds this profile failed");
            if (reply.Kind == AgentReplyKind.NotLoggedIn && !IsAnswered(request.Op)) throw new NotLoggedInException(reply.Text ?? NotLoggedInException.Sentence);
            yield return reply;
        }
    }

    /// <summary>That nobody is logged in is one of its answers.</summary>
    private static bool IsAnswered(AgentOp op) => op is AgentOp.Send or AgentOp.Keep or AgentOp.SendFile or AgentOp.KeepFile or AgentOp.File;

    private static async Task SayAsync(SocketLine line, AgentRequest request, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        try
        {
            await line.WriteAsync(request, AgentProtocol.Json.AgentRequest, cancellation);
            await AgentFiles.WriteAsync(line, content, cancellation);
        }
        catch (Exception gone) when (gone is IOException or SocketException)
        {
            throw new AgentGoneException("the owner of the profile closed agent.sock", gone);
        }
    }

    private static async Task<AgentReply> NextAsync(SocketLine line, CancellationToken cancellation)
    {
        try
        {
            return await line.ReadAsync(AgentProtocol.Json.AgentReply, cancellation) ?? throw new AgentGoneException("the owner of the profile closed agent.sock");
        }
        catch (Exception gone) when (gone is SocketException || (gone is IOException and not AgentGoneException))
        {
            throw new AgentGoneException("the owner of the profile closed agent.sock", gone);
        }
    }
}
