using System.Net.Sockets;

namespace TalkyWalky.Server.Administration;

/// <summary>Where a command goes: to the running server, or to the data of a stopped one.</summary>
internal abstract class AdminChannel : IAsyncDisposable
{
    public abstract Task<AdminAnswer> SendAsync(AdminRequest request, CancellationToken cancellation);

    public abstract ValueTask DisposeAsync();
}

/// <summary>Asks the running server over DATA/admin.sock, a new connection for each request.</summary>
internal sealed class AdminSocketChannel : AdminChannel
{
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(60);

    private readonly string _path;
    private readonly TimeProvider _time;
    private Socket? _connected;

    private AdminSocketChannel(string path, Socket connected, TimeProvider time) => (_path, _connected, _time) = (path, connected, time);

    /// <summary>Null when no server answers there.</summary>
    public static async Task<AdminSocketChannel?> TryConnectAsync(string path, TimeProvider time, CancellationToken cancellation)
    {
        if (!File.Exists(path)) return null;
        return await TryOpenAsync(path, cancellation) is { } socket ? new AdminSocketChannel(path, socket, time) : null;
    }

    public override async Task<AdminAnswer> SendAsync(AdminRequest request, CancellationToken cancellation)
    {
        using var socket = Interlocked.Exchange(ref _connected, null) ?? await TryOpenAsync(_path, cancellation);
        if (socket is null) throw new ServerException("the server stopped meanwhile; run the command again");
        using var timeout = new CancellationTokenSource(AnswerTime, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
        try
        {
            await using var stream = new NetworkStream(socket);
            await AdminLine.WriteAsync(stream, request, AdminJson.Default.AdminRequest, either.Token);
            return await AdminLine.ReadAsync(stream, AdminJson.Default.AdminAnswer, AdminLine.MaxAnswer, either.Token)
                ?? throw new ServerException("the server stopped, or is of another version; see whether the change was made, then run the command again");
        }
        catch (OperationCanceledException exception) when (!cancellation.IsCancellationRequested)
        {
            throw new ServerException($"the server did not answer on {_path} within {AnswerTime.TotalSeconds:0} seconds; see its log", exception);
        }
        catch (IOException exception)
        {
            throw new ServerException("the connection to the server broke; see whether the change was made, then run the command again", exception);
        }
    }

    public override ValueTask DisposeAsync()
    {
        Interlocked.Exchange(ref _connected, null)?.Dispose();
        return ValueTask.CompletedTask;
    }

    private static async Task<Socket?> TryOpenAsync(string path, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            using var address = AdminSocketAddress.Of(path);
            await socket.ConnectAsync(address.EndPoint, cancellation);
            return socket;
        }
        catch (SocketException exception)
        {
            socket.Dispose();
            if (exception.SocketErrorCode == SocketError.AccessDenied) throw new ServerException($"{path} belongs to another account; run the command as the account that runs the server", exception);
            return null; // nothing listens: a server that ended without removing the file
        }
    }
}
