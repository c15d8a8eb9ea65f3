using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using TalkyWalky.Client;
using TalkyWalky.Client.Agent;

namespace TalkyWalky.App.Launch;

internal abstract record Doorstep
{
    private Doorstep() { }

    /// <summary>This process runs the app now.</summary>
    public sealed record Ours(AppDoor Door) : Doorstep;

    /// <summary>Another one does, and answered.</summary>
    public sealed record Theirs(AppAnswer Answer) : Doorstep;

    public sealed record Stuck(string Why) : Doorstep;
}

/// <summary>PROFILE/app.lock says which process runs the app of a profile; PROFILE/app.sock lets the others ask it.</summary>
internal sealed class AppDoor : IAsyncDisposable
{
    public const string LockName = "app.lock", SocketName = "app.sock";

    // The owner holds the lock a moment before it serves, and until the goodbye is said after it stopped.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15), Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LineTime = TimeSpan.FromSeconds(5);

    private readonly string _profile;
    private readonly FileStream _lock;
    private readonly CancellationTokenSource _stopping = new();
    private Socket? _listener;
    private Task _serving = Task.CompletedTask;

    private AppDoor(string profile, FileStream taken)
    {
        _profile = profile;
        _lock = taken;
    }

    /// <summary>Takes the profile's app, or asks who has it.</summary>
    public static async Task<Doorstep> EnterAsync(string profile, AppCall call, TimeProvider time, CancellationToken cancellation)
    {
        OwnerOnly.MakeFolder(profile);
        var started = time.GetTimestamp();
        while (time.GetElapsedTime(started) < Patience)
        {
            if (TryLock(profile) is { } taken) return new Doorstep.Ours(new AppDoor(profile, taken));
            if (await TryAskAsync(profile, call, time, cancellation) is { } answer) return new Doorstep.Theirs(answer);
            await Task.Delay(Pause, time, cancellation);
        }

        return new Doorstep.Stuck($"another talkywalky open on {profile} is starting or ending and does not answer; end it and try again");
    }

    /// <summary>Answers others, one after the other, until disposed of or stopped.</summary>
    public void Serve(Func<AppCall, CancellationToken, Task<AppAnswer>> answer, ClientEnvironment environment)
    {
        _listener = ProfileSocket.Listen(_profile, SocketName);
        _serving = ServeAsync(_listener, answer, environment);
    }

    public async Task StopAsync()
    {
        if (_listener is null || _stopping.IsCancellationRequested) return;
        File.Delete(Path.Combine(_profile, SocketName));
        await _stopping.CancelAsync();
        await _serving;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _listener?.Dispose();
        _stopping.Dispose();
        await _lock.DisposeAsync();
    }

    // FileShare.None is flock(2) on Unix: the system lets go of it however the process ends.
    private static FileStream? TryLock(string profile)
    {
        var path = Path.Combine(profile, LockName);
        try
        {
            return new FileStream(path, OwnerOnly.File(FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
    }

    private static async Task<AppAnswer?> TryAskAsync(string profile, AppCall call, TimeProvider time, CancellationToken cancellation)
    {
        using var socket = await ProfileSocket.TryConnectAsync(profile, SocketName, cancellation);
        if (socket is null) return null;
        using var line = new SocketLine(socket, AppCall.LongestLine);
        using var late = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        try
        {
            await line.WriteAsync(call, AppCallJson.Default.AppCall, either.Token);
            return await line.ReadAsync(AppCallJson.Default.AppAnswer, either.Token);
        }
        catch (IOException)
        {
            return null; // it just ended
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return null;
        }
    }

    private async Task ServeAsync(Socket listener, Func<AppCall, CancellationToken, Task<AppAnswer>> answer, ClientEnvironment environment)
    {
        var log = environment.Logs.CreateLogger<AppDoor>();
        try
        {
            while (true)
            {
                using var socket = await listener.AcceptAsync(_stopping.Token);
                await AnswerAsync(socket, answer, environment.Time, log);
            }
        }
        catch (OperationCanceledException)
        {
            LaunchLog.DoorClosed(log);
        }
    }

    private async Task AnswerAsync(Socket socket, Func<AppCall, CancellationToken, Task<AppAnswer>> answer, TimeProvider time, ILogger log)
    {
        using var line = new SocketLine(socket, AppCall.LongestLine);
        using var late = new CancellationTokenSource(LineTime, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, _stopping.Token);
        try
        {
            if (await line.ReadAsync(AppCallJson.Default.AppCall, either.Token) is not { } call) return;
            var said = call.Version == AppCall.ThisVersion
                ? await answer(call, _stopping.Token)
                : new AppAnswer(Why: "another version of talkywalky runs the app of this profile; quit it and try again");
            await line.WriteAsync(said, AppCallJson.Default.AppAnswer, _stopping.Token);
        }
        catch (Exception gone) when (gone is IOException or InvalidDataException || (gone is OperationCanceledException && !_stopping.IsCancellationRequested))
        {
            LaunchLog.CallEnded(log, gone);
        }
    }
}
