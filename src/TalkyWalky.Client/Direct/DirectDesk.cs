using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Data.Sqlite;
using TalkyWalky.Client.Engine;
using TalkyWalky.Client.Enrol;
using TalkyWalky.Client.Log;
using TalkyWalky.Client.Receive;
using TalkyWalky.Client.Send;
using TalkyWalky.Client.Status;
using TalkyWalky.Client.Store;
using TalkyWalky.Pki;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Direct;

/// <summary>Direct connections of this profile: waits for others, calls them, and keeps at most one to each person.</summary>
/// <param name="stored">Something came over a direct connection and was stored.</param>
internal sealed class DirectDesk(Outbox outbox, Self self, StatusBook status, LogBook book, IntroductionDesk introductions, Action<InboxResult> stored) : IAsyncDisposable
{
    private const int MaxLines = 32;
    private static readonly TimeSpan ConnectTime = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _changing = new(1, 1);
    private readonly ConcurrentDictionary<UserId, RunningLine> _lines = [];
    private readonly CancellationTokenSource _stopping = new();
    private DirectListener? _listener;

    private TimeProvider Time => outbox.Environment.Time;

    public async Task<DirectAnswer> AnswerAsync(DirectRequest request, CancellationToken cancellation) => request switch
    {
        DirectRequest.Listen listen => await ListenAsync(listen, cancellation),
        DirectRequest.Connect connect => await ConnectAsync(connect, cancellation),
        DirectRequest.Stop => await StopAsync(),
        DirectRequest.Status => new DirectAnswer.State(State()),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await StopAsync();
        _stopping.Dispose();
        _changing.Dispose();
    }

    private DirectState State() => new(_listener?.Port, _listener?.Addresses ?? [], [.. _lines.Values.Select(static line => line.Info).OrderBy(static line => line.Since)]);

    private async Task<DirectAnswer> ListenAsync(DirectRequest.Listen listen, CancellationToken cancellation)
    {
        await _changing.WaitAsync(cancellation);
        try
        {
            if (_listener is not null) return new DirectAnswer.State(State());
            (_listener, var why) = DirectListener.Start(listen.Address, listen.Port, TakeAsync);
            return why is null ? new DirectAnswer.State(State()) : new DirectAnswer.Refused(why);
        }
        finally
        {
            _changing.Release();
        }
    }

    private async Task<DirectAnswer> StopAsync()
    {
        await _changing.WaitAsync(CancellationToken.None);
        try
        {
            if (_listener is not null) await _listener.DisposeAsync();
            _listener = null;
        }
        finally
        {
            _changing.Release();
        }

        foreach (var line in _lines.Values) await line.EndAsync();
        return new DirectAnswer.State(State());
    }

    private async Task TakeAsync(Socket socket, CancellationToken cancellation)
    {
        try
        {
            await OpenAsync(socket, static (handshake, network, end) => handshake.AnswerAsync(network, end), cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // No more calls are taken.
        }
        catch (Exception failure)
        {
            ClientLog.ConnectionFailed(outbox.Log, failure);
        }
    }

    private async Task<DirectAnswer> ConnectAsync(DirectRequest.Connect connect, CancellationToken cancellation)
    {
        var name = connect.User.Trim();
        if (string.Equals(name, self.Username, StringComparison.OrdinalIgnoreCase)) return new DirectAnswer.Refused("That is you: name somebody else.");
        var known = await outbox.Database.RunAsync(rows => rows.Contacts.Find(name)?.User, cancellation) ?? introductions.UserOf(name);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _stopping.Token);
        patience.CancelAfter(ConnectTime);
        try
        {
            await socket.ConnectAsync(connect.Host, connect.Port, patience.Token);
        }
        catch (Exception failure) when (failure is SocketException or OperationCanceledException)
        {
            socket.Dispose();
            cancellation.ThrowIfCancellationRequested();
            var why = failure is SocketException ? failure.Message : "no answer";
            return new DirectAnswer.Unreachable($"Nobody answers at {Connect.ServerTrust.Address(connect.Host, connect.Port)} ({why}). {name} must run \"talkywalky direct listen\", and the way must be open.");
        }

        return await OpenAsync(socket, (handshake, network, end) => handshake.CallAsync(network, IsWanted, name, end), cancellation);

        bool IsWanted(VerifiedDevice there) => known is { } user ? there.User == user : string.Equals(there.Username, name, StringComparison.OrdinalIgnoreCase);
    }

