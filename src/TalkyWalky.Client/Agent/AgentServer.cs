using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using TalkyWalky.Client.Store;

namespace TalkyWalky.Client.Agent;

/// <summary>
/// Answers other processes of the same user on PROFILE/agent.sock. A connection carries one request and its replies; the owner must hold the profile's lock.
/// Stopping lets requests in flight finish, so a send is not cut off between its acceptance and its answer; streams of events are closed at once.
/// </summary>
internal sealed partial class AgentServer : IAsyncDisposable
{
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(200);

    private readonly string _profile;
    private readonly IChat _chat;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Socket _listener;
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _aborting = new();
    private readonly Task _accepting;

    private AgentServer(string profile, IChat chat, TimeProvider time, ILogger log)
    {
        _profile = profile;
        _chat = chat;
        _time = time;
        _log = log;
        _listener = AgentSocket.Listen(profile);
        _accepting = AcceptAsync();
    }

    public static AgentServer Start(string profile, IChat chat, TimeProvider time, ILoggerFactory logs) =>
        new(profile, chat, time, logs.CreateLogger<AgentServer>());

    public async ValueTask DisposeAsync()
    {
        File.Delete(AgentSocket.PathIn(_profile)); // ours: the next owner makes its own after it has the lock
        await _stopping.CancelAsync();
        _aborting.CancelAfter(DrainTime);
        await _accepting;
        _listener.Dispose();
        _stopping.Dispose();
        _aborting.Dispose();
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                if (await NextConnectionAsync() is { } socket) connections.Add(ServeAsync(socket));
                connections.RemoveAll(static connection => connection.IsCompleted);
                // Others wait in the socket's backlog.
                if (connections.Count >= AgentProtocol.MaxConnections) await Task.WhenAny(connections).WaitAsync(_stopping.Token);
            }
        }
        catch (OperationCanceledException)
        {
            Log.Stopping(_log, connections.Count);
        }

        await Task.WhenAll(connections);
    }

    private async Task<Socket?> NextConnectionAsync()
    {
        try
        {
            return await _listener.AcceptAsync(_stopping.Token);
        }
        catch (SocketException broken)
        {
            // Out of file handles, most likely: others wait in the backlog until some are free.
            Log.AcceptFailed(_log, broken);
            await Task.Delay(AcceptPause, _time, _stopping.Token);
            return null;
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        await Task.Yield();
        using var line = new SocketLine(socket, AgentProtocol.MaxLine);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(_aborting.Token);
        try
        {
            var request = await ReadRequestAsync(line);
            if (request is null) return;
            OutgoingFile? file = null;
            if (AgentFiles.HasContent(request) && (file = await AgentFiles.ReadAsync(request.File!, () => ReadRequestAsync(line))) is null) return;
            var watch = WatchAsync(line, ended);
            try
            {
                await AnswerAsync(line, request, file, ended.Token);
            }
            finally
            {
                await ended.CancelAsync();
                await watch;
            }
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException or InvalidDataException)
        {
            Log.ConnectionEnded(_log, gone.GetType().Name);
        }
    }

    private async Task<AgentRequest?> ReadRequestAsync(SocketLine line)
    {
        using var timeout = new CancellationTokenSource(AgentProtocol.RequestTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _aborting.Token);
        return await line.ReadAsync(AgentProtocol.Json.AgentRequest, either.Token);
    }

    /// <summary>The other end cancels by closing.</summary>
    private static async Task WatchAsync(SocketLine line, CancellationTokenSource ended)
    {
        try
        {
            await line.ClosedByPeerAsync(ended.Token);
        }
        catch (IOException)
        {
            // A reset is a close.
        }
        catch (OperationCanceledException)
        {
            return;
        }

        await ended.CancelAsync();
    }

    private async Task AnswerAsync(SocketLine line, AgentRequest request, OutgoingFile? file, CancellationToken cancellation)
    {
        try
        {
            await foreach (var reply in RepliesAsync(request, file, cancellation)) await line.WriteAsync(reply, AgentProtocol.Json.AgentReply, cancellation);
            await line.WriteAsync(new AgentReply(AgentReplyKind.End), AgentProtocol.Json.AgentReply, cancellation);
        }
        catch (NotLoggedInException locked)
        {
            await line.WriteAsync(new AgentReply(AgentReplyKind.NotLoggedIn) { Text = locked.Message }, AgentProtocol.Json.AgentReply, cancellation);
            await line.WriteAsync(new AgentReply(AgentReplyKind.End), AgentProtocol.Json.AgentReply, cancellation);
        }
        catch (Exception failed) when (failed is not (OperationCanceledException or IOException { InnerException: SocketException }))
        {
            Log.RequestFailed(_log, request.Op, failed);
            var why = failed is SqliteException store ? StoreFailure.Explain(store) : failed.Message;
            await line.WriteAsync(new AgentReply(AgentReplyKind.Failed) { Text = why }, AgentProtocol.Json.AgentReply, cancellation);
        }
    }

    private async IAsyncEnumerable<AgentReply> RepliesAsync(AgentRequest request, OutgoingFile? file, [EnumeratorCancellation] CancellationToken cancellation)
    {
        switch (request)
        {
            case { Version: not AgentProtocol.Version }:
                yield return new AgentReply(AgentReplyKind.Failed) { Text = "another version of talkywalky holds this profile; close it and try again" };
                break;
            case { Op: AgentOp.Users }:
                foreach (var person in await _chat.UsersAsync(request.Flag ?? false, cancellation)) yield return new AgentReply(AgentReplyKind.Person) { Person = person };
                break;
            case { Op: AgentOp.History, To: { } of, Limit: { } limit }:
                var page = request.After is { } after
                    ? await _chat.HistoryAfterAsync(of, limit, after, cancellation)
                    : await _chat.HistoryAsync(of, limit, request.Before, cancellation);
                foreach (var message in page) yield return new AgentReply(AgentReplyKind.Message) { Message = message };
                break;
            case { Op: AgentOp.Conversations }:
                foreach (var one in await _chat.ConversationsAsync(cancellation)) yield return new AgentReply(AgentReplyKind.Conversation) { Conversation = one };
                break;
            case { Op: AgentOp.Own, Own: OwnRequest.Drafts drafts }:
                if (await _chat.OwnAsync(drafts, cancellation) is not OwnAnswer.Drafts { Kept: var kept }) throw new System.Diagnostics.UnreachableException();
                foreach (var draft in kept) yield return new AgentReply(AgentReplyKind.Draft) { Draft = draft };
                break;
            case { Op: AgentOp.Events, Sequence: { } sequence }:
                using (var untilStop = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _stopping.Token))
                {
                    await foreach (var happening in _chat.EventsAsync(sequence, untilStop.Token)) yield return AgentReplies.From(happening);
                    untilStop.Token.ThrowIfCancellationRequested(); // no End: the reader goes on with the next owner
                }

                break;
            case { Op: AgentOp.SendFile or AgentOp.KeepFile or AgentOp.File }:
                await foreach (var reply in AgentFiles.RepliesAsync(_chat, request, file, cancellation)) yield return reply;
                break;
            default:
                if (await ReplyAsync(request, cancellation) is { } single) yield return single;
                break;
        }
    }

    private async Task<AgentReply?> ReplyAsync(AgentRequest request, CancellationToken cancellation)
    {
        switch (request)
        {
            case { Op: AgentOp.WhoAmI }:
                return new AgentReply(AgentReplyKind.Self) { Self = await _chat.WhoAmIAsync(cancellation) };
            case { Op: AgentOp.Status }:
                return new AgentReply(AgentReplyKind.Status) { Status = await _chat.StatusAsync(cancellation) };
            case { Op: AgentOp.Send, Id: { } id, To: { } to, Text: { } text }:
                return AgentReplies.From(await _chat.SendAsync(id, to, text, cancellation));
            case { Op: AgentOp.Keep, Id: { } id, To: { } to, Text: { } text }:
                return AgentReplies.From(await _chat.KeepAsync(id, to, text, cancellation));
            case { Op: AgentOp.Login, Password: { } password }:
                return AgentReplies.From(await _chat.LoginAsync(password, cancellation));
            case { Op: AgentOp.DevicePem }:
                return new AgentReply(AgentReplyKind.Pem) { Text = await _chat.DevicePemAsync(cancellation) };
            case { Op: AgentOp.Room, Room: { } room }:
                return new AgentReply(AgentReplyKind.Room) { RoomAnswer = await _chat.RoomAsync(room, cancellation) };
            case { Op: AgentOp.Device, Device: { } device }:
                return new AgentReply(AgentReplyKind.Device) { DeviceAnswer = await _chat.DeviceAsync(device, cancellation) };
            case { Op: AgentOp.Own, Own: { } own }:
                return new AgentReply(AgentReplyKind.Own) { OwnAnswer = await _chat.OwnAsync(own, cancellation) };
            case { Op: AgentOp.Direct, Direct: { } direct }:
                return new AgentReply(AgentReplyKind.Direct) { DirectAnswer = await _chat.DirectAsync(direct, cancellation) };
            case { Op: AgentOp.Log, Start: { } start }:
                return new AgentReply(AgentReplyKind.Log) { LogAnswer = await _chat.LogAsync(start, cancellation) };
            case { Op: AgentOp.Typing, To: { } to }:
                await _chat.TypingAsync(to, cancellation);
                return null;
            case { Op: AgentOp.Logout }:
                await _chat.LogoutAsync(cancellation);
                return null;
            case { Op: AgentOp.SetAway, Flag: { } away }:
                await _chat.SetAwayAsync(away, cancellation);
                return null;
            default:
                return AgentReplies.Incomplete(request);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4001, LogLevel.Debug, "agent: stopping with {Connections} connections")]
        public static partial void Stopping(ILogger log, int connections);

        [LoggerMessage(4002, LogLevel.Error, "agent: a connection could not be accepted")]
        public static partial void AcceptFailed(ILogger log, Exception exception);

        [LoggerMessage(4003, LogLevel.Debug, "agent: connection ended ({Reason})")]
        public static partial void ConnectionEnded(ILogger log, string reason);

        [LoggerMessage(4004, LogLevel.Error, "agent: {Op} failed")]
        public static partial void RequestFailed(ILogger log, AgentOp op, Exception exception);
    }
}
