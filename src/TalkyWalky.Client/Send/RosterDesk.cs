using Google.Protobuf;
using TalkyWalky.Client.Connect;
using TalkyWalky.Client.Engine;
using TalkyWalky.Client.Enrol;
using TalkyWalky.Client.Log;
using TalkyWalky.Client.Status;
using TalkyWalky.Client.Store;
using TalkyWalky.Pki;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Client.Send;

/// <summary>A person as certificates say.</summary>
/// <param name="Until">Until when this counts.</param>
internal sealed record CertifiedPerson(UserId User, string Username, IReadOnlyList<VerifiedDevice> Encryption, string? Invalid, DateTimeOffset Until);

/// <summary>A person as the server lists him, and what of the devices was verified.</summary>
/// <param name="Approvals">Tokens that the server shows; those that the list of the devices names are verified.</param>
internal sealed record ListedPerson(Person Person, VerifiedDevices Devices, IReadOnlyList<ByteString> Approvals);

/// <summary>A person's devices without those that are revoked and those that the transparency log does not list.</summary>
/// <param name="Invalid">Why devices were left out, a sentence; null when none was, or only such as are asleep.</param>
/// <param name="RevokedAt">Of one that the server lists nevertheless.</param>
/// <param name="Unknown">Why nothing may be sealed for this person now; null when it may.</param>
internal sealed record ScreenedDevices(IReadOnlyList<VerifiedDevice> Encryption, string? Invalid, DateTimeOffset? RevokedAt, string? Unknown)
{
    /// <summary><see cref="Unknown"/> is likely over in a moment.</summary>
    public bool IsPassing { get; init; }
}

internal abstract record PersonOutcome
{
    private PersonOutcome() { }

    public sealed record Found(CertifiedPerson Person) : PersonOutcome;

    /// <summary>For good: no such person, or not to be written to.</summary>
    public sealed record Refused(string Why) : PersonOutcome;

    /// <param name="IsPassing">Likely over in a moment.</param>
    public sealed record Waiting(string Why, bool IsPassing = false) : PersonOutcome;

    /// <summary>No device is listed that could receive.</summary>
    public sealed record Asleep(string Username, string Why) : PersonOutcome;

    /// <summary>The server lists devices, and all are revoked.</summary>
    public sealed record Revoked(string Why) : PersonOutcome;

    public sealed record Lost : PersonOutcome;
}

/// <param name="Devices">Null when they are not known now.</param>
/// <param name="Until">Until when this counts.</param>
/// <param name="Why">Why the server does not tell them now, a sentence; null when it does, and when the connection is over.</param>
/// <param name="IsPassing">Likely over in a moment.</param>
internal sealed record OwnDevicesOutcome(IReadOnlyList<VerifiedDevice>? Devices, DateTimeOffset Until, string? Why, bool IsPassing);

