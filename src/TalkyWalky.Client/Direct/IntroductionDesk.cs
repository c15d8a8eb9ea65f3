using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using TalkyWalky.Client.Connect;
using TalkyWalky.Client.Engine;
using TalkyWalky.Client.Enrol;
using TalkyWalky.Client.Send;
using TalkyWalky.Client.Status;
using TalkyWalky.Client.Store;
using TalkyWalky.Pki;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Direct;

/// <summary>
/// What the authority said last of people's devices (docs/protocol.md section 9): asked for while there is a server, kept for when there is none. A certificate that the CA signed and the
/// authority did not name is refused in direct mode.
/// </summary>
internal sealed class IntroductionDesk(Database database, ConnectionStatus connection, ClientEnvironment environment, ILogger log) : IConnectionPart
{
    /// <summary>Those whom one wrote to last.</summary>
    private const int MaxPeople = 100;

    private static readonly TimeSpan AskEvery = TimeSpan.FromMinutes(30), AskAgain = TimeSpan.FromMinutes(1), Patience = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<UserId, Introduction> _kept = [];
    private readonly Signal _wanted = new();
    private volatile bool _isLoaded, _isListening;

    private DateTimeOffset Now => environment.Time.GetUtcNow();

    /// <summary>Before a direct connection is made or waited for. Why the authority wants none with this person, as a sentence; else null.</summary>
    public async Task<string?> PrepareAsync(DirectRequest request, CancellationToken cancellation)
    {
        var listens = request is DirectRequest.Listen || (request is not DirectRequest.Stop && _isListening);
        if (listens && !_isListening) _wanted.Raise();
        _isListening = listens;
        if (request is not (DirectRequest.Connect or DirectRequest.Listen) || (request is DirectRequest.Listen && _isLoaded)) return null;
        using var credentials = await database.RunAsync(rows => Credentials.Load(rows, Now), cancellation) ?? throw new ProfileDamagedException("its certificates are missing");
        await LoadAsync(credentials, cancellation);
        if (request is not DirectRequest.Connect connect || connection.Now.State is not (ConnectionState.Online or ConnectionState.Connecting)) return null;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        try
        {
            var name = connect.User.Trim();
            using var client = ClientOf(credentials);
            var known = await database.RunAsync(rows => rows.Contacts.Find(name)?.User, cancellation);
            return await AskAsync(client, credentials, known, name, patience.Token) is { Status: HttpStatusCode.Forbidden } refused ? refused.Detail : null;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return null; // as without a server
        }
    }

    /// <summary>While this device waits for others: asks about the people whom it knows, now and again.</summary>
    public async Task RunAsync(SendContext context)
    {
        while (true)
        {
            var hasAnswers = !_isListening || await AskAllAsync(context.Credentials, context.Ended);
            await _wanted.WaitAsync(hasAnswers ? AskEvery : AskAgain, environment.Time, context.Ended);
        }
    }

    /// <summary>The newest of this person that still counts.</summary>
    public Introduction? Of(UserId user) => _kept.TryGetValue(user, out var said) && Now - said.Time <= StatusBook.FreshWithoutServer ? said : null;

    /// <summary>Whom the authority calls by this name; null when it did not say.</summary>
    public UserId? UserOf(string username) => _kept.Values.Where(said => string.Equals(said.Username, username, StringComparison.OrdinalIgnoreCase))
        .MaxBy(static said => said.Time) is { } newest ? Of(newest.User)?.User : null;

    /// <summary>Why this certificate is not believed, as sentences; null when it is named, or there is no introduction.</summary>
    public string? Refusal(VerifiedDevice there) => Of(there.User) is { } said && !said.Allows(there)
        ? $"This is not a device that the authority named for {there.Username} on {Sentences.Moment(said.Time, environment.Time.LocalTimeZone)}; nothing was sent. Try again when the server is back."
        : null;

    private async Task LoadAsync(Credentials credentials, CancellationToken cancellation)
    {
        if (_isLoaded) return;
        foreach (var token in await database.RunAsync(static rows => rows.Introductions.All(), cancellation))
        {
            if (Introduction.TryVerify(token, credentials.Anchor, credentials.Issuing) is { } said) Keep(said);
        }

        _isLoaded = true;
    }

    /// <summary>False when the authority could not be asked about everybody.</summary>
    private async Task<bool> AskAllAsync(Credentials credentials, CancellationToken cancellation)
    {
        await LoadAsync(credentials, cancellation);
        var people = await database.RunAsync(
            static rows => rows.Conversations.Open().Where(static one => !one.Target.IsRoom).Take(MaxPeople).Select(one => rows.Contacts.Find(one.Conversation)).OfType<Contact>().ToList(), cancellation);
        using var client = ClientOf(credentials);
        foreach (var person in people)
        {
            if (person.User is not { } user || (Of(user) is { } said && Now - said.Time < AskEvery / 2)) continue;
            if (await AskAsync(client, credentials, user, person.Username, cancellation) is null) return false;
        }

        return true;
    }

    /// <summary>The authority's answer, kept if it is an introduction; null when it could not be asked.</summary>
    private async Task<HttpOutcome.Answered?> AskAsync(AuthorityClient client, Credentials credentials, UserId? user, string username, CancellationToken cancellation)
    {
        if (!Digest.TryRead(RandomNumberGenerator.GetBytes(Digest.Size), out var nonce)) throw new System.Diagnostics.UnreachableException();
        if (await client.IntroduceAsync(nonce, user, username, cancellation) is not HttpOutcome.Answered answered) return null;
        if (!answered.IsSuccess) return answered; // nobody of this name, disabled, or an authority from before introductions
        if (Introduction.TryVerify(answered.Body, credentials.Anchor, credentials.Issuing) is not { } said
            || !said.Answers(nonce, credentials.Identity.User, credentials.Identity.Device, user, username, Now))
        {
            ClientLog.IntroductionRefused(log);
            return answered;
        }

        await database.RunAsync(rows => rows.Introductions.Save(said.User, said.Time, answered.Body, Now - StatusBook.FreshWithoutServer), cancellation);
        Keep(said);
        return answered;
    }

    private void Keep(Introduction said) => _kept.AddOrUpdate(said.User, said, (_, before) => said.Time >= before.Time ? said : before);

    private AuthorityClient ClientOf(Credentials credentials) => new(
        credentials.Profile.Host, credentials.Profile.Port, credentials.Anchor, credentials.Profile.Issuing, credentials.TlsIdentity(), environment.Time);
}
