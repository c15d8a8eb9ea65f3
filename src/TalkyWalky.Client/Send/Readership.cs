using TalkyWalky.Client.Rooms;
using TalkyWalky.Client.Status;
using TalkyWalky.Client.Store;
using TalkyWalky.Crypto;
using TalkyWalky.Ledger;
using TalkyWalky.Pki;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Send;

/// <summary>Whom a session seals for: the place, and every device that shall read.</summary>
internal sealed record Readers(GrantPlace Place, IReadOnlyList<VerifiedDevice> Devices)
{
    /// <summary>Until when the transparency log's word that these are all devices counts.</summary>
    public DateTimeOffset Until { get; init; } = DateTimeOffset.MaxValue;
}

internal abstract record ReadersOutcome
{
    private ReadersOutcome() { }

    /// <param name="Invalid">Why devices were left out, a sentence; null when none was.</param>
    public sealed record Found(Readers Readers, string? Invalid) : ReadersOutcome;

    /// <summary>Nobody else is there to read it.</summary>
    public sealed record Nobody : ReadersOutcome;

    /// <summary>The name turned out to be a person who has a conversation already.</summary>
    public sealed record Moved(long Contact) : ReadersOutcome;

    public sealed record Refused(string Why) : ReadersOutcome;

    /// <param name="IsPassing">Likely over in a moment.</param>
    public sealed record Waiting(string Why, bool IsPassing = false) : ReadersOutcome;

    /// <summary>The server lists revoked devices only: it is a moment behind, or dishonest.</summary>
    public sealed record Revoked(string Why) : ReadersOutcome;

    public sealed record Lost : ReadersOutcome;
}