/// <summary>Looks people's devices up on one connection.</summary>
internal sealed class RosterDesk(GatewayLink link, Credentials credentials, KnownIssuing issuing, StatusBook status, ListedDevices lists, TimeProvider time)
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
                var devices = await lists.JudgeAsync([new ToldDevices(found, user, username, _book.Verify(found.Devices, user, username))]);
                return (new ListedPerson(person, devices[0], found.Statement?.Approvals.ToArray() ?? []), null);
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

    /// <summary>This person's other devices.</summary>
    public async Task<OwnDevicesOutcome> OwnDevicesAsync()
    {
        var (listed, failed) = await LookUpAsync(Self, credentials.Identity.Username);
        if (listed is { Devices: var devices }) failed = devices.Unlisted is null ? null : Judge(devices, credentials.Identity.Username);
        return failed switch
        {
            PersonOutcome.Waiting waiting => new OwnDevicesOutcome(null, DateTimeOffset.MaxValue, waiting.Why, waiting.IsPassing),
            PersonOutcome.Refused refused => new OwnDevicesOutcome(null, DateTimeOffset.MaxValue, refused.Why, IsPassing: false),
            _ when listed is null => new OwnDevicesOutcome(null, DateTimeOffset.MaxValue, Why: null, IsPassing: false),
            _ => Judge(listed.Devices, credentials.Identity.Username) is PersonOutcome.Found { Person: var self }
                ? new OwnDevicesOutcome(Others(self.Encryption), self.Until, Why: null, IsPassing: false)
                : new OwnDevicesOutcome([], DateTimeOffset.MaxValue, Why: null, IsPassing: false),
        };
    }

    /// <summary>The devices of these people, by person; who has none that is awake is left out. Else why the server does not tell them now, and when the connection is over neither.</summary>
    public async Task<(Dictionary<UserId, VerifiedDevices>? Found, string? Why)> FindAllAsync(IReadOnlyCollection<UserId> users)
    {
        var told = new List<ToldDevices>(users.Count);
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
                told.Add(new ToldDevices(person, user, named.Username, _book.Verify(person.Devices, user, named.Username)));
            }

            left.RemoveRange(0, (int)page.Answered);
        }

        var devices = await lists.JudgeAsync(told);
        var found = new Dictionary<UserId, VerifiedDevices>(users.Count);
        for (var i = 0; i < told.Count; i++) found[told[i].User!.Value] = devices[i];
        return (found, null);
    }

    /// <summary>What the log says of these people is verified and remembered, for times without a server.</summary>
    public Task SeeAsync(IEnumerable<PersonFound> people) =>
        lists.SeeAsync([.. people.Where(static one => one is { Person: not null, Statement: not null })
            .Select(static one => UserId.TryRead(one.Person.User.Span, out var user) ? new ToldStatement(user, one.Person.Username, one.Statement, one.Devices) : null).OfType<ToldStatement>()]);

    public IReadOnlyList<VerifiedDevice> Others(IEnumerable<VerifiedDevice> devices) => [.. devices.Where(device => device.Device != credentials.Identity.Device)];

    /// <summary>Which of a person's devices may be sealed for now, by the CRLs that are here.</summary>
    public ScreenedDevices Screen(VerifiedDevices devices)
    {
        var good = new List<VerifiedDevice>(devices.Encryption.Count);
        DateTimeOffset? revokedAt = null;
        var listed = devices.List?.Devices.ToDictionary(static device => device.Device);
        var revoked = 0;
        foreach (var (identity, encryption) in devices.Identity.Zip(devices.Encryption))
        {
            switch (status.Of(identity, encryption, StatusBook.Fresh))
            {
                case CertificateStatus.Unknown unknown:
                    return new ScreenedDevices([], devices.Invalid, RevokedAt: null, unknown.Why);
                case CertificateStatus.Revoked { At: var at }:
                    revokedAt = at;
                    revoked++;
                    break;
                default:
                    if (listed?.GetValueOrDefault(identity.Device) is { } entry && entry.Identity == identity.CertificateHash && entry.Encryption == encryption.CertificateHash) good.Add(encryption);
                    break;
            }
        }

        if (devices.Unlisted is { } unlisted && (revoked == 0 || revoked < devices.Identity.Count))
            return new ScreenedDevices([], devices.Invalid, revokedAt, unlisted) { IsPassing = true };

        var left = revokedAt is { } since ? $"a device of {devices.Username} is left out, because its certificate was revoked on {Sentences.Day(since, time.LocalTimeZone)}." : null;
        return new ScreenedDevices(good, devices.Invalid ?? left, revokedAt, Unknown: null);
    }

    private PersonOutcome Judge(VerifiedDevices devices, string username)
    {
        var screened = Screen(devices);
        if (screened.Unknown is { } unknown) return new PersonOutcome.Waiting(Sentences.Kept(unknown), screened.IsPassing);
        if (screened.Encryption is [var first, ..]) return new PersonOutcome.Found(new CertifiedPerson(first.User, devices.Username!, screened.Encryption, screened.Invalid, devices.Until));
        if (screened.RevokedAt is { } at) return new PersonOutcome.Revoked(Sentences.NotSent(devices.Username!, at, time.LocalTimeZone));
        return screened.Invalid is { } invalid
            ? new PersonOutcome.Waiting($"Waiting for {username}: {invalid} The message is kept.")
            : new PersonOutcome.Asleep(username, $"Waiting for {username}, who has no device that can receive yet. The message is kept and goes out then.");
    }
}
