using System.Diagnostics;
using TalkyWalky.Engines.Specifications;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.Embedded.Tests;

public sealed class EngineFileTests : IAsyncLifetime
{
    private readonly TestEngines _engines = new();
    private readonly DeviceId _device = DeviceId.New();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _engines.DeleteAsync();

    [Fact]
    public async Task Open_NewFile_IsForTheOwnerAlone()
    {
        if (OperatingSystem.IsWindows()) return;
        var broker = (await _engines.OpenAsync()).Broker;
        await broker.CreateMailboxAsync(_device, default);
        foreach (var file in System.IO.Directory.GetFiles(Path.GetDirectoryName(_engines.File)!))
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [Fact]
    public async Task Open_FileInUse_SaysSo()
    {
        await _engines.OpenAsync();
        var e = await Assert.ThrowsAsync<EngineException>(() => EmbeddedEngines.OpenAsync(_engines.File, _engines.Options, TimeProvider.System, default));
        Assert.Contains("in use by another process", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_MissingFolder_SaysWhatToCheck()
    {
        var e = await Assert.ThrowsAsync<EngineException>(
            () => EmbeddedEngines.OpenAsync(Path.Combine(_engines.File, "none", "server.db"), _engines.Options, TimeProvider.System, default));
        Assert.Contains("check that its folder exists", e.Message, StringComparison.Ordinal);
    }

    /// <summary>From before keys were compared over all accounts.</summary>
    [Fact]
    public async Task Open_OlderFileWithAKeyOfTwoAccounts_LeavesItToTheOlderDevice()
    {
        var store = (await _engines.OpenAsync()).Store;
        var (key, other) = (Digest.Sha256([1]), Digest.Sha256([2]));
        var second = await store.AddDeviceAsync(UserId.New(), other, firstMayEnter: true, DateTimeOffset.UnixEpoch.AddDays(1), default);
        var first = await store.AddDeviceAsync(UserId.New(), key, firstMayEnter: true, DateTimeOffset.UnixEpoch, default);
        await _engines.CloseAsync();
        using (var database = Sqlite.Database.Open(_engines.File, readOnly: false))
            database.Execute($"UPDATE device SET key_hash = x'{key}'; DROP TABLE device_key; {EarlierSchema.WithoutLog} PRAGMA user_version = 4");

        store = (await _engines.OpenAsync()).Store;

        Assert.Equal(first, await store.AddDeviceAsync(first.User, key, firstMayEnter: true, DateTimeOffset.UnixEpoch, default));
        Assert.Equal(first, await store.AddDeviceAsync(second.User, key, firstMayEnter: true, DateTimeOffset.UnixEpoch, default));
        Assert.Equal(DeviceState.Active, (await store.FindDeviceAsync(second.Device, default))!.State);
    }

    [Theory]
    [InlineData(0, 100)]
    [InlineData(4096, 8192)]
    [InlineData(20_000, 20_000)]
    public async Task Open_DamagedFile_NamesTheFileAndTheBackup(int from, int length)
    {
        var engines = await _engines.OpenAsync();
        await engines.Broker.CreateMailboxAsync(_device, default);
        for (var i = 0; i < 100; i++) await PublishAsync(engines.Broker, new byte[600]);
        await _engines.CloseAsync();
        var noise = new byte[length];
        new Random(5).NextBytes(noise);
        await using (var file = File.OpenWrite(_engines.File))
        {
            file.Position = from;
            await file.WriteAsync(noise);
        }

        var e = await Assert.ThrowsAsync<EngineException>(_engines.OpenAsync);
        Assert.Contains(_engines.File, e.Message, StringComparison.Ordinal);
        Assert.Contains("backup", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Fact]
    public async Task Publish_FullDisk_IsUnavailableLosesNothingAndRecovers()
    {
        _engines.Options = _engines.Options with { MaxPages = 200 };
        var broker = (await _engines.OpenAsync()).Broker;
        await broker.CreateMailboxAsync(_device, default);
        var accepted = 0;
        PublishOutcome outcome;
        while ((outcome = await PublishAsync(broker, new byte[4000])) is PublishOutcome.Accepted) accepted++;
        Assert.Contains("full", Assert.IsType<PublishOutcome.Unavailable>(outcome).Reason, StringComparison.Ordinal);
        await Assert.ThrowsAsync<EngineException>(() => FillAsync(broker));
        Assert.Equal(accepted, (await broker.UsageAsync(_device, default))!.Value.Count);

        // Reading frees space, and nobody has to restart anything.
        await using var mailbox = await broker.OpenAsync(_device, 1000, default);
        var read = 0;
        await foreach (var entry in mailbox!.ReadAllAsync(default))
        {
            await mailbox.SettleAsync(new[] { entry.Tag }, default);
            if (++read == accepted) break;
        }

        var patience = Stopwatch.StartNew();
        while (await PublishAsync(broker, new byte[4000]) is not PublishOutcome.Accepted)
        {
            Assert.True(patience.Elapsed < TimeSpan.FromMinutes(1));
            await Task.Delay(20);
        }
    }

    [Fact]
    public async Task Open_LargeMailbox_PagesThroughIt()
    {
        const int entries = 100_000;
        var broker = (await _engines.OpenAsync()).Broker;
        await broker.CreateMailboxAsync(_device, default);
        for (var done = 0; done < entries; done += 1000)
            await Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => PublishAsync(broker, new byte[300]).AsTask()));
        Assert.Equal(new MailboxUsage(entries, entries * 300L), await broker.UsageAsync(_device, default));
        Assert.IsType<PublishOutcome.AllFull>(await PublishAsync(broker, new byte[300]));

        var opening = Stopwatch.StartNew();
        broker = (await _engines.ReopenAsync()).Broker;
        await using var mailbox = await broker.OpenAsync(_device, 256, default);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        long last = 0;
        await foreach (var entry in mailbox!.ReadAllAsync(default))
        {
            Assert.True((long)entry.Tag > last);
            last = (long)entry.Tag;
            if (entry is MailboxEntry.OverflowMarker) break;
            await mailbox.SettleAsync(new[] { entry.Tag }, default);
        }

        Assert.True(opening.Elapsed < TimeSpan.FromSeconds(15), $"{opening.Elapsed}");
        Assert.True(GC.GetTotalMemory(forceFullCollection: true) - before < 10_000_000);
        Assert.Equal(0, (await broker.UsageAsync(_device, default))!.Value.Count);
    }

    [Fact]
    public async Task Kill_InTheMiddleOfPublishing_LosesNothingThatWasAccepted()
    {
        const int enough = 500;
        using var child = Process.Start(new ProcessStartInfo("dotnet", [typeof(EngineFileTests).Assembly.Location, "publish", _engines.File, _device.ToString()])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        })!;
        var accepted = new HashSet<string>(StringComparer.Ordinal);
        while (await child.StandardOutput.ReadLineAsync() is { } line)
        {
            accepted.Add(line);
            if (accepted.Count == enough) child.Kill();
        }

        await child.WaitForExitAsync();
        Assert.True(accepted.Count >= enough);
        var broker = (await _engines.OpenAsync()).Broker;
        var waiting = (await broker.UsageAsync(_device, default))!.Value.Count;
        await using var mailbox = await broker.OpenAsync(_device, (int)waiting, default);
        await foreach (var entry in mailbox!.ReadAllAsync(default))
        {
            accepted.Remove(System.Text.Encoding.UTF8.GetString(Assert.IsType<MailboxEntry.Stored>(entry).Payload.Span));
            if (--waiting == 0) break;
        }

        Assert.Empty(accepted);
    }

    [Fact]
    public async Task Kill_InTheMiddleOfLogging_LosesAndRepeatsNoChange()
    {
        using var child = Process.Start(new ProcessStartInfo("dotnet", [typeof(EngineFileTests).Assembly.Location, "log", _engines.File])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        })!;
        var size = 0ul;
        var patience = Stopwatch.StartNew();
        while (await child.StandardOutput.ReadLineAsync() is { } line)
        {
            if ((ulong.TryParse(line, out size) && size > 500) || patience.Elapsed > TimeSpan.FromMinutes(3)) child.Kill();
        }

        await child.WaitForExitAsync();
        Assert.True(size > 500);
        var engines = await _engines.OpenAsync();
        Assert.True(await engines.Log.SizeAsync(default) >= size);
        Assert.Equal((int)await engines.Log.SizeAsync(default), (await engines.Log.HashesAsync(0, 0, int.MaxValue, default)).Count);
        var told = (await engines.Log.LeavesAsync(0, int.MaxValue, default)).Select(static leaf => System.Text.Encoding.ASCII.GetString(leaf));
        var noted = (await engines.Log.ChangesAsync(int.MaxValue, default)).Select(static change => change.Key);
        var people = await engines.Store.PeopleAsync(after: null, int.MaxValue, default);
        Assert.Equal(people.Select(static user => user.ToString()).Order(StringComparer.Ordinal), told.Concat(noted).Order(StringComparer.Ordinal));
    }

    private ValueTask<PublishOutcome> PublishAsync(IBroker broker, byte[] payload) =>
        broker.PublishAsync(new Publication(payload, [new Address(_device, default)]), default);

    /// <summary>Small rows take what the large ones left, until none fits.</summary>
    private static async Task FillAsync(IBroker broker)
    {
        while (true) await broker.CreateMailboxAsync(DeviceId.New(), default);
    }
}
