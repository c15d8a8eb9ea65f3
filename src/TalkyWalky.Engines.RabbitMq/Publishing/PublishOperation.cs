using TalkyWalky.Engines.RabbitMq.Mailboxes;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.RabbitMq.Publishing;

/// <summary>One publication between the call and the last answer to its messages.</summary>
/// <param name="finding">The recipients' mailboxes, in their order.</param>
/// <param name="gone">Told which mailboxes RabbitMQ does not have any more.</param>
internal sealed class PublishOperation(Publication publication, Task<Box?>[] finding, Action<DeviceId> gone)
{
    private static readonly PublishOutcome.Accepted AcceptedByAll = new([]);
    private static readonly PublishOutcome.AllFull AllFull = new();

    private readonly TaskCompletionSource<PublishOutcome> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private List<DeviceId>? _overflowed, _gone;
    private bool _isUncertain;
    private int _stored;
    private int _unanswered = 1; // the sender's own, until everything is sent

    public Publication Publication => publication;

    public Task<PublishOutcome> Done => _done.Task;

    /// <summary>The mailbox of each recipient; null when some have none, or they could not be looked for, which then is the outcome.</summary>
    public async Task<Box[]?> FindAsync()
    {
        var boxes = new Box[finding.Length];
        List<DeviceId>? missing = null;
        try
        {
            for (var i = 0; i < boxes.Length; i++)
            {
                if (await finding[i] is { } box) boxes[i] = box;
                else (missing ??= []).Add(publication.Recipients[i].Device);
            }
        }
        catch (EngineException e)
        {
            End(new PublishOutcome.Unavailable(e.Message));
            return null;
        }

        if (missing is null) return boxes;
        End(new PublishOutcome.NoMailbox(missing));
        return null;
    }

    public void End(PublishOutcome outcome) => _done.TrySetResult(outcome);

    public void Overflowed(Box box) => (_overflowed ??= []).Add(box.Device);

    public void Sending()
    {
        lock (_gate) _unanswered++;
    }

    public void Settled(Settlement settlement, Sent sent)
    {
        lock (_gate)
        {
            if (settlement == Settlement.Stored && sent.Marker is null) _stored++;
            else if (settlement == Settlement.Returned) (_gone ??= []).AddRange(sent.Boxes.Select(static box => box.Device));
            else if (settlement == Settlement.Lost || settlement == Settlement.Refused && sent.Marker is null) _isUncertain = true; // a refused marker is owed
        }

        if (settlement == Settlement.Returned) foreach (var box in sent.Boxes) gone(box.Device);

        Answered();
    }

    /// <summary>An answer came, or everything is sent.</summary>
    public void Answered()
    {
        lock (_gate)
        {
            if (--_unanswered > 0) return;
        }

        End(Outcome());
    }

    private PublishOutcome Outcome()
    {
        if (_gone is not null && _stored == 0 && !_isUncertain) return new PublishOutcome.NoMailbox(_gone);
        if (_isUncertain || _gone is not null) return new PublishOutcome.Unknown("RabbitMQ did not confirm the message for every mailbox");
        if (_overflowed is null) return AcceptedByAll;
        return _stored == 0 ? AllFull : new PublishOutcome.Accepted(_overflowed);
    }
}
