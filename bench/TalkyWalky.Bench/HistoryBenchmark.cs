using System.Diagnostics;
using TalkyWalky.Client;
using TalkyWalky.Client.Store;
using TalkyWalky.Wire;

namespace TalkyWalky.Bench;

/// <summary>
/// One profile with one long conversation, filled (<see cref="HistoryWriter"/>) and read through the client's own store.
/// </summary>
internal sealed class HistoryBenchmark(int messages) : IDisposable
{
    private const int Batch = 500, Page = 50, ExportPage = 500, Singles = 200, Repeats = 100;

    private readonly DirectoryInfo _folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"talkywalky-history-{Guid.NewGuid():n}"));
    private readonly UserId _me = UserId.New();
    private readonly UserId _peer = UserId.New();
    private HistoryWriter? _writer;
    private long _contact;

    public async Task<HistoryReport> RunAsync(CancellationToken cancellation)
    {
        if (ProfileFolder.Open(_folder.FullName, "a passphrase for measuring", create: true) is not FolderOpening.Opened { Folder: var profile })
            throw new InvalidOperationException("the profile to measure cannot be made");
        await using (profile)
        {
            var database = profile.Database;
            await database.RunAsync(Prepare, cancellation);
            var first = await FillAsync(database, messages / 10, cancellation);
            await FillAsync(database, messages * 9 / 10, cancellation);
            var last = await FillAsync(database, messages, cancellation);
            var single = await SinglesAsync(database, cancellation);
            var newest = await PageAsync(database, null, cancellation);
            var middle = await PageAsync(database, await PositionAsync(database, messages / 2, cancellation), cancellation);
            var oldest = await PageAsync(database, await PositionAsync(database, Page, cancellation), cancellation);
            var export = await ExportAsync(database, cancellation);
            var size = new FileInfo(Path.Combine(_folder.FullName, "profile.db")).Length;
            return new HistoryReport(messages, first, last, single, newest, middle, oldest, export, await ClearAsync(database, cancellation), size);
        }
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private void Prepare(Rows rows)
    {
        rows.Messages.Owner = (_me, "alice");
        _contact = rows.Contacts.Add("bob", _peer, ConversationId.Direct(Digest.Sha256([]), _me, _peer)).Id;
        _writer = new HistoryWriter(_peer, _contact, new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero));
    }

    /// <summary>Messages a second until the store holds so many.</summary>
    private async Task<double> FillAsync(Database database, int until, CancellationToken cancellation)
    {
        var (before, clock) = (_writer!.Written, Stopwatch.StartNew());
        while (_writer.Written < until) await database.RunAsync(rows => _writer.Write(rows, Math.Min(Batch, until - _writer.Written)), cancellation);
        return (_writer.Written - before) / clock.Elapsed.TotalSeconds;
    }

    private async Task<Percentiles> SinglesAsync(Database database, CancellationToken cancellation)
    {
        var ticks = new List<long>(Singles);
        for (var i = 0; i < Singles; i++)
        {
            var from = Stopwatch.GetTimestamp();
            await database.RunAsync(rows => _writer!.Write(rows, 1), cancellation);
            ticks.Add(Stopwatch.GetTimestamp() - from);
        }

        return Percentiles.Of(ticks);
    }

    private async Task<long> PositionAsync(Database database, int index, CancellationToken cancellation) => await database.RunAsync(
        rows => rows.Number("SELECT position FROM message WHERE contact = ?1 ORDER BY position LIMIT 1 OFFSET ?2", _contact, index), cancellation);

    private async Task<Percentiles> PageAsync(Database database, long? before, CancellationToken cancellation)
    {
        var ticks = new List<long>(Repeats);
        for (var i = 0; i < Repeats; i++)
        {
            var from = Stopwatch.GetTimestamp();
            var page = await database.RunAsync(rows => rows.Messages.History(_contact, Page, before), cancellation);
            ticks.Add(Stopwatch.GetTimestamp() - from);
            if (page.Count != Page) throw new InvalidOperationException($"a page has {page.Count} messages");
        }

        return Percentiles.Of(ticks);
    }

    private async Task<double> ClearAsync(Database database, CancellationToken cancellation)
    {
        await database.RunAsync(static rows => rows.Execute("UPDATE message SET state = 1 WHERE state = 0"), cancellation);
        var clock = Stopwatch.StartNew();
        if (await HistoryClearing.ClearAsync(database, Target.Person("bob"), cancellation) is not { } cleared || cleared < messages)
            throw new InvalidOperationException("not everything was cleared");
        return clock.Elapsed.TotalSeconds;
    }

    /// <summary>Seconds to read everything, page by page, as the export does.</summary>
    private async Task<double> ExportAsync(Database database, CancellationToken cancellation)
    {
        var (clock, after) = (Stopwatch.StartNew(), 0L);
        while (await database.RunAsync(rows => rows.Messages.HistoryAfter(_contact, ExportPage, after), cancellation) is { Count: > 0 } page) after = page[^1].Position;
        return clock.Elapsed.TotalSeconds;
    }
}
