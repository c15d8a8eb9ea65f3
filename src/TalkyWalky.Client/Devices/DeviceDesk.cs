using Microsoft.Extensions.Logging;
using TalkyWalky.Client.Connect;
using TalkyWalky.Client.Engine;
using TalkyWalky.Client.Enrol;
using TalkyWalky.Client.Send;
using TalkyWalky.Client.Store;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Devices;

/// <summary>The person's own devices: list, approval, revocation; and, while connected, what happens to them and this device's own certificates.</summary>
/// <param name="reconnect">Ends the connection and makes a new one.</param>
internal sealed class DeviceDesk(Database database, EventHub events, ClientEnvironment environment, ILogger log, Action reconnect) : IConnectionPart
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromHours(1), LookAgain = TimeSpan.FromMinutes(1);

    private readonly Signal _changed = new();
    private readonly DeviceNews _news = new(database, events, environment.Directions);
    private readonly LogNews _log = new(database, events, environment.Directions, environment.Time);
    private bool _isHinted;

    public async Task<DeviceAnswer> AnswerAsync(DeviceRequest request, CancellationToken cancellation)
    {
        using var credentials = await LoadAsync(cancellation);
        if (environment.Time.GetUtcNow() >= credentials.Identity.NotAfter) return new DeviceAnswer.Refused(Sentences.Expired(credentials.Identity.NotAfter));
        using var client = ClientOf(credentials);
        switch (await ReadAsync(client, credentials, cancellation))
        {
            case BookOutcome.Failed failed:
                return failed.Answer;
            case BookOutcome.Read { Book: var book } when request is DeviceRequest.List:
                return new DeviceAnswer.Devices(book.Devices);
            case BookOutcome.Read { Book: var book }:
                var (device, why) = book.Find(NameIn(request));
                return device is null ? new DeviceAnswer.Refused(why!) : await ChangeAsync(request, device, client, credentials, cancellation);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    /// <summary>The server says that devices of this person changed.</summary>
    public void DevicesChanged()
    {
        Interlocked.Exchange(ref _isHinted, true);
        _changed.Raise();
    }

    /// <summary>There is a newer head of the transparency log.</summary>
    public void HeadCame() => _changed.Raise();

    public async Task RunAsync(SendContext context)
    {
        var started = environment.Time.GetUtcNow();
        var isWhole = true;
        while (true)
        {
            var looked = environment.Time.GetTimestamp();
            var hasLooked = await LookAsync(context, isWhole);
            var isRaised = await _changed.WaitAsync(hasLooked ? LookEvery : LookAgain, environment.Time, context.Ended);
            isWhole = Interlocked.Exchange(ref _isHinted, false) || !hasLooked || !isRaised;
            if (!isWhole) isWhole = await PauseAsync(looked, context.Ended);

            // Certificates are renewed between two connections, for every part of a connection uses the ones that it began with.
            var now = environment.Time.GetUtcNow();
            if (now - started < LookEvery || !Renewal.IsDue(context.Credentials, now)) continue;
            ClientLog.RenewalDue(log, context.Credentials.Identity.Device);
            reconnect();
            await Outbox.UntilEndedAsync(context.Ended);
            return;
        }
    }

    // Heads come whenever anybody's devices change.
    private async Task<bool> PauseAsync(long looked, CancellationToken ended)
    {
        while (LookAgain - environment.Time.GetElapsedTime(looked) is { Ticks: > 0 } left)
        {
            await _changed.WaitAsync(left, environment.Time, ended);
            if (Interlocked.Exchange(ref _isHinted, false)) return true;
        }

        return false;
    }

    /// <summary>Reads the log, then the server's list, and tells what is new. False when one could not be read, or is to be read once more.</summary>
    /// <param name="isWhole">The server's list is read even if the log has nothing new.</param>
    private async Task<bool> LookAsync(SendContext context, bool isWhole)
    {
        var news = await _log.ReadAsync(context);
        if (!isWhole && news is { Came.Count: 0, Went.Count: 0 }) return true;
        using var client = ClientOf(context.Credentials);
        var book = await ReadAsync(client, context.Credentials, context.Ended) is BookOutcome.Read read ? read.Book : null;
        if (book is not null) await _news.TellAsync(book.Devices, context.Ended);
        return news is not null && await _log.TellAsync(context, news, book) && book is not null;
    }

    private async Task<BookOutcome> ReadAsync(AuthorityClient client, Credentials credentials, CancellationToken cancellation)
    {
        var outcome = await client.DevicesAsync(cancellation);
        return outcome is HttpOutcome.Answered { IsSuccess: true } answered && DeviceBook.TryRead(answered.Body, credentials, environment.Time.GetUtcNow()) is { } book
            ? new BookOutcome.Read(book)
            : new BookOutcome.Failed(BookOutcome.Explain(outcome));
    }

    private async Task<DeviceAnswer> ChangeAsync(
        DeviceRequest request, DeviceInfo device, AuthorityClient client, Credentials credentials, CancellationToken cancellation)
    {
        // Whoever does it need not be told.
        if (request is DeviceRequest.Approve) await database.RunAsync(rows => LogNews.LetIn(rows, device.Device), cancellation);
        var outcome = request switch
        {
            DeviceRequest.Approve => await client.ApproveAsync(device.Device, Approve(device, credentials), cancellation),
            DeviceRequest.Reject => await client.RejectAsync(device.Device, cancellation),
            DeviceRequest.Revoke => await client.RevokeAsync(device.Device, cancellation),
            DeviceRequest.Rename rename => await client.NameAsync(device.Device, rename.Name.Trim(), cancellation),
            _ => throw new InvalidOperationException($"unknown request {request.GetType().Name}"),
        };
        if (outcome is not HttpOutcome.Answered { IsSuccess: true } answered || DeviceBook.Read(answered.Body, credentials, environment.Time.GetUtcNow()) is not { } changed)
            return BookOutcome.Explain(outcome);
        await _news.KnowAsync(changed, cancellation);
        return new DeviceAnswer.Done(changed);
    }

    private byte[] Approve(DeviceInfo device, Credentials credentials)
    {
        if (!Digest.TryParse(device.KeyFingerprint, out var hash)) throw new System.Diagnostics.UnreachableException();
        using var key = credentials.OpenIdentityKey();
        var now = DateTimeOffset.FromUnixTimeMilliseconds(environment.Time.GetUtcNow().ToUnixTimeMilliseconds());
        return new DeviceApproval(credentials.Identity.User, device.Device, hash, now).Sign(credentials.Identity, key, credentials.Chain);
    }

    private static string NameIn(DeviceRequest request) => request switch
    {
        DeviceRequest.Approve one => one.Device,
        DeviceRequest.Reject one => one.Device,
        DeviceRequest.Revoke one => one.Device,
        DeviceRequest.Rename one => one.Device,
        _ => throw new InvalidOperationException($"unknown request {request.GetType().Name}"),
    };

    private AuthorityClient ClientOf(Credentials credentials) => new(
        credentials.Profile.Host, credentials.Profile.Port, credentials.Anchor, credentials.Profile.Issuing, credentials.TlsIdentity(), environment.Time);

    private async Task<Credentials> LoadAsync(CancellationToken cancellation) =>
        await database.RunAsync(rows => Credentials.Load(rows, environment.Time.GetUtcNow()), cancellation)
        ?? throw new ProfileDamagedException("its certificates are missing");
}
