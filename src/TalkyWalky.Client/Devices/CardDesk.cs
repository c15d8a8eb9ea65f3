using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Client.Engine;
using TalkyWalky.Client.Enrol;
using TalkyWalky.Client.Send;
using TalkyWalky.Client.Status;
using TalkyWalky.Client.Store;
using TalkyWalky.Pki;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Devices;

/// <summary>
/// Cards of people: what certificates say of their devices, verified here when it is asked. Without a connection there is only what this profile holds itself: the own
/// certificate.
/// </summary>
internal sealed class CardDesk(Database database, People people, StatusBook status, Self self, ClientEnvironment environment) : IConnectionPart
{
    private const int MaxShown = 1000;

    private SendContext? _context;

    public async Task<DeviceAnswer> AnswerAsync(string user, CancellationToken cancellation)
    {
        var username = user.Trim();
        if (username.Length is 0 or > Limits.RoomName) return new DeviceAnswer.Refused("Name the person by username.");
        if (Volatile.Read(ref _context) is not { } context) return await OfflineAsync(username, cancellation);
        // Of two people who had one name it is the one that is written to.
        var known = await database.RunAsync(rows => rows.Contacts.Find(username)?.User, cancellation);
        var (listed, failed) = await context.Rosters.LookUpAsync(known, username).WaitAsync(cancellation);
        if (listed is null) return Explain(failed!);
        return await people.MeetAsync(listed.Person, context) is { } person
            ? Card(person, listed, context)
            : new DeviceAnswer.Refused("The server's answer names nobody; tell your administrator.");
    }

    public async Task RunAsync(SendContext context)
    {
        Volatile.Write(ref _context, context);
        try
        {
            await Outbox.UntilEndedAsync(context.Ended);
        }
        finally
        {
            Volatile.Write(ref _context, null);
        }
    }

    private DeviceAnswer.Person Card(PersonInfo told, ListedPerson listed, SendContext context)
    {
        var devices = listed.Devices;
        // Who it is, certificates say.
        var person = devices.Identity is [var first, ..] ? told with { User = first.User, Username = first.Username } : told;
        var trouble = devices.Invalid is { } invalid ? Sentences.Of(invalid) : devices.Unlisted;
        return new DeviceAnswer.Person(person, self.Organisation, self.Domain, [.. devices.Identity.Zip(devices.Encryption).Take(MaxShown).Select(device => Certified(device) with { LetIn = LetIn(device.First.Device, listed, context) })], trouble);
    }

    private async Task<DeviceAnswer> OfflineAsync(string username, CancellationToken cancellation)
    {
        if (!string.Equals(username, self.Username, StringComparison.OrdinalIgnoreCase))
            return new DeviceAnswer.Unreachable($"There is no connection to the server; the devices of {username} are verified when it is back.");
        var (credentials, name) = await database.RunAsync(
            rows => (Credentials.Load(rows, environment.Time.GetUtcNow()), rows.Names.Shown(self.User)), cancellation);
        using var own = credentials ?? throw new ProfileDamagedException("its certificates are missing");
        var person = new PersonInfo(self.User, self.Username, "", PersonPresence.Unknown, LastSeen: null, name);
        return new DeviceAnswer.Person(
            person, self.Organisation, self.Domain, [Certified((own.Identity, own.Encryption))], "There is no connection to the server: of your devices only this one is shown.");
    }

    private CertifiedDevice Certified((VerifiedDevice Identity, VerifiedDevice Encryption) device)
    {
        var identity = device.Identity;
        var (standing, revokedAt) = status.Of(identity, device.Encryption, StatusBook.Fresh) switch
        {
            CertificateStatus.Good => (CertificateStanding.Good, (DateTimeOffset?)null),
            CertificateStatus.Revoked revoked => (CertificateStanding.Revoked, revoked.At),
            _ => (CertificateStanding.Unknown, null),
        };
        using var certificate = X509CertificateLoader.LoadCertificate(identity.Der.Span);
        return new CertifiedDevice(
            identity.Device, Convert.ToHexStringLower(certificate.SerialNumberBytes.Span), identity.CertificateHash.ToString(), identity.NotBefore, identity.NotAfter,
            standing, status.CheckedAt(identity), revokedAt, LetIn: null);
    }

    private static DeviceAdmission? LetIn(DeviceId device, ListedPerson person, SendContext context)
    {
        if (person.Devices.List?.Devices.FirstOrDefault(one => one.Device == device) is not { } listed) return null;
        if (listed.LetIn.Approval is not { } hash) return new DeviceAdmission(listed.LetIn.ByAdministrator ? AdmittedBy.Administrator : AdmittedBy.First, Device: null, At: null);
        return person.Approvals.FirstOrDefault(token => Digest.Sha256(token.Span) == hash) is { } token
            && DeviceApproval.TryVerify(token.Span, context.Credentials.Anchor, context.Issuing, at: null) is var (approval, signer)
                ? new DeviceAdmission(AdmittedBy.Device, signer.Device, approval.Time)
                : null;
    }

    private static DeviceAnswer Explain(PersonOutcome failed) => failed switch
    {
        PersonOutcome.Refused refused => new DeviceAnswer.Refused(refused.Why),
        PersonOutcome.Waiting waiting => new DeviceAnswer.Unreachable(waiting.Why),
        _ => new DeviceAnswer.Unreachable("The connection broke before the server answered; ask again when it is back."),
    };
}
