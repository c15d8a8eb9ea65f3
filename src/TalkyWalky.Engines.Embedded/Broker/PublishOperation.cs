using System.Threading.Tasks.Sources;
using TalkyWalky.Engines.Embedded.Sqlite;
using TalkyWalky.Engines.Embedded.Writing;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.Embedded.Broker;

/// <summary>
/// One publication on its way to disk. For one recipient the payload stands in the entry's own row: one insert. For several it is stored
/// once and each entry is a short row.
/// </summary>
internal sealed class PublishOperation(EmbeddedBroker broker, Publication publication, Mailbox[] mailboxes)
    : WriteOperation, IValueTaskSource<PublishOutcome>
{
    private static readonly PublishOutcome.Accepted AcceptedByAll = new([]);
    private static readonly PublishOutcome.AllFull AllFull = new();

    private ManualResetValueTaskSourceCore<PublishOutcome> _done = new() { RunContinuationsAsynchronously = true };
    private SharedPayload? _shared;
    private Marker?[]? _markers;
    private List<DeviceId>? _gone;
    private PublishOutcome? _outcome;
    private long _firstTag;

    /// <summary>How many recipients have room reserved: those before this index that are not marked.</summary>
    private int _reserved;

    private int _stored;

    public ValueTask<PublishOutcome> Done => new(this, _done.Version);

    public override long Bytes { get; } = Size(publication);

    public override void Execute(Database database)
    {
        Reserve();
        if (_gone is not null)
        {
            Unreserve();
            return;
        }

        _firstTag = broker.Tags.Take(database, mailboxes.Length);
        var now = broker.Now();
        if (_stored > 1)
        {
            _shared = new SharedPayload(_firstTag, _stored);
            database.Use("INSERT INTO payload (id, data) VALUES (?1, ?2)").Bind(1, _firstTag).Bind(2, publication.Payload.Span).Run();
        }

        for (var i = 0; i < mailboxes.Length; i++)
        {
            if (IsFull(i)) WriteDrop(database, i, now);
            else WriteEntry(database, i, now);
        }
    }

    public override void Committed()
    {
        if (_gone is not null)
        {
            _outcome = new PublishOutcome.NoMailbox(_gone);
            return;
        }

        for (var i = 0; i < mailboxes.Length; i++)
        {
            var tag = _firstTag + i;
            if (_markers?[i] is { } marker) mailboxes[i].EndDrop(marker, committed: true);
            else mailboxes[i].Append(tag, new MailboxEntry.Stored((ulong)tag, publication.Payload, publication.Recipients[i].Slice), _shared);
        }

        _outcome = _markers is null ? AcceptedByAll : _stored == 0 ? AllFull : new PublishOutcome.Accepted(Overflowed());
    }

    public override void Announce()
    {
        foreach (var mailbox in mailboxes) mailbox.Wake();
        _done.SetResult(_outcome!);
    }

    public override void Failed(WriteFailure failure)
    {
        broker.Tags.RolledBack();
        Unreserve();
        _done.SetResult(failure.IsUnknown ? new PublishOutcome.Unknown(failure.Reason) : new PublishOutcome.Unavailable(failure.Reason));
    }

    PublishOutcome IValueTaskSource<PublishOutcome>.GetResult(short token) => _done.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<PublishOutcome>.GetStatus(short token) => _done.GetStatus(token);

    void IValueTaskSource<PublishOutcome>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _done.OnCompleted(continuation, state, token, flags);

    private static long Size(Publication publication)
    {
        long size = publication.Payload.Length;
        for (var i = 0; i < publication.Recipients.Count; i++) size += publication.Recipients[i].Slice.Length;
        return size;
    }

    private void Reserve()
    {
        for (; _reserved < mailboxes.Length; _reserved++)
        {
            switch (mailboxes[_reserved].TryReserve(EntryBytes(_reserved), broker.Limits))
            {
                case Reservation.Reserved:
                    _stored++;
                    break;
                case Reservation.Full:
                    Mark(_reserved) = Unwritten;
                    break;
                case Reservation.Gone:
                    Mark(_reserved) = Unwritten;
                    (_gone ??= []).Add(mailboxes[_reserved].Device);
                    break;
            }
        }
    }

    private void Unreserve()
    {
        for (var i = 0; i < _reserved; i++)
        {
            if (!IsFull(i)) mailboxes[i].Unreserve(EntryBytes(i));
            else if (_markers![i] is { } marker && marker != Unwritten) mailboxes[i].EndDrop(marker, committed: false);
        }

        _reserved = 0;
    }

    private void WriteEntry(Database database, int index, DateTimeOffset now)
    {
        var slice = publication.Recipients[index].Slice.Span;
        if (_shared is null)
        {
            database.Use("INSERT INTO entry (tag, mailbox, at, slice, payload) VALUES (?1, ?2, ?3, ?4, ?5)")
                .Bind(1, _firstTag + index).Bind(2, mailboxes[index].Key).Bind(3, now).Bind(4, slice).Bind(5, publication.Payload.Span).Run();
        }
        else
        {
            database.Use("INSERT INTO entry (tag, mailbox, at, slice, shared) VALUES (?1, ?2, ?3, ?4, ?5)")
                .Bind(1, _firstTag + index).Bind(2, mailboxes[index].Key).Bind(3, now).Bind(4, slice).Bind(5, _shared.Id).Run();
        }

        mailboxes[index].EntryWritten();
    }

    private void WriteDrop(Database database, int index, DateTimeOffset now)
    {
        var marker = mailboxes[index].CountDrop(_firstTag + index, now);
        _markers![index] = marker;
        database.Use("INSERT INTO entry (tag, mailbox, at, dropped) VALUES (?1, ?2, ?3, 1) ON CONFLICT (tag) DO UPDATE SET dropped = dropped + 1")
            .Bind(1, marker.Tag).Bind(2, mailboxes[index].Key).Bind(3, marker.Since).Run();
    }

    private static readonly Marker Unwritten = new(0, 0, default);

    private ref Marker? Mark(int index) => ref (_markers ??= new Marker?[mailboxes.Length])[index];

    private bool IsFull(int index) => _markers?[index] is not null;

    private int EntryBytes(int index) => publication.Payload.Length + publication.Recipients[index].Slice.Length;

    private List<DeviceId> Overflowed()
    {
        var devices = new List<DeviceId>();
        for (var i = 0; i < mailboxes.Length; i++)
        {
            if (IsFull(i)) devices.Add(mailboxes[i].Device);
        }

        return devices;
    }
}
