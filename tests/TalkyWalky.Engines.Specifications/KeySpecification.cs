using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.Specifications;

/// <summary>What every store does so that one key has one device and one use.</summary>
public abstract class KeySpecification : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, 123, TimeSpan.Zero);
    private static readonly CancellationToken None = CancellationToken.None;

    /// <summary>A store with nothing in it.</summary>
    protected abstract Task<IStore> StartAsync();

    protected abstract Task<IStore> RestartAsync();

    protected abstract Task StopAsync();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => StopAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AddDevice_KeyOfAnotherAccount_FindsThatDeviceAndAddsNone(bool isRevoked)
    {
        var store = await StartAsync();
        var device = await store.AddDeviceAsync(UserId.New(), Key(1), firstMayEnter: false, Now, None);
        if (isRevoked) await store.RevokeDeviceAsync(device.Device, X509RevocationReason.KeyCompromise, Now, None);
        var expected = await store.FindDeviceAsync(device.Device, None);
        var other = UserId.New();

        Assert.Equal(expected, await store.AddDeviceAsync(other, Key(1), firstMayEnter: true, Now, None));
        store = await RestartAsync();
        Assert.Equal(expected, await store.AddDeviceAsync(other, Key(1), firstMayEnter: true, Now, None));

        Assert.Equal(expected, await store.FindDeviceAsync(device.Device, None));
        Assert.Empty(await store.DevicesOfAsync(other, None));
        Assert.Equal(DeviceState.Active, (await store.AddDeviceAsync(other, Key(2), firstMayEnter: true, Now, None)).State);
    }

    [Fact]
    public async Task AddDevice_OneKeyForManyPeopleAtOnce_IsOneDevice()
    {
        var store = await StartAsync();
        var people = Enumerable.Range(0, 20).Select(static _ => UserId.New()).ToList();
        var added = await Task.WhenAll(people.Select(user => store.AddDeviceAsync(user, Key(1), firstMayEnter: true, Now, None)));
        var device = Assert.Single(added.DistinctBy(static one => one.Device));
        Assert.Equal([device.User], await store.PeopleAsync(null, 20, None));
    }

    [Fact]
    public async Task AddDevice_EncryptionKey_FindsItsDeviceAndAddsNone()
    {
        var store = await StartAsync();
        var device = await store.AddDeviceAsync(UserId.New(), Key(1), firstMayEnter: true, Now, None);
        Assert.True(await store.ClaimEncryptionKeyAsync(device.Device, Key(2), None));
        foreach (var user in new[] { device.User, UserId.New() })
            Assert.Equal(device, await store.AddDeviceAsync(user, Key(2), firstMayEnter: true, Now, None));
        Assert.Equal([device], await store.DevicesOfAsync(device.User, None));
    }

    [Fact]
    public async Task ClaimEncryptionKey_KeyOfAnotherDeviceOrAnIdentity_IsRefused()
    {
        var store = await StartAsync();
        var user = UserId.New();
        var device = await store.AddDeviceAsync(user, Key(1), firstMayEnter: true, Now, None);
        var second = await store.AddDeviceAsync(user, Key(2), firstMayEnter: true, Now, None);
        Assert.True(await store.ClaimEncryptionKeyAsync(device.Device, Key(3), None));
        Assert.True(await store.ClaimEncryptionKeyAsync(device.Device, Key(4), None));
        await store.RevokeDeviceAsync(device.Device, X509RevocationReason.KeyCompromise, Now, None);
        store = await RestartAsync();

        Assert.True(await store.ClaimEncryptionKeyAsync(device.Device, Key(3), None), "its own again");
        foreach (var taken in new[] { 1, 2, 3, 4 }) Assert.False(await store.ClaimEncryptionKeyAsync(second.Device, Key(taken), None), $"key {taken}");
        Assert.False(await store.ClaimEncryptionKeyAsync(device.Device, Key(1), None));
        Assert.True(await store.ClaimEncryptionKeyAsync(second.Device, Key(5), None));
        await Assert.ThrowsAsync<InvalidOperationException>(() => store.ClaimEncryptionKeyAsync(DeviceId.New(), Key(6), None));
    }

    [Fact]
    public async Task ClaimEncryptionKey_ManyDevicesAtOnce_GivesItToOne()
    {
        var store = await StartAsync();
        var devices = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => store.AddDeviceAsync(UserId.New(), Key(i), firstMayEnter: true, Now, None)));
        var claims = await Task.WhenAll(devices.Select(device => store.ClaimEncryptionKeyAsync(device.Device, Key(100), None)));
        Assert.Single(claims, static claimed => claimed);
    }

    private static Digest Key(int number) => Digest.Sha256(BitConverter.GetBytes(number));
}
