using TalkyWalky.Client.Engine;
using TalkyWalky.Client.Send;
using TalkyWalky.Client.Store;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Client.Own;

/// <summary>The name that the person wants to be shown by: a record that this device signs and the server keeps (docs/protocol.md section 2.6).</summary>
internal sealed class NameDesk(Database database, ShownNames names, ClientEnvironment environment)
{
    private const int MaxTries = 3;

    public Task<OwnAnswer> HistoryAsync(CancellationToken cancellation) => database.RunAsync<OwnAnswer>(
        static rows => new OwnAnswer.Names(rows.Names.Shown(rows.Messages.Owner.User) ?? rows.Messages.Owner.Username, NameHistory.Read(rows)), cancellation);

    public async Task<OwnAnswer> ClearHistoryAsync(DeviceId device, CancellationToken cancellation)
    {
        var now = environment.Time.GetUtcNow().ToUnixTimeMilliseconds();
        await database.RunAsync(rows => NameHistory.Clear(rows, now, device), cancellation);
        return new OwnAnswer.Done();
    }

    /// <param name="name">Empty: the directory's.</param>
    /// <param name="context">Null when there is no connection.</param>
    public async Task<OwnAnswer> SetAsync(string name, SendContext? context, CancellationToken cancellation)
    {
        if (name.Length > 0 && ProfileRecord.Problem(name) is { } problem) return new OwnAnswer.Refused($"{Sentences.Of(problem)} Choose another name.");
        if (context is null) return Unreachable();
        for (var tries = 1; ; tries++)
        {
            // Another device of this person may have set one that this device has not seen yet.
            if (!await LearnOwnAsync(context)) return Unreachable();
            var record = await SignAsync(name, context, cancellation);
            switch (await context.Link.AskAsync(new ClientFrame { SetProfile = new SetProfile { Record = Google.Protobuf.UnsafeByteOperations.UnsafeWrap(record.Token) } }))
            {
                case null:
                    return Unreachable();
                case { BodyCase: ServerFrame.BodyOneofCase.Accepted }:
                    await KeepAsync(record.Record, context.Credentials.Identity.Device);
                    await names.LearnAsync([new ToldProfile(record.Record.User, record.Token)], context);
                    return new OwnAnswer.Done();
                case { BodyCase: ServerFrame.BodyOneofCase.Refused, Refused: var refused } when tries == MaxTries || refused.Code is RefusalCode.Malformed or RefusalCode.NotAllowed:
                    return new OwnAnswer.Refused(Sentences.Of(refused.Text));
                case { BodyCase: ServerFrame.BodyOneofCase.Refused }:
                    continue;
                default:
                    return new OwnAnswer.Unreachable("The server gave an answer that makes no sense; the name is as it was.");
            }
        }
    }

    /// <summary>Asks the server for the person's own record. False when the connection is over.</summary>
    public async Task<bool> LearnOwnAsync(SendContext context)
    {
        var self = context.Credentials.Identity.User;
        var answer = await context.Link.AskAsync(new ClientFrame { Lookup = new Lookup { User = Google.Protobuf.ByteString.CopyFrom(self.ToArray()) } });
        if (answer is null) return false;
        if (answer is { BodyCase: ServerFrame.BodyOneofCase.PersonFound, PersonFound.Person: { } person })
            await names.LearnAsync([new ToldProfile(self, person.Profile.Memory)], context);
        return true;
    }

    private async Task<(ProfileRecord Record, byte[] Token)> SignAsync(string name, SendContext context, CancellationToken cancellation)
    {
        var credentials = context.Credentials;
        var known = await database.RunAsync(rows => rows.Names.Of(credentials.Identity.User), cancellation);
        var now = DateTimeOffset.FromUnixTimeMilliseconds(environment.Time.GetUtcNow().ToUnixTimeMilliseconds());
        var record = new ProfileRecord(credentials.Identity.User, name, (known?.Version ?? 0) + 1, now);
        using var key = credentials.OpenIdentityKey();
        return (record, record.Sign(credentials.Identity, key, credentials.Chain));
    }

    private Task KeepAsync(ProfileRecord record, DeviceId device) => database.RunAsync(
        rows =>
        {
            rows.Names.Keep(record);
            NameHistory.Add(rows, record.Name, record.Time, device, isDue: true);
        },
        CancellationToken.None);

    private static OwnAnswer.Unreachable Unreachable() => new("Everyone is to see the name, so it changes only while the server is reachable; try again when it is back.");
}
