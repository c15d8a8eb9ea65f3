using Google.Protobuf;
using TalkyWalky.Client.Connect;
using TalkyWalky.Client.Engine;
using TalkyWalky.Client.Enrol;
using TalkyWalky.Client.Status;
using TalkyWalky.Client.Store;
using TalkyWalky.Pki;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Client.Send;

/// <summary>A person as certificates say.</summary>
internal sealed record CertifiedPerson(UserId User, string Username, IReadOnlyList<VerifiedDevice> Encryption, string? Invalid);

/// <summary>A person as the server lists him, and what of the devices was verified.</summary>
internal sealed record ListedPerson(Person Person, VerifiedDevices Devices);

/// <summary>A person's devices without those that are revoked.</summary>
/// <param name="Invalid">Why devices were left out, a sentence; null when none was, or only such as are asleep.</param>
/// <param name="RevokedAt">Of one that the server lists nevertheless.</param>
/// <param name="Unknown">Why nothing may be sealed for this person now; null when it may.</param>
internal sealed record ScreenedDevices(IReadOnlyList<VerifiedDevice> Encryption, string? Invalid, DateTimeOffset? RevokedAt, string? Unknown);

internal abstract record PersonOutcome
{
    private PersonOutcome() { }

    public sealed record Found(CertifiedPerson Person) : PersonOutcome;

    /// <summary>For good: no such person, or not to be written to.</summary>
    public sealed record Refused(string Why) : PersonOutcome;

    public sealed record Waiting(string Why) : PersonOutcome;

    /// <summary>No device is listed that could receive.</summary>
    public sealed record Asleep(string Username, string Why) : PersonOutcome;

    /// <summary>The server lists devices, and all are revoked.</summary>
    public sealed record Revoked(string Why) : PersonOutcome;

    public sealed record Lost : PersonOutcome;
}

/// <summary>Looks people's devices up on one connection.</summary>
internal sealed class RosterDesk(GatewayLink link, Credentials credentials, KnownIssuing issuing, StatusBook status, TimeProvider time)
{
    private const string NoSense = "The server gave an answer that makes no sense to this program; it is asked again later.";

    private readonly DeviceBook _book = new(credentials, issuing, time);

    private UserId Self => credentials.Identity.User;

    /// <summary>A person by id if it is known, else by username.</summary>
    public async Task<PersonOutcome> FindAsync(UserId? user, string username)
    {
        var (listed, failed) = await LookUpAsync(user, username);
        return failed ?? Judge(listed!.Devices, username);
    }

    /// <summary>As <see cref="FindAsync"/>, also of who has no device that can receive; else why not.</summary>
    public async Task<(ListedPerson? Listed, PersonOutcome? Failed)> LookUpAsync(UserId? user, string username)
    {
        var lookup = user is { } id ? new Lookup { User = ByteString.CopyFrom(id.ToArray()) } : new Lookup { Username = username };
        switch (await link.AskAsync(new ClientFrame { Lookup = lookup }))
        {
            case null:
                return (null, new PersonOutcome.Lost());
            case { BodyCase: ServerFrame.BodyOneofCase.PersonFound, PersonFound: { Person: { } person } found }:
                return (new ListedPerson(person, _book.Verify(found.Devices, user, username)), null);
            case { BodyCase: ServerFrame.BodyOneofCase.Refused, Refused: { Code: RefusalCode.UnknownUser } }:
                return (null, new PersonOutcome.Refused($"There is nobody called \"{username}\" here; check the spelling."));
            case { BodyCase: ServerFrame.BodyOneofCase.Refused, Refused: { Code: RefusalCode.NotAllowed } refused }:
                return (null, new PersonOutcome.Refused(Sentences.Of(refused.Text)));
            case { BodyCase: ServerFrame.BodyOneofCase.Refused } refused:
                return (null, new PersonOutcome.Waiting(Sentences.Of(refused.Refused.Text)));
            default:
                return (null, new PersonOutcome.Waiting(NoSense));
        }
    }

