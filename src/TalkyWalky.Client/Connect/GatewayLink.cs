using System.Net.WebSockets;
using System.Threading.Channels;
using TalkyWalky.Client.Status;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Client.Connect;

/// <summary>Why a connection ended. <paramref name="Code"/> is unspecified when the server said no goodbye.</summary>
internal sealed record LinkEnd(CloseCode Code, string Text);

/// <summary>
/// A proven connection: requests with their answers, and what the server sends on its own. Requests get their numbers as they leave, so the numbers
/// rise on the wire whoever asks.
/// </summary>
internal sealed class GatewayLink : IDisposable
{
    private const int MaxQueued = 512, MaxWaiting = 512, MaxCrls = 2, MaxHeads = 4;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60), GoodbyeTime = TimeSpan.FromSeconds(3);

    private readonly FrameSocket _socket;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _outstanding;
    private readonly Channel<Outgoing> _outgoing = Channel.CreateBounded<Outgoing>(new BoundedChannelOptions(MaxQueued) { SingleReader = true });
    private readonly Channel<ServerFrame> _deliveries = Channel.CreateBounded<ServerFrame>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true, SingleWriter = true });
    private readonly Channel<PresenceChanged> _presence = Channel.CreateBounded<PresenceChanged>(
        new BoundedChannelOptions(4096) { SingleReader = true, SingleWriter = true, FullMode = BoundedChannelFullMode.DropOldest });

    private readonly Channel<RoomChanged> _rooms = Hints<RoomChanged>();
    private readonly Channel<PersonChanged> _people = Hints<PersonChanged>();
    private readonly Channel<Relayed> _signals = Hints<Relayed>();
    private readonly Channel<ReadOnlyMemory<byte>> _crls = Channel.CreateBounded<ReadOnlyMemory<byte>>(new BoundedChannelOptions(MaxCrls) { SingleReader = true, SingleWriter = true });
    private readonly RevocationListParts _crlParts = new();
    private readonly Channel<TreeHead> _heads = Channel.CreateBounded<TreeHead>(
        new BoundedChannelOptions(MaxHeads) { SingleReader = true, SingleWriter = true, FullMode = BoundedChannelFullMode.DropOldest });

    private readonly CancellationTokenSource _ending = new();
    private readonly CancellationToken _ended;
    private readonly Lock _gate = new();
    private readonly Dictionary<ulong, TaskCompletionSource<ServerFrame?>> _asked = [];
    private LinkEnd? _end;
    private ulong _request;

    public GatewayLink(FrameSocket socket, Welcome welcome, TimeProvider time)
    {
        _socket = socket;
        _time = time;
        _ended = _ending.Token; // outlives its source: who still asks after the end finds it ended
        Welcome = welcome;
        _outstanding = new SemaphoreSlim((int)Math.Clamp(welcome.MaxOutstanding, 1, 256));
    }

    public Welcome Welcome { get; }

    /// <summary>Deliveries and overflow markers, in the order they came.</summary>
    public ChannelReader<ServerFrame> Deliveries => _deliveries.Reader;

    public ChannelReader<PresenceChanged> Presence => _presence.Reader;

    /// <summary>Hints: of very many at once the oldest are dropped, for what they are about can be asked for.</summary>
    public ChannelReader<RoomChanged> RoomChanges => _rooms.Reader;

    public ChannelReader<PersonChanged> PersonChanges => _people.Reader;

    public ChannelReader<Relayed> Signals => _signals.Reader;

    /// <summary>CRLs, DER, as they came; empty for one that is too large.</summary>
    public ChannelReader<ReadOnlyMemory<byte>> RevocationLists => _crls.Reader;

    /// <summary>Tree heads, as they came; of many at once the oldest are dropped, for a newer one says as much.</summary>
    public ChannelReader<TreeHead> TreeHeads => _heads.Reader;

    /// <summary>Cancelled when the connection is over.</summary>
    public CancellationToken Ended => _ended;

    /// <summary>Asks and waits for the answer. Null when the connection ended first: the outcome is unknown.</summary>
    public async Task<ServerFrame?> AskAsync(ClientFrame frame)
    {
        var answer = new TaskCompletionSource<ServerFrame?>(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            await _outstanding.WaitAsync(_ended);
            try
            {
                await _outgoing.Writer.WriteAsync(new Outgoing(frame, answer), _ended);
                return await answer.Task.WaitAsync(Patience, _time, _ended);
            }
            finally
            {
                _outstanding.Release();
            }
        }
        catch (TimeoutException)
        {
            End(new LinkEnd(CloseCode.Unspecified, "the server does not answer"));
            return null;
        }
        catch (Exception over) when (over is OperationCanceledException or ChannelClosedException or ObjectDisposedException)
        {
            return null;
        }
    }

    /// <summary>Sends what has no answer. False when the connection is over.</summary>
    public async Task<bool> TellAsync(ClientFrame frame)
    {
        try
        {
            await _outgoing.Writer.WriteAsync(new Outgoing(frame, Answer: null), _ended);
            return true;
        }
        catch (Exception over) when (over is OperationCanceledException or ChannelClosedException)
        {
            return false;
        }
    }

    /// <summary>Runs the connection until it ends, then says why. When cancelled, what is queued still leaves, with a goodbye behind it.</summary>
    public async Task<LinkEnd> RunAsync(CancellationToken cancellation)
    {
        var writing = WriteAsync();
        var reading = ReadAsync();
        try
        {
            await using var stop = cancellation.UnsafeRegister(static link => ((GatewayLink)link!)._outgoing.Writer.TryComplete(), this);
            await Task.WhenAny(writing, reading);
            if (writing.IsCompleted) await WaitForCloseAsync(reading);
        }
        finally
        {
            End(new LinkEnd(CloseCode.Unspecified, "the connection was closed"));
            await Task.WhenAll(writing, reading);
            Release();
        }

        lock (_gate) return _end!;
    }

    public void Dispose()
    {
        _socket.Dispose();
        _ending.Dispose();
        _outstanding.Dispose();
    }

    /// <summary>Ends the connection; the first reason counts.</summary>
    public void End(LinkEnd end)
    {
        lock (_gate)
        {
            if (_end is not null) return;
            _end = end;
        }

        _outgoing.Writer.TryComplete();
        _ending.Cancel();
    }

    private async Task WaitForCloseAsync(Task reading)
    {
        try
        {
            await reading.WaitAsync(GoodbyeTime, _time, _ended);
        }
        catch (Exception over) when (over is TimeoutException or OperationCanceledException)
        {
            End(new LinkEnd(CloseCode.Unspecified, "the server did not answer the goodbye"));
        }
    }

    private async Task WriteAsync()
    {
        try
        {
            await foreach (var outgoing in _outgoing.Reader.ReadAllAsync(_ended))
            {
                if (outgoing.Answer is { } answer) Number(outgoing.Frame, answer);
                await _socket.SendAsync(outgoing.Frame, _ended);
            }

            await _socket.SendAsync(new ClientFrame { Goodbye = new Goodbye() }, _ended);
            await _socket.CloseAsync(_ended);
        }
        catch (Exception over) when (IsOver(over))
        {
            End(new LinkEnd(CloseCode.Unspecified, over.Message));
        }
    }

    private async Task ReadAsync()
    {
        try
        {
            while (await _socket.ReadAsync(_ended) is { } frame) await RouteAsync(frame);
            End(new LinkEnd(CloseCode.Unspecified, "the server closed the connection"));
        }
        catch (Exception over) when (IsOver(over))
        {
            End(new LinkEnd(CloseCode.Unspecified, over.Message));
        }
        finally
        {
            _deliveries.Writer.TryComplete();
            _presence.Writer.TryComplete();
            _rooms.Writer.TryComplete();
            _people.Writer.TryComplete();
            _signals.Writer.TryComplete();
            _crls.Writer.TryComplete();
            _heads.Writer.TryComplete();
        }
    }

    private static bool IsOver(Exception failure) => failure is WebSocketException or InvalidDataException or OperationCanceledException or IOException or ObjectDisposedException;

    private async ValueTask RouteAsync(ServerFrame frame)
    {
        switch (frame.BodyCase)
        {
            case ServerFrame.BodyOneofCase.Delivery or ServerFrame.BodyOneofCase.Overflow:
                await _deliveries.Writer.WriteAsync(frame, _ended);
                break;
            case ServerFrame.BodyOneofCase.PresenceChanged:
                _presence.Writer.TryWrite(frame.PresenceChanged);
                break;
            case ServerFrame.BodyOneofCase.RoomChanged:
                _rooms.Writer.TryWrite(frame.RoomChanged);
                break;
            case ServerFrame.BodyOneofCase.PersonChanged:
                _people.Writer.TryWrite(frame.PersonChanged);
                break;
            case ServerFrame.BodyOneofCase.Relayed:
                _signals.Writer.TryWrite(frame.Relayed);
                break;
            case ServerFrame.BodyOneofCase.RevocationList:
                if (_crlParts.Add(frame.RevocationList) is { } crl) await _crls.Writer.WriteAsync(crl, _ended);
                break;
            case ServerFrame.BodyOneofCase.TreeHead:
                _heads.Writer.TryWrite(frame.TreeHead);
                break;
            case ServerFrame.BodyOneofCase.Closing:
                End(new LinkEnd(frame.Closing.Code, frame.Closing.Text));
                break;
            default:
                Answer(frame);
                break;
        }
    }

    private void Answer(ServerFrame frame)
    {
        var request = frame.BodyCase switch
        {
            ServerFrame.BodyOneofCase.Accepted => frame.Accepted.Request,
            ServerFrame.BodyOneofCase.Refused => frame.Refused.Request,
            ServerFrame.BodyOneofCase.PersonFound => frame.PersonFound.Request,
            ServerFrame.BodyOneofCase.Users => frame.Users.Request,
            ServerFrame.BodyOneofCase.LedgerPage => frame.LedgerPage.Request,
            ServerFrame.BodyOneofCase.Rooms => frame.Rooms.Request,
            ServerFrame.BodyOneofCase.RosterPage => frame.RosterPage.Request,
            ServerFrame.BodyOneofCase.Consistency => frame.Consistency.Request,
            ServerFrame.BodyOneofCase.DeviceLists => frame.DeviceLists.Request,
            _ => 0UL,
        };
        TaskCompletionSource<ServerFrame?>? asked;
        lock (_gate) _asked.Remove(request, out asked);
        asked?.TrySetResult(frame);
    }

    private void Number(ClientFrame frame, TaskCompletionSource<ServerFrame?> answer)
    {
        lock (_gate)
        {
            _request++;
            _asked.Add(_request, answer);
        }

        switch (frame.BodyCase)
        {
            case ClientFrame.BodyOneofCase.Publish: frame.Publish.Request = _request; break;
            case ClientFrame.BodyOneofCase.Lookup: frame.Lookup.Request = _request; break;
            case ClientFrame.BodyOneofCase.ListUsers: frame.ListUsers.Request = _request; break;
            case ClientFrame.BodyOneofCase.Commit: frame.Commit.Request = _request; break;
            case ClientFrame.BodyOneofCase.FetchLedger: frame.FetchLedger.Request = _request; break;
            case ClientFrame.BodyOneofCase.ListRooms: frame.ListRooms.Request = _request; break;
            case ClientFrame.BodyOneofCase.FetchRoster: frame.FetchRoster.Request = _request; break;
            case ClientFrame.BodyOneofCase.SetProfile: frame.SetProfile.Request = _request; break;
            case ClientFrame.BodyOneofCase.FetchConsistency: frame.FetchConsistency.Request = _request; break;
            case ClientFrame.BodyOneofCase.FetchDeviceLists: frame.FetchDeviceLists.Request = _request; break;
            default: throw new InvalidOperationException($"a {frame.BodyCase} frame has no answer");
        }
    }

    private static Channel<T> Hints<T>() =>
        Channel.CreateBounded<T>(new BoundedChannelOptions(4096) { SingleReader = true, SingleWriter = true, FullMode = BoundedChannelFullMode.DropOldest });

    private void Release()
    {
        while (_outgoing.Reader.TryRead(out var left)) left.Answer?.TrySetResult(null);
        lock (_gate)
        {
            foreach (var asked in _asked.Values) asked.TrySetResult(null);
            _asked.Clear();
        }
    }

    private sealed record Outgoing(ClientFrame Frame, TaskCompletionSource<ServerFrame?>? Answer);
}
