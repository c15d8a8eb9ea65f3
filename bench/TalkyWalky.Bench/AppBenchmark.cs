using System.Diagnostics;
using TalkyWalky.Client;
using TalkyWalky.Client.Engine;
using TalkyWalky.Client.Own;
using TalkyWalky.Client.Store;
using TalkyWalky.Wire;

namespace TalkyWalky.Bench;

/// <summary>What the app asks of a profile that holds much: one long conversation among many, all of it unread, and many people.</summary>
internal sealed class AppBenchmark(int messages, int people, int conversations) : IDisposable
{
    private const int Batch = 500, ShortLength = 20, Repeats = 20;
    private const string Passphrase = "a passphrase for measuring";

    private static readonly Target Long = Target.Person("p0001");

    private readonly DirectoryInfo _folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"talkywalky-app-{Guid.NewGuid():n}"));
    private readonly UserId _me = UserId.New();
    private readonly DeviceId _device = DeviceId.New();

    public async Task<AppReport> RunAsync(CancellationToken cancellation)
    {
        await using (var profile = Open(create: true))
        {
            await FillAsync(profile.Database, cancellation);
        }

        var clock = Stopwatch.StartNew();
        await using (var profile = Open(create: false))
        {
            var opened = clock.Elapsed;
            return await MeasureAsync(profile.Database, opened, clock, cancellation);
        }
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private ProfileFolder Open(bool create) => ProfileFolder.Open(_folder.FullName, Passphrase, create) is FolderOpening.Opened { Folder: var folder }
        ? folder
        : throw new InvalidOperationException("the profile to measure cannot be opened");

    private async Task FillAsync(Database database, CancellationToken cancellation)
    {
        await database.RunAsync(rows => rows.Messages.Owner = (_me, "alice"), cancellation);
        var contacts = await database.RunAsync(rows => Enumerable.Range(1, people).Select(n => Add(rows, n)).ToList(), cancellation);
        var start = DateTimeOffset.UtcNow.AddSeconds(-30.0 * messages);
        await FillAsync(database, new HistoryWriter(contacts[0].User, contacts[0].Id, start), messages, cancellation);
        foreach (var (user, id) in contacts.Take(conversations).Skip(1)) await FillAsync(database, new HistoryWriter(user, id, start), ShortLength, cancellation);
        await database.RunAsync(static rows => rows.Execute("UPDATE message SET state = 2 WHERE state = 0"), cancellation);
    }

    private (UserId User, long Id) Add(Rows rows, int n)
    {
        var user = UserId.New();
        return (user, rows.Contacts.Add($"p{n:0000}", user, ConversationId.Direct(Digest.Sha256([]), _me, user)).Id);
    }

    private static async Task FillAsync(Database database, HistoryWriter writer, int count, CancellationToken cancellation)
    {
        while (writer.Written < count) await database.RunAsync(rows => writer.Write(rows, Math.Min(Batch, count - writer.Written)), cancellation);
    }

    private async Task<AppReport> MeasureAsync(Database database, TimeSpan opened, Stopwatch clock, CancellationToken cancellation)
    {
        await database.RunAsync(rows => rows.Messages.Owner = (_me, "alice"), cancellation);
        var environment = new ClientEnvironment(TimeProvider.System, new TalkyWalky.Pki.GeneratedKeys(), Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance);
        var desk = new ConversationDesk(database, new EventHub(database), environment);
        var drafts = new DraftDesk(database);
        if ((await desk.ListAsync(cancellation)).Count != conversations) throw new InvalidOperationException("not every conversation is listed");
        var first = clock.Elapsed;
        var middle = await database.RunAsync(
            rows => rows.Number("SELECT position FROM message WHERE contact = ?1 ORDER BY position LIMIT 1 OFFSET ?2", rows.Contacts.Find(Long)!.Id, messages / 2), cancellation);
        return new AppReport(
            messages, people, conversations, opened.TotalMilliseconds, first.TotalMilliseconds,
            await TimeAsync(() => desk.ListAsync(cancellation)),
            await TimeAsync(() => database.RunAsync(static rows => rows.Contacts.Everyone(), cancellation)),
            await TimeAsync(() => database.RunAsync(static rows => rows.Messages.History(rows.Contacts.Find(Long)!.Id, 50, null), cancellation)),
            await TimeAsync(() => database.RunAsync(rows => rows.Messages.History(rows.Contacts.Find(Long)!.Id, 50, middle), cancellation)),
            await TimeAsync(() => database.RunAsync(static rows => (rows.Outbox.Count(), rows.Pending.Count(), rows.Messages.Count()), cancellation)),
            await TimeAsync(() => database.RunAsync(static rows => rows.Conversations.Find(rows.Contacts.Find(Long)!.Id), cancellation)),
            await TimeAsync(() => drafts.KeepAsync(Long, "something begun", cancellation)),
            (await TimeAsync(() => desk.MarkReadAsync(Long, null, _device, cancellation), repeats: 1)).P99);
    }

    private static async Task<Percentiles> TimeAsync(Func<Task> act, int repeats = Repeats)
    {
        var ticks = new List<long>();
        for (var i = 0; i < repeats; i++)
        {
            var from = Stopwatch.GetTimestamp();
            await act();
            ticks.Add(Stopwatch.GetTimestamp() - from);
        }

        return Percentiles.Of(ticks);
    }
}
