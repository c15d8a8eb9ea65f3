using TalkyWalky.Client.Own;
using TalkyWalky.Client.Send;
using TalkyWalky.Client.Store;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Engine;

/// <summary>What a server says of a person's profile record: to be verified, never to be believed.</summary>
internal sealed record ToldProfile(UserId User, ReadOnlyMemory<byte> Token);

/// <summary>
/// The names that people want to be shown by, of contacts and of those only listed (docs/protocol.md section 2.6). Each record is verified once; of a person the highest
/// version seen stays, whatever the server says later.
/// </summary>
internal sealed class ShownNames(Database database)
{
    /// <summary>Verifying takes about a millisecond; of more people than this the oldest known are verified again.</summary>
    private const int MaxKnown = 10_000;

    private const int ParallelFrom = 8;

    private readonly Lock _gate = new();
    private readonly Dictionary<UserId, (Digest Token, ShownName Name)> _known = [];

    /// <summary>Null when the person said none, or the directory's.</summary>
    public string? Of(UserId user)
    {
        lock (_gate) return _known.TryGetValue(user, out var known) && known.Name.Name.Length > 0 ? known.Name.Name : null;
    }

    /// <summary>Verifies and keeps. Returns those whose name is now another one.</summary>
    public async Task<HashSet<UserId>> LearnAsync(IEnumerable<ToldProfile> told, SendContext context)
    {
        var unknown = told.Where(static one => !one.Token.IsEmpty).Select(static one => (Hash: Digest.Sha256(one.Token.Span), Told: one)).Where(one => !IsKnown(one.Told.User, one.Hash)).ToList();
        if (unknown.Count == 0) return [];
        var records = unknown.Count < ParallelFrom
            ? unknown.ConvertAll(Verify)
            : await Task.Run(() => unknown.AsParallel().AsOrdered().Select(Verify).ToList(), context.Ended);
        records.RemoveAll(static one => one.Record is null);
        return records.Count == 0 ? [] : await KeepAsync(records.ConvertAll(static one => (one.Hash, one.Record!)));

        (Digest Hash, ProfileRecord? Record) Verify((Digest Hash, ToldProfile Told) one) =>
            (one.Hash, ProfileRecord.TryVerify(one.Told.Token.Span, context.Credentials.Anchor, context.Issuing) is { } record && record.User == one.Told.User ? record : null);
    }

    /// <summary>A contact that came after its name was learned gets it.</summary>
    public async Task GiveAsync(IEnumerable<UserId> contacts)
    {
        List<ProfileRecord> records;
        lock (_gate)
        {
            records = [.. contacts.Where(_known.ContainsKey).Select(user => (user, _known[user].Name)).Select(static one =>
                new ProfileRecord(one.user, one.Name.Name, one.Name.Version, one.Name.Time))];
        }

        if (records.Count > 0) await database.RunAsync(rows => records.ForEach(record => rows.Names.Keep(record)), CancellationToken.None);
    }

    private async Task<HashSet<UserId>> KeepAsync(List<(Digest Token, ProfileRecord Record)> records)
    {
        var newest = await database.RunAsync(rows => records.ConvertAll(one => (one.Token, one.Record.User, Name: Keep(rows, one.Record))), CancellationToken.None);
        var changed = new HashSet<UserId>();
        lock (_gate)
        {
            if (_known.Count + newest.Count > MaxKnown) _known.Clear();
            foreach (var (token, user, name) in newest)
            {
                var before = _known.TryGetValue(user, out var known) ? known : default;
                if (before.Name is { } older && older.Version > name.Version) continue;
                if (!string.Equals(before.Name?.Name ?? "", name.Name, StringComparison.Ordinal)) changed.Add(user);
                _known[user] = (token, name);
            }
        }

        return changed;
    }

    private static ShownName Keep(Rows rows, ProfileRecord record)
    {
        if (rows.Names.Keep(record) && record.User == rows.Messages.Owner.User) NameHistory.Add(rows, record.Name, record.Time, device: default, isDue: false);
        return rows.Names.Of(record.User) ?? new ShownName(record.Name, record.Version, record.Time);
    }

    private bool IsKnown(UserId user, Digest token)
    {
        lock (_gate) return _known.TryGetValue(user, out var known) && known.Token == token;
    }
}
