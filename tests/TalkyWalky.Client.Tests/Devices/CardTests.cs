using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Tests.Devices;

/// <summary>Contact cards against the real server.</summary>
public sealed class CardTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Card_OfAPersonWithTwoDevices_ShowsBothAsCertified()
    {
        await using var alice = await TestClient.RegisterAsync(server.Link, "alice");
        await using var bob = await TestClient.RegisterAsync(server.Link, "bob");
        await alice.OpenAsync();
        await bob.OpenAsync();
        await using var phone = await bob.AddDeviceAsync(server.Link);
        Assert.IsType<OwnAnswer.Done>(await bob.Chat!.OwnAsync(new OwnRequest.SetName("Bobby"), CancellationToken.None));

        var card = Assert.IsType<DeviceAnswer.Person>(await CardAsync(alice, bob.Name.ToUpperInvariant()));
        var self = await bob.Chat.WhoAmIAsync(CancellationToken.None);
        Assert.Equal((self.User, bob.Name, "Bobby", self.Organisation, self.Domain, (string?)null), (card.Who.User, card.Who.Username, card.Who.Name, card.Organisation, card.Domain, card.Trouble));
        var shown = card.Certified.Single(one => one.Device == self.Device);
        using var certificate = X509Certificate2.CreateFromPem(await bob.Chat.DevicePemAsync(CancellationToken.None));
        Assert.Equal(
            (certificate.GetCertHashString(HashAlgorithmName.SHA256).ToLowerInvariant(), certificate.SerialNumber.ToLowerInvariant(), self.CertificateNotAfter),
            (shown.Fingerprint, shown.Serial, shown.NotAfter));
        Assert.Equal((await bob.DevicesAsync()).Select(static one => one.Device).Order(), card.Certified.Select(static one => one.Device).Order());
        Assert.Equal(AdmittedBy.First, shown.LetIn!.By);
        Assert.Equal((AdmittedBy.Device, (DeviceId?)self.Device), card.Certified.Where(one => one.Device != self.Device).Select(static one => (one.LetIn!.By, one.LetIn.Device)).Single());
    }

    [Fact]
    public async Task Card_OfOneself_IsThereWithoutAConnectionToo()
    {
        await using var alice = await TestClient.RegisterAsync(server.Link, "alice");
        await alice.OpenAsync();
        var self = await alice.Chat!.WhoAmIAsync(CancellationToken.None);
        var connected = Assert.IsType<DeviceAnswer.Person>(await CardAsync(alice, alice.Name));
        Assert.Equal((self.User, self.Fingerprint, (string?)null), (connected.Who.User, Assert.Single(connected.Certified).Fingerprint, connected.Trouble));
        Assert.Contains("nobody called", Assert.IsType<DeviceAnswer.Refused>(await CardAsync(alice, "nobody-here")).Why, StringComparison.Ordinal);
        Assert.IsType<DeviceAnswer.Refused>(await CardAsync(alice, " "));

        await server.KillAsync();
        await alice.UntilAsync(static status => status.Connection == ConnectionState.Offline);
        var offline = Assert.IsType<DeviceAnswer.Person>(await CardAsync(alice, alice.Name));
        Assert.Equal(connected.Certified.Select(static device => device with { LetIn = null }), offline.Certified);
        Assert.NotNull(offline.Trouble);
        Assert.IsType<DeviceAnswer.Unreachable>(await CardAsync(alice, "bob"));
        await server.StartAsync();
    }

    private static Task<DeviceAnswer> CardAsync(TestClient client, string user) =>
        client.Chat!.DeviceAsync(new DeviceRequest.Person(user), CancellationToken.None).WaitAsync(TestClient.Patience);
}
