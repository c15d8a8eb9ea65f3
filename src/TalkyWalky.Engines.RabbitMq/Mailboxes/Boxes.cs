using System.Collections.Concurrent;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.RabbitMq.Mailboxes;

/// <summary>The mailboxes that this process knows to be there.</summary>
internal sealed class Boxes(Control control, MailboxLimits limits, TimeProvider time)
{
    private readonly ConcurrentDictionary<DeviceId, Task<Box?>> _known = new();

    /// <summary>Begins to look for a mailbox that is not known yet, so that it is known when its turn comes. Null when there is none; throws <see cref="EngineException"/>.</summary>
    public Task<Box?> FindAsync(DeviceId device)
    {
        if (_known.TryGetValue(device, out var known)) return known;
        var looking = new TaskCompletionSource<Box?>(TaskCreationOptions.RunContinuationsAsynchronously);
        known = _known.GetOrAdd(device, looking.Task);
        if (known == looking.Task) _ = LookAsync(device, looking);
        return known;
    }

    /// <summary>The box, if the mailbox is known to be there.</summary>
    public Box? TryGet(DeviceId device) => _known.TryGetValue(device, out var known) && known.IsCompletedSuccessfully ? known.Result : null;

    /// <summary>Looks at the numbers again. False when the mailbox is gone.</summary>
    public async Task<bool> LookAgainAsync(Box box, CancellationToken cancellation)
    {
        if (await control.LookAsync(box.Device, cancellation) is not { } queue)
        {
            Forget(box.Device);
            return false;
        }

        box.See(queue, limits, time);
        return true;
    }

    public void Forget(DeviceId device) => _known.TryRemove(device, out _);

    /// <summary>Mailboxes may have been deleted by others, who were not heard.</summary>
    public void ForgetIdle()
    {
        foreach (var (device, known) in _known)
        {
            if (known.IsCompletedSuccessfully && known.Result is { Owes: false, IsOpen: false }) _known.TryRemove(KeyValuePair.Create(device, known));
        }
    }

    public IEnumerable<Box> Owing() => _known.Values.Where(static known => known.IsCompletedSuccessfully).Select(static known => known.Result).OfType<Box>().Where(static box => box.Owes);

    // What it ends with is the task in the dictionary, which whoever asked awaits.
    private async Task LookAsync(DeviceId device, TaskCompletionSource<Box?> looking)
    {
        try
        {
            var queue = await control.LookAsync(device, CancellationToken.None);
            Box? box = null;
            if (queue is not null)
            {
                box = new Box(device);
                box.See(queue, limits, time);
            }
            else
            {
                Forget(device);
            }

            looking.SetResult(box);
        }
        catch (EngineException e)
        {
            Forget(device);
            looking.SetException(e);
        }
    }
}