    private async Task<DirectAnswer> OpenAsync(Socket socket, Func<DirectHandshake, NetworkStream, CancellationToken, Task<DirectOpening>> open, CancellationToken cancellation)
    {
        KeepAlive(socket);
        var address = socket.RemoteEndPoint is IPEndPoint { Address: { IsIPv4MappedToIPv6: true } mapped, Port: var port }
            ? new IPEndPoint(mapped.MapToIPv4(), port).ToString()
            : socket.RemoteEndPoint?.ToString() ?? "";
        var network = new NetworkStream(socket, ownsSocket: true);
        Credentials? credentials = null;
        var isKept = false;
        try
        {
            var (loaded, locked) = await outbox.Database.RunAsync(rows => (Credentials.Load(rows, Time.GetUtcNow()), rows.Settings.Get(SettingNames.LoggedOut) is not null), cancellation);
            credentials = loaded ?? throw new ProfileDamagedException("its certificates are missing");
            if (locked) return new DirectAnswer.Refused("You are logged out; log in to go on.");
            if (Time.GetUtcNow() >= credentials.Identity.NotAfter) return new DirectAnswer.Refused(Sentences.Expired(credentials.Identity.NotAfter));
            if (status.RevokedAt(CertificateName.Of(credentials.Identity)) is not null) return new DirectAnswer.Refused(Sentences.Revoked);
            switch (await open(new DirectHandshake(credentials, there => DirectStatus.Refusal(status, introductions, there, Time), Time), network, cancellation))
            {
                case DirectOpening.Opened opened:
                    var line = await StartAsync(opened, credentials, address, cancellation);
                    isKept = line is not null;
                    return line is null ? new DirectAnswer.Refused($"There are {MaxLines} direct connections already; end one first.") : new DirectAnswer.Connected(line);
                case DirectOpening.Refused refused:
                    return new DirectAnswer.Refused(refused.Why);
                case DirectOpening.Unreachable not:
                    return new DirectAnswer.Unreachable(not.Why);
                default:
                    throw new System.Diagnostics.UnreachableException();
            }
        }
        finally
        {
            if (!isKept)
            {
                await network.DisposeAsync();
                credentials?.Dispose();
            }
        }
    }

    // The newest connection with a person counts: of an older one the other end may be gone.
    private async Task<DirectLineInfo?> StartAsync(DirectOpening.Opened opened, Credentials credentials, string address, CancellationToken cancellation)
    {
        await _changing.WaitAsync(cancellation);
        try
        {
            var user = opened.Peer.Identity.User;
            if (_lines.TryGetValue(user, out var before)) await before.EndAsync();
            if (_lines.Count >= MaxLines || _stopping.IsCancellationRequested) return null;
            var conversation = ConversationId.Direct(credentials.Anchor.Hash, self.User, user);
            var contact = await outbox.Database.RunAsync(rows => DirectLine.Meet(rows, opened.Peer, conversation), cancellation);
            stored(new InboxResult { HasNewContacts = true });
            var info = new DirectLineInfo(user, opened.Peer.Identity.Username, opened.Peer.Identity.Device, address, Time.GetUtcNow());
            var (line, wake) = (new RunningLine(info), new Signal());
            _lines[user] = line;
            outbox.Carry(contact.Id, wake);
            line.Run(() => ServeAsync(line, opened, credentials, contact.Id, wake));
            return info;
        }
        finally
        {
            _changing.Release();
        }
    }

    private async Task ServeAsync(RunningLine running, DirectOpening.Opened opened, Credentials credentials, long contact, Signal wake)
    {
        var name = running.Info.Username;
        try
        {
            await outbox.Events.NoticeAsync($"Connected directly with {name}.{DirectStatus.Age(status, introductions, opened.Peer, Time)}");
            await outbox.SeeAsync(opened.Peer.Identity.User, opened.Peer.Identity.Username);
            var why = await new DirectLine(opened.Stream, opened.Peer, credentials, outbox, status, book, introductions, stored).RunAsync(contact, wake, running.Ending);
            outbox.LetGo(contact);
            if (!outbox.IsOnline) await outbox.ReleaseAsync(contact, "The direct connection ended; the message is kept and goes out when the server is back.");
            await outbox.Events.NoticeAsync($"The direct connection with {name} ended. {why}");
        }
        catch (SqliteException failure)
        {
            ClientLog.ConnectionFailed(outbox.Log, failure);
        }
        finally
        {
            outbox.LetGo(contact);
            _lines.TryRemove(running.Info.User, out _);
            await opened.Stream.DisposeAsync();
            credentials.Dispose();
        }
    }

    // A computer that went away without a word is noticed within half a minute.
    private static void KeepAlive(Socket socket)
    {
        socket.NoDelay = true;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 15);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 5);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
    }

    private sealed class RunningLine(DirectLineInfo info)
    {
        private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private Task _running = Task.CompletedTask;

        public DirectLineInfo Info => info;

        /// <summary>Completes when the line is to end.</summary>
        public Task Ending => _end.Task;

        public void Run(Func<Task> serve) => _running = Task.Run(serve, CancellationToken.None);

        public async Task EndAsync()
        {
            _end.TrySetResult();
            await _running;
        }
    }
}
