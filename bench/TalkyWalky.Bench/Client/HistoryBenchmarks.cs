using BenchmarkDotNet.Attributes;
using TalkyWalky.Client;
using TalkyWalky.Client.Store;
using TalkyWalky.Wire;

namespace TalkyWalky.Bench.Client;

/// <summary>A client's store with one long conversation.</summary>
public class HistoryBenchmarks
{
    private const int Page = 50, Batch = 5000;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("talkywalky-history-");
    private ProfileFolder _profile = null!;
    private HistoryWriter _writer = null!;
    private long _contact, _middle;

    [Params(1_000_000)]
    public int Messages { get; set; }

    [GlobalSetup]
    public async Task FillAsync()
    {
        var (me, peer) = (UserId.New(), UserId.New());
        _profile = ProfileFolder.Open(Path.Combine(_folder.FullName, "profile"), "a passphrase for measuring", create: true) is FolderOpening.Opened { Folder: var profile }
            ? profile
            : throw new InvalidOperationException("the profile to measure cannot be made");
        await _profile.Database.RunAsync(rows =>
        {
            rows.Messages.Owner = (me, "alice");
            _contact = rows.Contacts.Add("bob", peer, ConversationId.Direct(Digest.Sha256([]), me, peer)).Id;
            _writer = new HistoryWriter(peer, _contact, new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero));
        }, CancellationToken.None);
        while (_writer.Written < Messages) await _profile.Database.RunAsync(rows => _writer.Write(rows, Math.Min(Batch, Messages - _writer.Written)), CancellationToken.None);
        _middle = await _profile.Database.RunAsync(
            rows => rows.Number("SELECT position FROM message WHERE contact = ?1 ORDER BY position LIMIT 1 OFFSET ?2", _contact, Messages / 2), CancellationToken.None);
    }

    /// <summary>In a transaction of its own, on disk.</summary>
    [Benchmark]
    public Task AppendAsync() => _profile.Database.RunAsync(rows => _writer.Write(rows, 1), CancellationToken.None);

    [Benchmark]
    public Task NewestPageAsync() => _profile.Database.RunAsync(rows => rows.Messages.History(_contact, Page, null).Count, CancellationToken.None);

    [Benchmark]
    public Task MiddlePageAsync() => _profile.Database.RunAsync(rows => rows.Messages.History(_contact, Page, _middle).Count, CancellationToken.None);

    [GlobalCleanup]
    public async Task StopAsync()
    {
        await _profile.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
