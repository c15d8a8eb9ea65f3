using Google.Protobuf;
using TalkyWalky.Client.Connect;
using TalkyWalky.Client.Enrol;
using TalkyWalky.Client.Store;
using TalkyWalky.Pki;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Client.Send;

/// <summary>A person as certificates say.</summary>
internal sealed record CertifiedPerson(UserId User, string Username, IReadOnlyList<VerifiedDevice> Encryption, string? Invalid);

internal abstract record PersonOutcome
{
    private PersonOutcome() { }

    public sealed record Found(CertifiedPerson Person) : PersonOutcome;

    /// <summary>For good: no such person, or not to be written to.</summary>
    public sealed record Refused(string Why) : PersonOutcome;

    public sealed record Waiting(string Why) : PersonOutcome;

    public sealed record Lost : PersonOutcome;
}

/// <summary>Looks people's devices up on one connection.</summary>
internal sealed class RosterDesk(GatewayLink link, Credentials credentials, IReadOnlyList<ReadOnlyMemory<byte>> issuing, TimeProvider time)
{
    private readonly DeviceBook _book = new(credentials, issuing, time);

    private UserId Self => credentials.Identity.User;

    /// <summary>A person by id if it is known, else by username.</summary>
    public async Task<PersonOutcome> FindAsync(UserId? user, string username)
    {
        var lookup = user is { } id ? new Lookup { User = ByteString.CopyFrom(id.ToArray()) } : new Lookup { Username = username };
        switch (await link.AskAsync(new ClientFrame { Lookup = lookup }))
        {
            case null:
                return new PersonOutcome.Lost();
            case { BodyCase: ServerFrame.BodyOneofCase.PersonFound, PersonFound: var found }:
                return Judge(found, user, username);
            case { BodyCase: ServerFrame.BodyOneofCase.Refused, Refused: { Code: RefusalCode.UnknownUser } }:
                return new PersonOutcome.Refused($"There is nobody called \"{username}\" here; check the spelling.");
            case { BodyCase: ServerFrame.BodyOneofCase.Refused, Refused: { Code: RefusalCode.NotAllowed } refused }:
                return new PersonOutcome.Refused(Sentences.Of(refused.Text));
            case { BodyCase: ServerFrame.BodyOneofCase.Refused } refused:
                return new PersonOutcome.Waiting(Sentences.Of(refused.Refused.Text));
            default:
                return new PersonOutcome.Waiting("The server gave an answer that makes no sense; the message is kept and tried again.");
        }
    }

    /// <summary>This person's other devices; null when the connection is over.</summary>
    public async Task<IReadOnlyList<VerifiedDevice>?> OwnDevicesAsync() => await FindAsync(Self, credentials.Identity.Username) switch
    {
        PersonOutcome.Lost => null,
        PersonOutcome.Found found => Others(found.Person.Encryption),
        _ => [],
    };

    /// <summary>The devices of these people, by person; who has none that is awake is left out. Null when the connection is over or the server does not answer.</summary>
    public async Task<Dictionary<UserId, VerifiedDevices>?> FindAllAsync(IReadOnlyCollection<UserId> users)
    {
        var found = new Dictionary<UserId, VerifiedDevices>(users.Count);
        var left = users.ToList();
        while (left.Count > 0)
        {
            var ask = new FetchRoster();
            ask.Users.AddRange(left.Take(Limits.Roster).Select(static user => ByteString.CopyFrom(user.ToArray())));
            var answer = await link.AskAsync(new ClientFrame { FetchRoster = ask });
            if (answer is not { BodyCase: ServerFrame.BodyOneofCase.RosterPage, RosterPage: { Answered: > 0 } page } || page.Answered > ask.Users.Count) return null;
            foreach (var person in page.People)
            {
                // Whom nobody asked for is no member: what the server adds on its own gets nothing.
                if (person.Person is not { } named || !UserId.TryRead(named.User.Span, out var user) || !left.Contains(user)) continue;
                found[user] = _book.Verify(person.Devices, user, named.Username);
            }

            left.RemoveRange(0, (int)page.Answered);
        }

        return found;
    }

    public IReadOnlyList<VerifiedDevice> Others(IEnumerable<VerifiedDevice> devices) => [.. devices.Where(device => device.Device != credentials.Identity.Device)];

    private PersonOutcome Judge(PersonFound found, UserId? user, string username)
    {
        var devices = _book.Verify(found.Devices, user, username);
        if (devices.Encryption is [var first, ..]) return new PersonOutcome.Found(new CertifiedPerson(first.User, first.Username, devices.Encryption, devices.Invalid));
        return new PersonOutcome.Waiting(devices.Invalid is { } invalid
            ? $"Waiting for {username}: {invalid} The message is kept."
            : $"Waiting for {username}, who has no device that can receive yet. The message is kept and goes out then.");
    }
}
