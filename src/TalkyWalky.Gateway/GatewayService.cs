using System.Net.WebSockets;
using Google.Protobuf;
using Microsoft.Extensions.Logging;
using TalkyWalky.Engines;
using TalkyWalky.Gateway.Cluster;
using TalkyWalky.Gateway.Handshake;
using TalkyWalky.Gateway.Log;
using TalkyWalky.Gateway.People;
using TalkyWalky.Gateway.Publishing;
using TalkyWalky.Gateway.Relaying;
using TalkyWalky.Gateway.Rooms;
using TalkyWalky.Gateway.Sessions;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Gateway;

/// <summary>Runs device sessions: handshake, authorisation, fan-out, delivery, presence. Cannot decrypt anything.</summary>
public sealed class GatewayService : IAsyncDisposable
{
    private readonly GatewayOptions _options;
    private readonly IStore _store;
    private readonly IBroker _broker;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly HelloVerifier _hellos;
    private readonly GatewayVoice _voice;
    private readonly Attendance _attendance;
    private readonly LocalNews _news;
    private readonly StatusBoard _status;
    private readonly PublishGate _gate;
    private readonly LostMailboxes _lost;
    private readonly Desks _desks;
    private readonly RunningCount _running = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _sweeping, _listening, _lookingAtStatus;
    private readonly CancellationTokenSource _abandon = new();

    public GatewayService(GatewayOptions options, IDirectory directory, IStore store, ILogStore log, IBroker broker, IGatewayBus bus, TimeProvider time, ILoggerFactory logs)
    {
        _options = options;
        _store = store;
        _broker = broker;
        _time = time;
        _log = logs.CreateLogger("TalkyWalky.Gateway");
        _hellos = new HelloVerifier(options, directory, store, time);
        _voice = new GatewayVoice(bus);
        _attendance = new Attendance(_voice);
        var rosters = new Rosters(directory, store, time);
        var ledgers = new RoomLedgers(store, options.Anchor.Hash, time);
        var roomRosters = new RoomRosters(directory, store, time, _abandon.Token);
        _news = new LocalNews(_attendance, rosters, roomRosters);
        _lost = new LostMailboxes(broker, rosters);
        _gate = new PublishGate(rosters, new RoomGate(ledgers, roomRosters, time), options.Anchor.Hash, time);
        var relays = new RelayDesk(ledgers, _attendance, _voice, options.Anchor.Hash);
        var logDesk = new LogDesk(log);
        _desks = new Desks(
            new PeopleDesk(directory, store, logDesk, _attendance),
            new RoomDesk(ledgers, store),
            new CommitDesk(options, ledgers, directory, store, _news, _voice, time, _log, _abandon.Token),
            new ProfileDesk(options, store, _news, _voice, time),
            relays,
            logDesk);
        var sweep = new SessionSweep(_attendance, directory, store, options, time, _log);
        _sweeping = Task.Run(() => sweep.RunAsync(_stopping.Token), CancellationToken.None);
        _status = new StatusBoard(store, log, _attendance, time, _log);
        _lookingAtStatus = Task.Run(() => _status.RunAsync(_stopping.Token), CancellationToken.None);
        var ear = new GatewayEar(bus, _voice, _attendance, _news, ledgers, relays, _status, time, _log);
        _listening = Task.Run(() => ear.RunAsync(_stopping.Token), CancellationToken.None);
    }

    /// <summary>One connection, from challenge to goodbye. Returns when it is over; never throws for what a peer does.</summary>
    /// <param name="stream">Under the WebSocket.</param>
    /// <param name="source">The peer's address, for the log.</param>
    /// <param name="cancellation">Ends the session with the goodbye of a server that stops.</param>
    internal async Task RunSessionAsync(WebSocket socket, HeldStream stream, string source, CancellationToken cancellation)
    {
        using var running = _running.Enter();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _stopping.Token);
        var connection = new Connection(socket, stream, _time);
        var ending = Ending.Lost;
        Session? session = null;
        SessionLoops? loops = null;
        try
        {
            var challenge = _hellos.NewChallenge(out var nonce);
            if (await connection.SendAsync(challenge.ToByteArray()) != SendResult.Sent) return;
            switch (await ReceiveHelloAsync(connection, nonce, stop.Token))
            {
                case Admission.Refused refused:
                    ending = refused.Ending;
                    _log.HelloRefused(source, ending.Code, ending.Text);
                    return;
                case Admission.Admitted admitted:
                    session = new Session(admitted.Account, admitted.Device);
                    _attendance.Enter(session)?.End(Ending.Replaced);
                    _log.Connected(session.Device, session.User, source);

                    // Whoever was disabled since the check above was not there yet to be disconnected.
                    if (await _gate.ExpelAsync(session, stop.Token) is { } expelled)
                    {
                        ending = expelled;
                        return;
                    }

                    await using (var mailbox = await OpenMailboxAsync(session.Device, stop.Token))
                    {
                        var seen = await _store.AdvanceGenerationAsync(session.Device, admitted.Generation, stop.Token);
                        await session.Outbox.AddAsync(PooledFrame.Of(Welcome(seen, admitted.Account)));
                        _status.Show(session);
                        loops = LoopsOf(session, connection, mailbox, source);
                        await using var stopped = stop.Token.UnsafeRegister(static state => ((Session)state!).End(Ending.ShuttingDown), session);
                        ending = await loops.RunAsync();
                    }

                    return;
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            ending = Ending.ShuttingDown;
        }
        catch (EngineException failed)
        {
            ending = Ending.Unavailable;
            _log.EngineFailed(failed, source);
        }
        finally
        {
            if (session is not null) await LeaveAsync(session, ending);
            await connection.CloseAsync(ending, loops?.Reading);
            session?.MarkGone();
        }
    }

