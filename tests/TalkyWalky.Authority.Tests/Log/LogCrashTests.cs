using Microsoft.Extensions.Logging.Abstractions;
using TalkyWalky.Engines;
using TalkyWalky.Engines.Embedded;
using TalkyWalky.Pki;
using TalkyWalky.Pki.Log;
using TalkyWalky.Testing;

namespace TalkyWalky.Authority.Tests.Log;

/// <summary>The authority dies at any step, or its store goes back.</summary>
public sealed class LogCrashTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task CatchUp_KilledAtEveryStep_LosesNothingAndTellsNothingTwice(bool isDone)
    {
        using var folder = new TempFolder();
        var time = new ManualTime(DateTimeOffset.UtcNow);
        await using var engines = await OpenAsync(folder, time);
        using var authority = TestAuthority.Make(folder.Path, at: time.GetUtcNow());
        var people = 0;
        for (var step = 0; ; step++)
        {
            await MadePeople.AddAsync(authority, engines.Store, 2, time.GetUtcNow());
            people += 2;
            var failing = new FailingLogStore(engines.Log, step, isDone);
            await DieAsync(authority, folder, engines, failing, time);
            if (!failing.HasFailed) break;

            using var log = await TransparencyLog.OpenAsync(authority, folder.Path, engines.Store, engines.Log, time, NullLogger.Instance, None);
            await log.CatchUpAsync(None);
            await WholeAsync(authority, engines, people);
        }

        await WholeAsync(authority, engines, people);
        Assert.True(people > 16); // of each step once
    }

    [Fact]
    public async Task Open_StoreBroughtBackFromAnOlderCopy_Refuses()
    {
        using var folder = new TempFolder();
        var time = new ManualTime(DateTimeOffset.UtcNow);
        using var authority = TestAuthority.Make(folder.Path, at: time.GetUtcNow());
        await AddAsync(authority, folder, time);
        File.Copy(folder.File("server.db"), folder.File("old.db"));
        await AddAsync(authority, folder, time);
        File.Copy(folder.File("server.db"), folder.File("new.db"));

        File.Copy(folder.File("old.db"), folder.File("server.db"), overwrite: true);
        Assert.Contains("has 3 entries, but this authority signed one of 6", await RefusedAsync(authority, folder, time), StringComparison.Ordinal);

        // An older copy that was gone on with by an authority without its log.head.
        File.Move(folder.File("log.head"), folder.File("kept"));
        await AddAsync(authority, folder, time);
        File.Move(folder.File("kept"), folder.File("log.head"), overwrite: true);
        Assert.Contains("begins otherwise", await RefusedAsync(authority, folder, time), StringComparison.Ordinal);

        File.Copy(folder.File("new.db"), folder.File("server.db"), overwrite: true);
        await AddAsync(authority, folder, time);
        await using var engines = await OpenAsync(folder, time);
        Assert.Equal(9UL, await engines.Log.SizeAsync(None));
    }

    [Fact]
    public async Task Open_LogOfAnotherAuthority_Refuses()
    {
        using var folder = new TempFolder();
        using var other = new TempFolder();
        var time = new ManualTime(DateTimeOffset.UtcNow);
        using var authority = TestAuthority.Make(folder.Path, at: time.GetUtcNow());
        using var foreign = TestAuthority.Make(other.Path, at: time.GetUtcNow());
        await AddAsync(authority, folder, time);

        await using var engines = await OpenAsync(folder, time);
        var refused = await Assert.ThrowsAsync<AuthorityException>(() => TransparencyLog.OpenAsync(foreign, other.Path, engines.Store, engines.Log, time, NullLogger.Instance, None));
        Assert.Contains("signed by another key", refused.Message, StringComparison.Ordinal);
    }

    private static Task<EmbeddedEngines> OpenAsync(TempFolder folder, TimeProvider time) =>
        EmbeddedEngines.OpenAsync(folder.File("server.db"), new EmbeddedOptions(MailboxLimits.Default, PasswordIterations: 1000), time, None);

    private static async Task DieAsync(CertificateAuthority authority, TempFolder folder, EmbeddedEngines engines, ILogStore failing, TimeProvider time)
    {
        try
        {
            using var log = await TransparencyLog.OpenAsync(authority, folder.Path, engines.Store, failing, time, NullLogger.Instance, None);
            await log.CatchUpAsync(None);
        }
        catch (EngineException)
        {
            // dead
        }
    }

    private static async Task AddAsync(CertificateAuthority authority, TempFolder folder, TimeProvider time)
    {
        await using var engines = await OpenAsync(folder, time);
        await MadePeople.AddAsync(authority, engines.Store, 1, time.GetUtcNow());
        using var log = await TransparencyLog.OpenAsync(authority, folder.Path, engines.Store, engines.Log, time, NullLogger.Instance, None);
        await log.CatchUpAsync(None);
    }

    private static async Task<string> RefusedAsync(CertificateAuthority authority, TempFolder folder, TimeProvider time)
    {
        await using var engines = await OpenAsync(folder, time);
        return (await Assert.ThrowsAsync<AuthorityException>(() => TransparencyLog.OpenAsync(authority, folder.Path, engines.Store, engines.Log, time, NullLogger.Instance, None))).Message;
    }

    // Two certificates and one list of each, each once; everyone's list has a head; the head that is published is the newest.
    private static async Task WholeAsync(CertificateAuthority authority, EmbeddedEngines engines, int people)
    {
        var entries = await LogReplay.EntriesAsync(engines.Log);
        Assert.Equal((2 * people, people), (entries.OfType<LoggedCertificate>().Count(), entries.OfType<DeviceList>().Count()));
        var report = await LogReplay.AuditAsync(authority, engines.Log);
        Assert.Empty(report.Faults);
        Assert.Equal((people, people), (report.People, (int)report.Lists));
        Assert.NotNull(report.Head);
        Assert.Empty(await engines.Log.ListsToSignAsync(DateTimeOffset.UnixEpoch, 10, None));
        Assert.Empty(await engines.Log.ChangesAsync(10, None));
    }
}
