using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using TalkyWalky.Engines;
using TalkyWalky.Engines.Embedded;
using TalkyWalky.Pki.Log;

namespace TalkyWalky.Authority.Tests.Log;

/// <summary>Another key of the log, also when the authority dies at any step of the change.</summary>
public sealed class LogKeyTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly TempFolder _folder = new();
    private readonly ManualTime _time = new(DateTimeOffset.UtcNow);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Replace_OfARunningAuthority_LogGoesOnUnderTheNewKeyAlone()
    {
        using var authority = TestAuthority.Make(_folder.Path, at: DateTimeOffset.UtcNow);
        await using var server = await LiveAuthority.StartAsync(authority: authority);
        using var alice = await server.JoinAsync("alice");
        var first = server.Service.Log.Keys;

        await server.Service.ReplaceLogKeyAsync("the yearly change", LiveAuthority.Administrator, None);
        var keys = await server.Service.ReplaceLogKeyAsync("once more", LiveAuthority.Administrator, None);
        using var bob = await server.JoinAsync("bob");
        await server.Service.Log.CatchUpAsync(None);

        Assert.Equal(2, keys.Statements.Count);
        Assert.Equal(first.First, keys.First);
        var published = (await server.Engines.Log.TreeHeadAsync(None))!;
        Assert.Equal(keys.Encode(), published.Keys);
        Assert.NotNull(TreeHead.TryVerify(published.Token, keys));
        Assert.Null(TreeHead.TryVerify(published.Token, first));
        using var answer = await server.AskAsync(bob, HttpMethod.Get, "/v1/log/keys");
        var told = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("keys").EnumerateArray().Select(static one => System.Text.Encoding.ASCII.GetBytes(one.GetString()!));
        Assert.Equal(keys.Statements, LogKeys.TryRead(first.First, told)!.Statements);
        var report = await LogReplay.AuditAsync(authority, server.Engines.Log);
        Assert.Empty(report.Faults);
        Assert.Equal(keys.Statements, report.Keys.Statements);
        Assert.NotNull(report.Head);

        using var again = Open();
        Assert.Equal(keys.Statements, again.Log.Keys.Statements);
        Assert.Equal(keys.Statements, CertificateAuthority.ReadLogKeys(_folder.File("ca")).Statements);
    }

    [Fact]
    public async Task Replace_EmptyLog_IsRefused()
    {
        using var authority = TestAuthority.Make(_folder.Path, at: _time.GetUtcNow());
        await using var engines = await OpenEnginesAsync();
        using var log = await OpenLogAsync(authority, engines, engines.Log);
        Assert.Contains("no entry yet", (await Assert.ThrowsAsync<AuthorityException>(() => log.ReplaceKeyAsync(None))).Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.File("ca/log.change")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Replace_KilledAtEveryStep_IsDoneWholeOrNotBegun(bool isDone)
    {
        var authority = TestAuthority.Make(_folder.Path, at: _time.GetUtcNow());
        await using var engines = await OpenEnginesAsync();
        await MadePeople.AddAsync(authority, engines.Store, 1, _time.GetUtcNow());
        var changes = 0;
        for (var step = await StepsBeforeAsync(authority, engines); ; step++)
        {
            var failing = new FailingLogStore(engines.Log, step, isDone);
            await DieAsync(authority, engines, failing);
            Assert.InRange(authority.Log.Keys.Statements.Count, changes, changes + 1);
            changes = authority.Log.Keys.Statements.Count;
            authority.Dispose();

            authority = Open();
            using var log = await OpenLogAsync(authority, engines, engines.Log);
            await log.CatchUpAsync(None);
            Assert.Equal((changes, false), (authority.Log.Keys.Statements.Count, authority.Log.IsChanging));
            await WholeAsync(authority, engines);
            if (!failing.HasFailed) break;
        }

        authority.Dispose();
        Assert.True(changes > 4);
    }

    [Fact]
    public async Task Replace_KilledBetweenTwoFiles_IsFinishedAtTheNextStart()
    {
        TestAuthority.Make(_folder.Path, at: _time.GetUtcNow()).Dispose();
        await using var engines = await OpenEnginesAsync();
        var oldKey = await File.ReadAllBytesAsync(_folder.File("ca/log.key"));
        using (var authority = Open())
        {
            await MadePeople.AddAsync(authority, engines.Store, 1, _time.GetUtcNow());
            using (var log = await OpenLogAsync(authority, engines, engines.Log)) await log.CatchUpAsync(None);
            var head = (await engines.Log.TreeHeadAsync(None))!;
            var tree = TreeHead.TryVerify(head.Token, authority.Log.Keys)!;
            authority.Log.Begin(tree.Size, tree.Root, tree.Time); // and no more
        }

        var change = await File.ReadAllBytesAsync(_folder.File("ca/log.change"));
        await FinishAsync();
        var (keys, key) = (await File.ReadAllBytesAsync(_folder.File("ca/log.keys")), await File.ReadAllBytesAsync(_folder.File("ca/log.key")));
        foreach (var left in new[] { oldKey, key })
        {
            await File.WriteAllBytesAsync(_folder.File("ca/log.change"), change);
            await File.WriteAllBytesAsync(_folder.File("ca/log.key"), left);
            await FinishAsync();
            Assert.Equal(keys, await File.ReadAllBytesAsync(_folder.File("ca/log.keys")));
        }

        async Task FinishAsync()
        {
            using var authority = Open();
            using (var log = await OpenLogAsync(authority, engines, engines.Log)) await log.CatchUpAsync(None);
            Assert.False(File.Exists(_folder.File("ca/log.change")));
            Assert.Single(authority.Log.Keys.Statements);
            Assert.Single(await LogReplay.EntriesAsync(engines.Log), static entry => entry is LoggedKey);
            await WholeAsync(authority, engines);
        }
    }

    [Fact]
    public async Task Open_FilesThatDoNotBelongTogether_SaysWhich()
    {
        TestAuthority.Make(_folder.Path, at: _time.GetUtcNow()).Dispose();
        await using var engines = await OpenEnginesAsync();
        var oldKey = await File.ReadAllBytesAsync(_folder.File("ca/log.key"));
        using (var authority = Open())
        {
            await MadePeople.AddAsync(authority, engines.Store, 1, _time.GetUtcNow());
            using var log = await OpenLogAsync(authority, engines, engines.Log);
            await log.CatchUpAsync(None);
            await log.ReplaceKeyAsync(None);
        }

        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder.File("ca/log.keys")));
        var (keys, key) = (await File.ReadAllBytesAsync(_folder.File("ca/log.keys")), await File.ReadAllBytesAsync(_folder.File("ca/log.key")));
        await File.WriteAllBytesAsync(_folder.File("ca/log.keys"), keys[..^2]);
        Assert.Contains("log.keys is damaged", Refused(), StringComparison.Ordinal);
        File.Delete(_folder.File("ca/log.keys"));
        Assert.Contains("do not belong together", Refused(), StringComparison.Ordinal);

        // The folder as it was before: the database goes on under a key that it does not know.
        await File.WriteAllBytesAsync(_folder.File("ca/log.key"), oldKey);
        using (var before = Open())
        {
            Assert.Contains(
                "signed by another key", (await Assert.ThrowsAsync<AuthorityException>(() => OpenLogAsync(before, engines, engines.Log))).Message, StringComparison.Ordinal);
        }

        await File.WriteAllBytesAsync(_folder.File("ca/log.keys"), keys);
        await File.WriteAllBytesAsync(_folder.File("ca/log.key"), key);
        await File.WriteAllBytesAsync(_folder.File("ca/log.change"), "nothing\n"u8.ToArray());
        Assert.Contains("log.change is damaged", Refused(), StringComparison.Ordinal);
        File.Delete(_folder.File("ca/log.change"));
        Open().Dispose();

        string Refused() => Assert.Throws<AuthorityException>(() => Open()).Message;
    }

    private CertificateAuthority Open() => CertificateAuthority.Open(_folder.File("ca"), TestAuthority.Passphrase);

    private Task<EmbeddedEngines> OpenEnginesAsync() =>
        EmbeddedEngines.OpenAsync(_folder.File("server.db"), new EmbeddedOptions(MailboxLimits.Default, PasswordIterations: 1000), _time, None);

    private Task<TransparencyLog> OpenLogAsync(CertificateAuthority authority, EmbeddedEngines engines, ILogStore store) =>
        TransparencyLog.OpenAsync(authority, _folder.File("ca"), engines.Store, store, _time, NullLogger.Instance, None);

    // All but the last look before a key is made.
    private async Task<int> StepsBeforeAsync(CertificateAuthority authority, EmbeddedEngines engines)
    {
        using (var first = await OpenLogAsync(authority, engines, engines.Log)) await first.CatchUpAsync(None);
        var counting = new FailingLogStore(engines.Log, int.MaxValue, isDone: false);
        using var log = await OpenLogAsync(authority, engines, counting);
        await log.CatchUpAsync(None);
        return counting.Steps - 1;
    }

    private async Task DieAsync(CertificateAuthority authority, EmbeddedEngines engines, ILogStore failing)
    {
        try
        {
            using var log = await OpenLogAsync(authority, engines, failing);
            await log.ReplaceKeyAsync(None);
        }
        catch (EngineException)
        {
            // dead
        }
    }

    // Every entry once, each change of the key where it says, and the newest head by the newest key.
    private static async Task WholeAsync(CertificateAuthority authority, EmbeddedEngines engines)
    {
        var report = await LogReplay.AuditAsync(authority, engines.Log);
        Assert.Empty(report.Faults);
        Assert.NotNull(report.Head);
        Assert.Equal(authority.Log.Keys.Statements, report.Keys.Statements);
        Assert.Equal(authority.Log.Keys.Encode(), (await engines.Log.TreeHeadAsync(None))!.Keys);
        Assert.Empty(await engines.Log.ListsToSignAsync(DateTimeOffset.UnixEpoch, 10, None));
    }
}
