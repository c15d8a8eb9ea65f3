using TalkyWalky.Engines.Embedded.Sqlite;
using TalkyWalky.Engines.Embedded.Writing;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.Embedded.Broker;

/// <summary>One publication on its way to disk: the payload once, an entry for each mailbox that has room, a marker for each that has not.</summary>
internal sealed class PublishOperation(Publication publication, Target[] targets, DateTimeOffset now) : WriteOperation
{
    private readonly TaskCompletionSource<PublishOutcome> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private SharedPayload? _shared;
    private bool _executed;

    public Task<PublishOutcome> Done => _done.Task;

    public override long Bytes => publication.Payload.Length;

    /// <summary>The first of its tags; one for each target. Given under the broker's gate, so tags rise in the order of the queue.</summary>
    public long FirstTag { get; set; }

    public override void Execute(Database database)
    {
        _executed = true;
        var stored = targets.Count(target => target.HasRoom);
        if (stored > 1)
        {
            _shared = new SharedPayload(FirstTag, stored);
            database.Use("INSERT INTO payload (id, body) VALUES (?1, ?2)").Bind(1, FirstTag).Bind(2, publication.Payload.Span).Run();
        }

        for (var i = 0; i < targets.Length; i++)
        {
            if (targets[i].HasRoom) Store(database, targets[i], FirstTag + i);
            else Mark(database, ref targets[i], FirstTag + i);
        }
    }

    public override void Committed()
    {
        for (var i = 0; i < targets.Length; i++)
        {
            ref var target = ref targets[i];
            lock (target.Mailbox.Gate)
            {
                if (target.HasRoom) target.Mailbox.Slots.Append(Fresh(target, FirstTag + i));
                else Show(ref target);
                target.Mailbox.Consumer?.Signal.Raise();
            }
        }

        var overflowed = targets.Where(target => !target.HasRoom).Select(target => target.Mailbox.Device).ToArray();
        _done.SetResult(overflowed.Length == targets.Length ? new PublishOutcome.AllFull() : new PublishOutcome.Accepted(overflowed));
    }

    public override void Failed(WriteFailure failure)
    {
        foreach (var target in targets)
        {
            lock (target.Mailbox.Gate)
            {
                if (target.HasRoom) target.Mailbox.Release(target.Bytes);
                else if (_executed && target.Marker is { } marker) Unmark(target.Mailbox, marker, target.MadeMarker);
            }
        }

        _done.SetResult(failure.IsUnknown ? new PublishOutcome.Unknown(failure.Reason) : new PublishOutcome.Unavailable(failure.Reason));
    }

    private void Store(Database database, in Target target, long tag)
    {
        lock (target.Mailbox.Gate) target.Mailbox.OpenMarker = null;
        var insert = database.Use("INSERT INTO entry (tag, mailbox, payload, body, slice, bytes, stored) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")
            .Bind(1, tag).Bind(2, target.Mailbox.Key).Bind(5, target.Slice.Span).Bind(6, target.Bytes).Bind(7, now);
        if (_shared is null) insert.BindNull(3).Bind(4, publication.Payload.Span);
        else insert.Bind(3, _shared.Id).BindNull(4);
        insert.Run();
    }

    private void Mark(Database database, ref Target target, long tag)
    {
        lock (target.Mailbox.Gate)
        {
            target.MadeMarker = target.Mailbox.OpenMarker is null;
            target.Marker = target.Mailbox.OpenMarker ??= new Marker(tag, dropped: 0, now);
            target.Marker.Dropped++;
            target.Marker.Held++;
        }

        if (target.MadeMarker)
        {
            database.Use("INSERT INTO entry (tag, mailbox, slice, bytes, stored, dropped) VALUES (?1, ?2, zeroblob(0), 0, ?3, 1)")
                .Bind(1, tag).Bind(2, target.Mailbox.Key).Bind(3, now).Run();
        }
        else
        {
            database.Use("UPDATE entry SET dropped = dropped + 1 WHERE tag = ?1").Bind(1, target.Marker.Tag).Run();
        }
    }

    private static void Show(ref Target target)
    {
        var marker = target.Marker!;
        marker.Held--;
        if (target.MadeMarker) target.Mailbox.Slots.Append(new Slot { Tag = marker.Tag, StoredAt = marker.Since, Body = marker });
    }

    private static void Unmark(MailboxState mailbox, Marker marker, bool made)
    {
        marker.Dropped--;
        marker.Held--;
        if (made && ReferenceEquals(mailbox.OpenMarker, marker)) mailbox.OpenMarker = null;
    }

    private Slot Fresh(in Target target, long tag) => new()
    {
        Tag = tag,
        StoredAt = now,
        Bytes = target.Bytes,
        Shared = _shared,
        Body = target.Mailbox.Consumer is null ? null : new MailboxEntry.Stored((ulong)tag, publication.Payload, target.Slice),
    };
}

/// <summary>One recipient of a publication.</summary>
internal struct Target
{
    public MailboxState Mailbox;

    public ReadOnlyMemory<byte> Slice;

    public int Bytes;

    /// <summary>Room was reserved; otherwise it gets a marker.</summary>
    public bool HasRoom;

    public Marker? Marker;

    public bool MadeMarker;
}
