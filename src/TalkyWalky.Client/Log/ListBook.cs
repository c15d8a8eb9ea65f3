using TalkyWalky.Client.Store;
using TalkyWalky.Pki.Log;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Client.Log;

/// <summary>
/// Which devices people have, as the log says (docs/protocol.md 3.3): the newest list of each, let in as it claims, never behind one that was seen before.
/// One connection's.
/// </summary>
internal sealed class ListBook(Database database, HeadCheck heads, Admissions admissions, LoggedLists lists, TimeProvider time, CancellationToken ended)
{
    private const int ParallelFrom = 8;

    public async Task<Dictionary<UserId, ListVerdict>> VerifyAsync(IReadOnlyList<ToldStatement> told)
    {
        var verdicts = new Dictionary<UserId, ListVerdict>(told.Count);
        var now = time.GetUtcNow();
        var good = new List<CheckedStatement>(told.Count);
        foreach (var ((statement, failed), one) in Each(told, one => Statements.Check(one, heads.Book, now, time.LocalTimeZone)).Zip(told))
        {
            if (statement is not null) good.Add(statement);
            else verdicts[one.User] = failed!;
        }

        good = await InTheLogAsync(good, verdicts);
        good = await JudgeAsync(good, verdicts);
        foreach (var statement in good) verdicts[statement.Told.User] = new ListVerdict.Verified(statement.List, statement.Head.Expires);
        return verdicts;
    }

    // Many heads are of one tree: it is asked for once.
    private async Task<List<CheckedStatement>> InTheLogAsync(List<CheckedStatement> statements, Dictionary<UserId, ListVerdict> verdicts)
    {
        var good = new List<CheckedStatement>(statements.Count);
        foreach (var tree in statements.GroupBy(static statement => (statement.Head.Size, statement.Head.Root)))
        {
            var verdict = await heads.EnsureAsync(tree.Key.Size, tree.Key.Root, tree.First().Told.Statement!.Head.Memory);
            if (verdict is HeadVerdict.Consistent) good.AddRange(tree);
            else foreach (var statement in tree) verdicts[statement.Told.User] = Waiting(verdict, statement.Told.Name);
        }

        return good;
    }

    private async Task<List<CheckedStatement>> JudgeAsync(List<CheckedStatement> statements, Dictionary<UserId, ListVerdict> verdicts)
    {
        var (seen, unknown) = await database.RunAsync(
            rows => (statements.ToDictionary(static one => one.Told.User, one => rows.Log.SeenList(one.Told.User)), Admissions.Unknown(rows, statements)), ended);
        var refused = new Dictionary<UserId, string>();
        foreach (var ((signer, why), (statement, device)) in Each(unknown, one => admissions.SignerOf(one.Statement, one.Device)).Zip(unknown))
        {
            if ((signer is null ? why : await admissions.RefusalAsync(statement, device, signer)) is { } refusal) refused.TryAdd(statement.Told.User, refusal);
        }

        var good = new List<CheckedStatement>(statements.Count);
        foreach (var statement in statements)
        {
            var user = statement.Told.User;
            if ((refused.GetValueOrDefault(user) ?? await ContradictionAsync(statement, seen[user])) is { } why) verdicts[user] = new ListVerdict.Waiting(why);
            else good.Add(statement);
        }

        await RememberAsync(good, seen, unknown);
        return good;
    }

    /// <summary>What in a list contradicts one that was seen before, a sentence; null when nothing does.</summary>
    private async Task<string?> ContradictionAsync(CheckedStatement statement, SeenList? seen)
    {
        var (name, head) = (statement.Told.Name, statement.Head);
        if (seen is null) return null;
        if (head.Seq < seen.Seq)
        {
            var why = $"The server shows an older list of {name}'s devices than one that this device has seen.";
            if (head.Time <= seen.SignedAt) return why; // an answer that a newer one overtook, or one that is brought back: it expires within the hour
            await AlarmAsync(statement, $"The transparency log says that an older list of {name}'s devices is the newest, although this device has seen a newer one: a device, or its revocation, is hidden. Nothing is sealed by it. ");
            return why;
        }

        if (head.Seq == seen.Seq && head.Leaf != seen.Hash)
        {
            await AlarmAsync(statement, $"The transparency log has two lists of {name}'s devices in one place: different people are shown different devices. Nothing is sealed by it. ");
            return $"The transparency log has two lists of {name}'s devices; tell your administrator.";
        }

        if (statement.List.Devices.FirstOrDefault(static device => device.LetIn.IsFirst) is not { } first || seen.First == first.Device) return null;
        await heads.Alarms.RaiseAsync(
            "a second first device", null, $"The transparency log says of a new device of {name} that it is the first one, although {name} had devices before. Nothing is sealed for it. ");
        return $"A new device of {name} came in as if it were the first; tell your administrator.";
    }

    // Proven to others only where the server shows the other list in the very same tree.
    private async Task AlarmAsync(CheckedStatement statement, string what)
    {
        LogEvidence? evidence = null;
        var keys = heads.Book.Keys!;
        if (await lists.AskAsync(statement.Told.User, new FetchDeviceLists { After = statement.Head.Seq - 1 }) is ListsOutcome.Shown shown)
        {
            evidence = shown.Lists
                .Select(one => new LogEvidence.HiddenList(statement.Told.Statement!.Head.ToByteArray(), one.Leaf.Data.ToByteArray(), one.Leaf.Index, Consistencies.Path(one.Leaf.Path)!) { Keys = keys.Tokens })
                .FirstOrDefault(one => one.Verify(keys.First) is not null);
        }

        await heads.Alarms.RaiseAsync("a hidden device list", evidence, what);
    }

    private async Task RememberAsync(List<CheckedStatement> good, Dictionary<UserId, SeenList?> seen, List<(CheckedStatement Statement, ListedDevice Device)> admitted)
    {
        var news = good.Where(statement => seen[statement.Told.User]?.Seq != statement.Head.Seq).ToList();
        if (news.Count == 0 && admitted.Count == 0) return;
        var users = good.Select(static statement => statement.Told.User).ToHashSet();
        await database.RunAsync(
            rows =>
            {
                foreach (var (statement, device) in admitted.Where(one => users.Contains(one.Statement.Told.User)))
                    rows.Log.SetAdmitted(statement.Told.User, device.Device, device.LetIn.Approval!.Value);
                foreach (var statement in news)
                {
                    var first = statement.List.Devices.FirstOrDefault(static device => device.LetIn.IsFirst)?.Device ?? seen[statement.Told.User]?.First;
                    rows.Log.SetSeenList(statement.Told.User, new SeenList(statement.Head.Seq, statement.Head.Leaf, statement.Head.Time, first));
                }
            },
            ended);
    }

    private static ListVerdict.Waiting Waiting(HeadVerdict verdict, string name) => new(verdict is HeadVerdict.Passing passing
        ? passing.Why
        : $"The server shows {name}'s devices in another transparency log than the one that this device knows; tell your administrator.");

    // Signatures take their time, and a large room has thousands.
    private static TResult[] Each<T, TResult>(IReadOnlyList<T> items, Func<T, TResult> check)
    {
        var results = new TResult[items.Count];
        if (items.Count < ParallelFrom)
        {
            for (var i = 0; i < results.Length; i++) results[i] = check(items[i]);
        }
        else
        {
            Parallel.For(0, results.Length, i => results[i] = check(items[i]));
        }

        return results;
    }
}