    /// <summary>Ends every session of a person at once (account disabled).</summary>
    /// <param name="text">A sentence for the person.</param>
    public async Task DisconnectAsync(UserId user, CloseCode code, string text)
    {
        _voice.Disconnect(user, code, text);
        await Task.WhenAll(_news.Disconnect(user, new Ending(code, text)).Select(static session => session.Gone));
    }

    /// <summary>
    /// Ends the session of one device at once (revoked), and tells everyone connected that this person's devices changed. Call it after the change is stored;
    /// completes when the session is over.
    /// </summary>
    /// <param name="text">A sentence for the person.</param>
    public async Task DisconnectDeviceAsync(UserId user, DeviceId device, CloseCode code, string text)
    {
        _voice.DisconnectDevice(user, device, code, text);
        if (_news.DisconnectDevice(user, device, new Ending(code, text)) is { } session) await session.Gone;
    }

    /// <summary>A person's devices changed (one was approved, renewed or is listed for the first time): forgets the old ones, tells watchers and the person's own devices.</summary>
    public void DevicesChanged(UserId user)
    {
        _voice.DevicesChanged(user);
        _news.DevicesChanged(user);
    }

    /// <summary>The store has a newer CRL or a newer head of the transparency log: everyone who is connected, here and elsewhere, gets it. Returns at once.</summary>
    public void StatusReplaced()
    {
        _voice.StatusReplaced();
        _status.Look();
    }

    /// <summary>Forgets what is remembered of a person's account and devices: call it after a change of either in this process.</summary>
    public void Invalidate(UserId user) => _news.Invalidate(user);

    /// <summary>Says goodbye to all and waits until their mailboxes are released.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_sweeping, _listening, _lookingAtStatus);
        try
        {
            await _running.NoneAsync().WaitAsync(4 * GatewayTimes.Goodbye, _time, CancellationToken.None);
        }
        catch (TimeoutException)
        {
            _log.SessionsLeft(_running.Count);
            await _abandon.CancelAsync();
            await _running.NoneAsync();
        }

        _attendance.SayFarewell();
    }

    private async Task<Admission> ReceiveHelloAsync(Connection connection, ReadOnlyMemory<byte> nonce, CancellationToken stop)
    {
        using var late = new CancellationTokenSource(GatewayTimes.Hello, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, stop);
        var received = await connection.ReceiveAsync(Limits.HelloFrame, either.Token);
        var frame = received.Kind == ReceivedKind.Frame ? FrameCodec.TryRead(received.Bytes) : null;
        received.Return();
        if (received.Kind == ReceivedKind.Closed)
        {
            stop.ThrowIfCancellationRequested();
            return new Admission.Refused(late.IsCancellationRequested ? Ending.NoHello : Ending.Lost);
        }

        if (frame is not { BodyCase: ClientFrame.BodyOneofCase.Hello })
            return new Admission.Refused(Ending.Malformed($"the first frame is a hello of at most {Limits.HelloFrame} bytes"));
        return await _hellos.VerifyAsync(frame.Hello, nonce, stop);
    }

    // The authority makes the mailbox before it lists the device; making it once more covers a crash between the two.
    private async Task<IMailbox> OpenMailboxAsync(DeviceId device, CancellationToken cancellation)
    {
        if (await _broker.OpenAsync(device, _options.Prefetch, cancellation) is { } mailbox) return mailbox;
        await _broker.CreateMailboxAsync(device, cancellation);
        return await _broker.OpenAsync(device, _options.Prefetch, cancellation)
            ?? throw new EngineException($"the mailbox of device {device} could be made but not opened");
    }

    private ServerFrame Welcome(ulong seenGeneration, Account account)
    {
        var welcome = new Welcome
        {
            ServerTime = _time.GetUtcNow().ToUnixTimeMilliseconds(),
            SeenGeneration = seenGeneration,
            MaxOutstanding = (uint)_options.MaxOutstanding,
            Username = account.Username,
        };
        foreach (var certificate in _options.IssuingCertificates()) welcome.IssuingCertificates.Add(UnsafeByteOperations.UnsafeWrap(certificate));
        return new ServerFrame { Welcome = welcome };
    }

    private SessionLoops LoopsOf(Session session, Connection connection, IMailbox mailbox, string source)
    {
        var publishes = new PublishLine(session, _broker, _lost, _options.MaxOutstanding, _time, _log, _abandon.Token);
        var desk = new FrameDesk(session, _gate, publishes, mailbox, _desks, _attendance, _time, _log);
        return new SessionLoops(session, connection, mailbox, desk, publishes, _attendance, _time, _log, source);
    }

    private async Task LeaveAsync(Session session, Ending ending)
    {
        session.End(ending);
        session.Outbox.Complete();
        var now = _time.GetUtcNow();
        _log.Disconnected(session.Device, session.User, ending.Text);
        if (!_attendance.Leave(session, now)) return;
        try
        {
            await _store.SetLastSeenAsync(session.User, now, _abandon.Token);
        }
        catch (Exception failed) when (failed is EngineException or OperationCanceledException)
        {
            _log.LastSeenNotStored(failed, session.User);
        }
    }
}
