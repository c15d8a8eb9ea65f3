using TalkyWalky.Client.Enrol;
using TalkyWalky.Client.Store;
using TalkyWalky.Crypto;
using TalkyWalky.Testing;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Tests.Devices;

/// <summary>Keys and certificates that are replaced while people chat, and what a thief finds afterwards.</summary>
public sealed class RotationTests
{
    private const int Year = 365;

    [Fact]
    public async Task AYear_OfRotations_MessagesFlowAndNoneIsLost()
    {
        await using var server = await MovedServer.StartAsync();
        await using var alice = await TestClient.RegisterAsync(server.Link, "alice", server.Environment);
        await using var bob = await TestClient.RegisterAsync(server.Link, "bob", server.Environment);
        await ConnectAsync(alice);
        await ConnectAsync(bob);
        var device = (await bob.Chat!.WhoAmIAsync(CancellationToken.None)).Device;
        var (identities, encryptions) = (new HashSet<Digest>(), new HashSet<Digest>());
        var days = Effort.Count(usual: 28, full: 7);
        var texts = new List<string>();
        for (var day = days; day <= Year; day += days)
        {
            await server.MoveAsync(TimeSpan.FromDays(days));
            if (day / days == Year / days / 2) await server.RollOverAsync(); // a new issuing CA in the middle of it
            if (day / days == (Year / days / 2) + 1) await server.ReplaceLogKeyAsync();
            foreach (var client in (TestClient[])[alice, bob])
            {
                await client.CloseAsync();
                await ConnectAsync(client);
            }

            texts.Add($"day {day}");
            Assert.IsType<SendOutcome.Sent>(await alice.SendAsync(bob, texts[^1]));
            Assert.IsType<SendOutcome.Sent>(await bob.SendAsync(alice, $"{texts[^1]} too"));
            var record = (await server.Store.FindDeviceAsync(device, CancellationToken.None))!;
            identities.Add(Digest.Sha256(record.IdentityCertificate!));
            encryptions.Add(Digest.Sha256(record.EncryptionCertificate!));
        }

        Assert.Equal(texts, (await bob.ReceiveAsync(texts.Count)).Select(static message => message.Text));
        Assert.Equal(texts.Select(static text => $"{text} too"), (await alice.ReceiveAsync(texts.Count)).Select(static message => message.Text));
        Assert.Equal(texts.Count, encryptions.Count);
        Assert.InRange(identities.Count, 5, 7); // each lives 90 days and is renewed at 60
    }

    [Fact]
    public async Task SeizedAfter40Days_OpensNothingOfBeforeAndHasNoKeyOfIt()
    {
        await using var server = await MovedServer.StartAsync();
        await using var bob = await TestClient.RegisterAsync(server.Link, "bob", server.Environment);
        await ConnectAsync(bob);
        await bob.UntilAsync(static chat => chat.LogAsync(ulong.MaxValue, CancellationToken.None), static answer => answer is LogAnswer.Page); // the head that the grant below carries
        var self = await bob.Chat!.WhoAmIAsync(CancellationToken.None);
        await bob.CloseAsync();
        // What somebody who records the line keeps: a grant for the key that bob has on the first day.
        var ((payload, slice), wrapped) = await ReadAsync(bob, async database => (await RecordAsync(database), await database.RunAsync(static rows => rows.Blob("SELECT value FROM encryption_key"), default)));
        Assert.True(await OpensAsync(bob, self, payload, slice));
        for (var day = 8; day <= 40; day += 8)
        {
            await server.MoveAsync(TimeSpan.FromDays(8));
            await ConnectAsync(bob);
            await bob.CloseAsync();
            Assert.Equal(day <= 32, await OpensAsync(bob, self, payload, slice)); // replaced on day 8, destroyed 31 days later
        }

        Assert.NotNull(wrapped);
        foreach (var file in Directory.GetFiles(bob.Folder, "*", SearchOption.AllDirectories))
            Assert.False((await File.ReadAllBytesAsync(file)).AsSpan().IndexOf(wrapped) >= 0, $"{Path.GetFileName(file)} still has the key of the first day");
    }

    private static async Task ConnectAsync(TestClient client)
    {
        await client.OpenAsync();
        var status = await client.UntilAsync(static status => status.Connection is ConnectionState.Online or ConnectionState.LoggedOut);
        if (status.Connection == ConnectionState.Online) return;
        Assert.IsType<LoginOutcome.LoggedIn>(await client.Chat!.LoginAsync(TestClient.Password, CancellationToken.None));
        await client.UntilAsync(static status => status.Connection == ConnectionState.Online);
    }

    /// <summary>A grant between the person's own devices, for this device's present key.</summary>
    private static Task<(byte[] Payload, GrantSlice Slice)> RecordAsync(Database database) => database.RunAsync(
        static rows =>
        {
            using var credentials = Credentials.Load(rows, DateTimeOffset.UtcNow)!;
            using var key = credentials.OpenIdentityKey();
            var user = credentials.Identity.User;
            var order = new GrantOrder(
                credentials.Identity, key, credentials.Chain, new GrantPlace.Direct(credentials.Anchor.Hash, user, user),
                [new GrantRecipient(credentials.Encryption, 1, Digest.Sha256([]))], rows.Log.Heads().Values.First(), Previous: null);
            var started = Grants.Start(order, DateTimeOffset.UtcNow);
            using var session = started.Session;
            return (started.Payload, started.Slices[0].Slice);
        },
        CancellationToken.None);

    /// <summary>A copy of the disk, its passphrase known, opens the grant.</summary>
    private static Task<bool> OpensAsync(TestClient of, Self self, byte[] payload, GrantSlice slice) => ReadAsync(of, async database => await database.RunAsync(
        rows =>
        {
            using var credentials = Credentials.Load(rows, DateTimeOffset.UtcNow)!;
            var reader = new GrantReader(credentials.Anchor, self.User, self.Device, credentials.Issuing, DateTimeOffset.UtcNow);
            return Grants.Open(payload, slice, credentials.EncryptionKeys, reader) is GrantOutcome.Opened;
        },
        CancellationToken.None));

    private static async Task<T> ReadAsync<T>(TestClient of, Func<Database, Task<T>> read)
    {
        await using var copy = of.Copy();
        var opened = Assert.IsType<FolderOpening.Opened>(ProfileFolder.Open(copy.Folder, TestClient.Passphrase, create: false));
        await using (opened.Folder) return await read(opened.Folder.Database);
    }
}
