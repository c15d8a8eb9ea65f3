using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using TalkyWalky.Authority;
using TalkyWalky.Engines;

namespace TalkyWalky.Server.Administration;

/// <summary>
/// Serves commands on DATA/admin.sock. The file's permissions (0600, in a 0700 folder) say who may. One request and one answer for each connection;
/// a fixed number of workers accepts, so that no more are ever under way and every one has an owner.
/// </summary>
internal sealed class AdminSocketServer : IAsyncDisposable
{
    private const int Workers = 4;

    /// <summary>For one request with its answer; adding a user takes a good part of a second.</summary>
    private static readonly TimeSpan RequestTime = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _stopping = new();
    private readonly AdminService _service;
    private readonly Socket _listener;
    private readonly string _path;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Task _work;

    private AdminSocketServer(AdminService service, Socket listener, string path, TimeProvider time, ILogger log)
    {
        (_service, _listener, _path, _time, _log) = (service, listener, path, time, log);
        _work = Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => AcceptAsync()));
    }

    /// <summary>The caller holds the engines' lock: a socket file that is there belongs to a server that has ended.</summary>
    public static AdminSocketServer Start(string path, AdminService service, TimeProvider time, ILogger log)
    {
        if (new FileInfo(path) is { Exists: true, Length: > 0 }) throw new ServerException($"{path} is a file and not a socket; move it away");
        File.Delete(path);
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            using (var address = AdminSocketAddress.Of(path)) listener.Bind(address.EndPoint);
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            listener.Listen(Workers);
        }
        catch (SocketException exception)
        {
            listener.Dispose();
            throw new ServerException($"cannot make {path}: {exception.Message}; give a --data folder on a file system that holds sockets", exception);
        }

        return new AdminSocketServer(service, listener, path, time, log);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _work;
        _listener.Dispose();
        File.Delete(_path);
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                using var connection = await _listener.AcceptAsync(_stopping.Token);
                using var timeout = new CancellationTokenSource(RequestTime, _time);
                await ServeAsync(connection, timeout.Token);
            }
            catch (OperationCanceledException)
            {
                // Stopping ends the loop; a request that took too long has ended and the next one is accepted.
            }
            catch (Exception exception) when (exception is IOException or SocketException)
            {
                HostLog.AdminConnectionLost(_log, exception.Message);
            }
        }
    }

    private async Task ServeAsync(Socket connection, CancellationToken late)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late, _stopping.Token);
        await using var stream = new NetworkStream(connection);
        var request = await AdminLine.ReadAsync(stream, AdminJson.Default.AdminRequest, AdminLine.MaxRequest, either.Token);
        var answer = request is null
            ? new AdminAnswer.Refused("the server did not understand the command; use the talkywalkyd of the same version as the server")
            : await ExecuteAsync(request, AdminPeer.Of(connection), late, either.Token);
        await AdminLine.WriteAsync(stream, answer, AdminJson.Default.AdminAnswer, late.IsCancellationRequested ? _stopping.Token : either.Token);
    }

    private async Task<AdminAnswer> ExecuteAsync(AdminRequest request, Actor by, CancellationToken late, CancellationToken cancellation)
    {
        HostLog.AdminCommand(_log, request.GetType().Name);
        try
        {
            return await _service.ExecuteAsync(request, by, cancellation);
        }
        catch (Exception exception) when (exception is EngineException or AuthorityException)
        {
            return new AdminAnswer.Refused(exception.Message);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested)
        {
            return new AdminAnswer.Refused($"this takes longer than {RequestTime.TotalSeconds:0} seconds; the server's log says how it ends");
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            var reference = Unexpected.NewReference();
            HostLog.AdminCommandFailed(_log, reference, exception);
            return new AdminAnswer.Refused($"the server failed unexpectedly; its log says why under reference {reference}");
        }
    }
}