/// <summary>Finds the devices that a conversation's keys go to: of people whom certificates name, of a room those on its verified ledger, and nobody else.</summary>
internal sealed class Readership(Database database, SendContext context, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ConversationId, Readers> _rooms = [];

    private UserId Self => context.Credentials.Identity.User;

    public async Task<ReadersOutcome> FindAsync(long contactId)
    {
        var contact = await database.RunAsync(rows => rows.Contacts.Find(contactId), context.Ended);
        return contact?.Kind switch
        {
            null => new ReadersOutcome.Nobody(),
            ContactKind.Room => await FindRoomAsync(contact),
            ContactKind.OwnDevices => await FindOwnAsync(),
            _ => await FindPersonAsync(contact),
        };
    }

    /// <summary>Nobody among them was revoked meanwhile, as far as a current CRL says, and the log's word still counts.</summary>
    public bool AreGood(Readers readers) => readers.Until > time.GetUtcNow() && readers.Devices.All(device => context.Status.Of(device, StatusBook.Fresh) is CertificateStatus.Good);

    /// <summary>Somebody's devices changed: those of the rooms are looked up again before the next message.</summary>
    public void Forget()
    {
        lock (_gate) _rooms.Clear();
    }

    private async Task<ReadersOutcome> FindPersonAsync(Contact contact)
    {
        switch (await context.Rosters.FindAsync(contact.User, contact.Username))
        {
            case PersonOutcome.Lost:
                return new ReadersOutcome.Lost();
            case PersonOutcome.Refused refused:
                return new ReadersOutcome.Refused(refused.Why);
            case PersonOutcome.Waiting waiting:
                return new ReadersOutcome.Waiting(waiting.Why, waiting.IsPassing);
            case PersonOutcome.Revoked revoked:
                return new ReadersOutcome.Revoked(revoked.Why);
            case PersonOutcome.Asleep asleep:
                return new ReadersOutcome.Waiting(await RevocationAsync(contact, asleep.Username) ?? asleep.Why);
            case PersonOutcome.Found { Person: var person }:
                if (person.User == Self) return new ReadersOutcome.Refused("That is you: choose someone else to write to.");
                var place = new GrantPlace.Direct(context.Credentials.Anchor.Hash, Self, person.User);
                var resolved = await database.RunAsync(rows => rows.Contacts.Resolve(contact, person.User, person.Username, place.Conversation), context.Ended);
                if (resolved.Id != contact.Id) return new ReadersOutcome.Moved(resolved.Id);
                var others = await context.Rosters.OwnDevicesAsync();
                if (others.Devices is not { } own) return Untold(others.Why, others.IsPassing);
                await database.RunAsync(
                    rows =>
                    {
                        rows.KnownDevices.Set(person.User, person.Encryption.Select(static device => device.Der));
                        rows.KnownDevices.Set(Self, own.Select(static device => device.Der));
                    },
                    context.Ended);
                return new ReadersOutcome.Found(new Readers(place, [.. person.Encryption, .. own]) { Until = Earliest([person.Until, others.Until]) }, person.Invalid);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    // An honest server lists a revoked device no more; what this device sealed to last says why nobody is left.
    private async Task<string?> RevocationAsync(Contact contact, string username)
    {
        if (contact.User is not { } user) return null;
        var sealedTo = await database.RunAsync(rows => rows.Sending.CertificatesOf(user), context.Ended);
        return sealedTo.Max(context.Status.RevokedAt) is { } at
            ? $"{Sentences.NotSent(username, at, time.LocalTimeZone)} It is kept and goes out when {username} has a device with a valid certificate."
            : null;
    }

    private async Task<ReadersOutcome> FindOwnAsync() => await context.Rosters.OwnDevicesAsync() switch
    {
        { Devices: null } untold => Untold(untold.Why, untold.IsPassing),
        { Devices.Count: 0 } => new ReadersOutcome.Nobody(),
        { Devices: { } own, Until: var until } => new ReadersOutcome.Found(new Readers(new GrantPlace.Direct(context.Credentials.Anchor.Hash, Self, Self), own) { Until = until }, Invalid: null),
    };

    private async Task<ReadersOutcome> FindRoomAsync(Contact contact)
    {
        var (row, state) = await database.RunAsync(rows => (rows.Rooms.Find(contact.Id), rows.Rooms.State(contact.Conversation!.Value)), context.Ended);
        if (row is null || state is null) return new ReadersOutcome.Waiting("The room's members are not known here yet; the message is kept.");
        if (row.Frozen is { } frozen) return new ReadersOutcome.Refused(frozen);
        if (state.IsClosed) return new ReadersOutcome.Refused($"The room \"{state.Settings.Name}\" is closed.");
        if (!state.Members.ContainsKey(Self)) return new ReadersOutcome.Refused($"You are not in the room \"{state.Settings.Name}\"; join it or ask to be added.");
        if (Remembered(state) is { } known) return new ReadersOutcome.Found(known, Invalid: null);
        var (devices, why) = await context.Rosters.FindAllAsync([.. state.Members.Keys]);
        return devices is null ? Untold(why) : Choose(state, devices);
    }

    private static ReadersOutcome Untold(string? why, bool isPassing = false) => why is null ? new ReadersOutcome.Lost() : new ReadersOutcome.Waiting(why, isPassing);

    private static DateTimeOffset Earliest(IEnumerable<DateTimeOffset> times) => times.Min();

    private ReadersOutcome Choose(RoomState state, Dictionary<UserId, VerifiedDevices> found)
    {
        var people = found.Values.Select(context.Rosters.Screen).ToList();
        if (people.Find(static person => person.Unknown is not null) is { Unknown: { } unknown } one) return new ReadersOutcome.Waiting(Sentences.Kept(unknown), one.IsPassing);
        var devices = context.Rosters.Others(people.SelectMany(static person => person.Encryption));
        if (devices.Count == 0)
        {
            return state.Members.Count == 1
                ? new ReadersOutcome.Nobody()
                : new ReadersOutcome.Waiting($"Waiting for the members of \"{state.Settings.Name}\": none of them has a device that can receive now. The message is kept.");
        }

        if (devices.Count > Limits.Recipients) return new ReadersOutcome.Refused($"The room \"{state.Settings.Name}\" has more devices than one message can go to.");
        var readers = new Readers(new GrantPlace.Room(state.Room, state.Epoch, state.Head), devices) { Until = Earliest(found.Values.Select(static person => person.Until)) };
        lock (_gate) _rooms[state.Room] = readers;
        return new ReadersOutcome.Found(readers, people.Select(static person => person.Invalid).FirstOrDefault(static invalid => invalid is not null));
    }

    // As long as nobody comes, goes or expires; the gateway refuses a message that misses a device.
    private Readers? Remembered(RoomState state)
    {
        lock (_gate)
        {
            if (!_rooms.TryGetValue(state.Room, out var readers) || readers.Place.Head != state.Head) return null;
            var now = time.GetUtcNow();
            return readers.Devices.All(device => device.NotAfter > now) && AreGood(readers) ? readers : null;
        }
    }
}