    /// <summary>This person's other devices; else why the server does not tell them now, and when the connection is over neither.</summary>
    public async Task<(IReadOnlyList<VerifiedDevice>? Devices, string? Why)> OwnDevicesAsync() => await LookUpAsync(Self, credentials.Identity.Username) switch
    {
        ({ } listed, _) => (Judge(listed.Devices, credentials.Identity.Username) is PersonOutcome.Found found ? Others(found.Person.Encryption) : [], null),
        (_, PersonOutcome.Waiting waiting) => (null, waiting.Why),
        (_, PersonOutcome.Refused refused) => (null, refused.Why),
        _ => (null, null),
    };

    /// <summary>The devices of these people, by person; who has none that is awake is left out. Else why the server does not tell them now, and when the connection is over neither.</summary>
    public async Task<(Dictionary<UserId, VerifiedDevices>? Found, string? Why)> FindAllAsync(IReadOnlyCollection<UserId> users)
    {
        var found = new Dictionary<UserId, VerifiedDevices>(users.Count);
        var left = users.ToList();
        while (left.Count > 0)
        {
            var ask = new FetchRoster();
            ask.Users.AddRange(left.Take(Limits.Roster).Select(static user => ByteString.CopyFrom(user.ToArray())));
            var answer = await link.AskAsync(new ClientFrame { FetchRoster = ask });
            if (answer is null) return (null, null);
            if (answer is { BodyCase: ServerFrame.BodyOneofCase.Refused, Refused: var refused }) return (null, Sentences.Of(refused.Text));
            if (answer is not { BodyCase: ServerFrame.BodyOneofCase.RosterPage, RosterPage: { Answered: > 0 } page } || page.Answered > ask.Users.Count) return (null, NoSense);
            foreach (var person in page.People)
            {
                // Whom nobody asked for is no member: what the server adds on its own gets nothing.
                if (person.Person is not { } named || !UserId.TryRead(named.User.Span, out var user) || !left.Contains(user)) continue;
                found[user] = _book.Verify(person.Devices, user, named.Username);
            }

            left.RemoveRange(0, (int)page.Answered);
        }

        return (found, null);
    }

    public IReadOnlyList<VerifiedDevice> Others(IEnumerable<VerifiedDevice> devices) => [.. devices.Where(device => device.Device != credentials.Identity.Device)];

    /// <summary>Which of a person's devices may be sealed for now, by the CRLs that are here.</summary>
    public ScreenedDevices Screen(VerifiedDevices devices)
    {
        var good = new List<VerifiedDevice>(devices.Encryption.Count);
        DateTimeOffset? revokedAt = null;
        foreach (var (identity, encryption) in devices.Identity.Zip(devices.Encryption))
        {
            switch (status.Of(identity, encryption, StatusBook.Fresh))
            {
                case CertificateStatus.Unknown unknown:
                    return new ScreenedDevices([], devices.Invalid, RevokedAt: null, unknown.Why);
                case CertificateStatus.Revoked revoked:
                    revokedAt = revoked.At;
                    break;
                default:
                    good.Add(encryption);
                    break;
            }
        }

        var left = revokedAt is { } at ? $"a device of {devices.Username} is left out, because its certificate was revoked on {Sentences.Day(at, time.LocalTimeZone)}." : null;
        return new ScreenedDevices(good, devices.Invalid ?? left, revokedAt, Unknown: null);
    }

    private PersonOutcome Judge(VerifiedDevices devices, string username)
    {
        var screened = Screen(devices);
        if (screened.Unknown is { } unknown) return new PersonOutcome.Waiting(Sentences.Kept(unknown));
        if (screened.Encryption is [var first, ..]) return new PersonOutcome.Found(new CertifiedPerson(first.User, devices.Username!, screened.Encryption, screened.Invalid));
        if (screened.RevokedAt is { } at) return new PersonOutcome.Revoked(Sentences.NotSent(devices.Username!, at, time.LocalTimeZone));
        return screened.Invalid is { } invalid
            ? new PersonOutcome.Waiting($"Waiting for {username}: {invalid} The message is kept.")
            : new PersonOutcome.Asleep(username, $"Waiting for {username}, who has no device that can receive yet. The message is kept and goes out then.");
    }
}
