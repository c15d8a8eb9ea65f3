using TalkyWalky.Wire;

namespace TalkyWalky.Engines.Embedded.Tests;

public sealed class SmokeTests : IDisposable
{
    private readonly string _folder = System.IO.Directory.CreateTempSubdirectory("tw-engine-").FullName;

    [Fact]
    public async Task Everything_SurvivesARestart()
    {
        var file = Path.Combine(_folder, "talkywalky.db");
        var (one, two) = (DeviceId.New(), DeviceId.New());
        Account account;
        DeviceRecord device;
        await using (var engines = await EmbeddedEngines.OpenAsync(file, new EmbeddedOptions(MailboxLimits.Default, 1000), TimeProvider.System, default))
        {
            account = Assert.IsType<AddOutcome.Added>(await engines.Directory.AddAsync(new NewAccount("Ada", "secret", "Ada L", null), default)).Account;
            Assert.IsType<AddOutcome.NameTaken>(await engines.Directory.AddAsync(new NewAccount("ada", "secret", "Ada L", null), default));
            Assert.IsType<BindOutcome.Refused>(await engines.Directory.BindAsync("ada", "wrong", default));
            Assert.IsType<BindOutcome.Refused>(await engines.Directory.BindAsync("nobody", "wrong", default));
            device = await engines.Store.AddDeviceAsync(account.User, Digest.Sha256([1]), firstMayEnter: true, DateTimeOffset.UnixEpoch, default);
            Assert.Equal(device, await engines.Store.AddDeviceAsync(account.User, Digest.Sha256([1]), firstMayEnter: true, DateTimeOffset.UnixEpoch, default));
            Assert.Equal(DeviceState.Pending, (await engines.Store.AddDeviceAsync(account.User, Digest.Sha256([2]), firstMayEnter: true, DateTimeOffset.UnixEpoch, default)).State);
            await engines.Broker.CreateMailboxAsync(one, default);
            await engines.Broker.CreateMailboxAsync(two, default);
            for (byte n = 0; n < 10; n++)
                Assert.IsType<PublishOutcome.Accepted>(await engines.Broker.PublishAsync(new Publication(new[] { n }, [new Address(one, new byte[] { 7 }), new Address(two, default)]), default));
            await ReadAsync(engines.Broker, one, 10, settle: 4);
        }

        await using (var engines = await EmbeddedEngines.OpenAsync(file, new EmbeddedOptions(MailboxLimits.Default, 1000), TimeProvider.System, default))
        {
            Assert.IsType<BindOutcome.Bound>(await engines.Directory.BindAsync("ADA", "secret", default));
            Assert.Equal(device.Device, (await engines.Store.FindDeviceAsync(device.Device, default))!.Device);
            Assert.Equal([4, 5, 6, 7, 8, 9], (await ReadAsync(engines.Broker, one, 6, settle: 6)).Select(entry => entry.Payload.Span[0]));
            Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], (await ReadAsync(engines.Broker, two, 10, settle: 10)).Select(entry => entry.Payload.Span[0]));
            Assert.Equal(new MailboxUsage(0, 0), await engines.Broker.UsageAsync(two, default));
            await Assert.ThrowsAsync<EngineException>(() => EmbeddedEngines.OpenAsync(file, new EmbeddedOptions(MailboxLimits.Default), TimeProvider.System, default));
        }
    }

    public void Dispose() => System.IO.Directory.Delete(_folder, recursive: true);

    private static async Task<List<MailboxEntry.Stored>> ReadAsync(IBroker broker, DeviceId device, int count, int settle)
    {
        await using var mailbox = await broker.OpenAsync(device, 100, default);
        var read = new List<MailboxEntry.Stored>();
        await foreach (var entry in mailbox!.ReadAllAsync(default))
        {
            read.Add(Assert.IsType<MailboxEntry.Stored>(entry));
            if (read.Count == count) break;
        }

        await mailbox.SettleAsync(read.Take(settle).Select(entry => entry.Tag).ToArray(), default);
        return read;
    }
}
