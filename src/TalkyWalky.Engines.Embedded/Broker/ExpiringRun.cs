namespace TalkyWalky.Engines.Embedded.Broker;

/// <summary>Neighbouring entries of one mailbox that outlived their time and become one marker, where the last of them stood.</summary>
internal sealed class ExpiringRun(Mailbox mailbox)
{
    public Mailbox Mailbox { get; } = mailbox;

    public List<long> Tags { get; } = [];

    /// <summary>Entries, and what the markers among them stood for.</summary>
    public long Dropped { get; private set; }

    public DateTimeOffset? MarkedSince { get; private set; }

    public bool HasEntries { get; private set; }

    public void Add(in Slot slot)
    {
        Tags.Add(slot.Tag);
        if (slot.Body is Marker marker)
        {
            Dropped += marker.Dropped;
            MarkedSince ??= marker.Since;
        }
        else
        {
            Dropped++;
            HasEntries = true;
        }
    }
}
