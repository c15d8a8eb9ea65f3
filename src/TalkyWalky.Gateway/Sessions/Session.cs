using Google.Protobuf;
using TalkyWalky.Engines;
using TalkyWalky.Wire;

namespace TalkyWalky.Gateway.Sessions;

/// <summary>One proven device and its connection, as the rest of the gateway sees it.</summary>
internal sealed class Session(Account account, DeviceId device)
{
    private readonly TaskCompletionSource<Ending> _ending = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Account Account { get; } = account;

    public UserId User => Account.User;

    public DeviceId Device { get; } = device;

    public ByteString UserBytes { get; } = UnsafeByteOperations.UnsafeWrap(account.User.ToArray());

    public ByteString DeviceBytes { get; } = UnsafeByteOperations.UnsafeWrap(device.ToArray());

    public Outbox Outbox { get; } = new();

    /// <summary>Guarded by <see cref="People.Attendance"/>.</summary>
    public bool IsAway { get; set; }

    /// <summary>Guarded by <see cref="People.Attendance"/>.</summary>
    public HashSet<UserId> Watched { get; set; } = [];

    /// <summary>Completes with the first reason given to <see cref="End"/>.</summary>
    public Task<Ending> Ended => _ending.Task;

    /// <summary>Completes when everything of the session is released.</summary>
    public Task Gone => _gone.Task;

    /// <summary>Tells the device of a change. Never waits.</summary>
    public void Tell(Hint hint)
    {
        if (!Outbox.Touch(hint)) End(Ending.TooSlow);
    }

    /// <summary>Asks the session to end; from anywhere, at any time.</summary>
    public void End(Ending ending) => _ending.TrySetResult(ending);

    public void MarkGone() => _gone.TrySetResult();
}
