using TalkyWalky.Engines.RabbitMq.Mailboxes;

namespace TalkyWalky.Engines.RabbitMq.Publishing;

/// <summary>One message on its way: an entry for several mailboxes, or the marker of one.</summary>
/// <param name="Bytes">That each mailbox counts; a marker's are 0.</param>
internal sealed record Sent(IReadOnlyList<Box> Boxes, int Bytes, Marker? Marker, PublishOperation? Owner)
{
    /// <summary>RabbitMQ had no queue for it.</summary>
    public bool WasReturned { get; set; }

    public long SentAt { get; init; }

    public void Confirmed()
    {
        if (Boxes.Count == 1) Boxes[0].IsSuspect = false;
        Owner?.Settled(WasReturned ? Settlement.Returned : Settlement.Stored, this);
        if (WasReturned) Undo();
    }

    /// <summary>At least one of the queues did not take it; the others may have.</summary>
    public void Refused()
    {
        Undo();
        if (Boxes.Count == 1) Boxes[0].Refuse();
        else foreach (var box in Boxes) box.IsSuspect = true;
        Owner?.Settled(Settlement.Refused, this);
    }

    /// <summary>No answer will come, or none came in time.</summary>
    public void Lost()
    {
        if (Marker is not null) Undo();
        Owner?.Settled(Settlement.Lost, this);
    }

    private void Undo()
    {
        if (Marker is { } marker) Boxes[0].Owe(marker);
        else foreach (var box in Boxes) box.Forget(Bytes, wasLeased: false);
    }
}

internal enum Settlement
{
    Stored,
    Returned,
    Refused,
    Lost,
}
