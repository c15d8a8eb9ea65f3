using System.Security.Cryptography.X509Certificates;

namespace TalkyWalky.Client.Tests.Devices;

/// <summary>An organisation's days from February of a leap year into March.</summary>
public sealed class LeapDayTests
{
    [Fact]
    public async Task Run_IntoALeapDay_RenewsOnItAndGoesOnInMarch()
    {
        await using var server = await MovedServer.StartAsync(new DateTimeOffset(2028, 2, 21, 12, 0, 0, TimeSpan.Zero));
        await using var alice = await TestClient.RegisterAsync(server.Link, "alice", server.Environment);
        await using var bob = await TestClient.RegisterAsync(server.Link, "bob", server.Environment);
        await alice.OpenAsync();
        await bob.OpenAsync();
        await SayAsync(alice, bob, "in February");
        var device = (await bob.Chat!.WhoAmIAsync(CancellationToken.None)).Device;
        async Task<byte[]> CertificateAsync() => (await server.Store.FindDeviceAsync(device, CancellationToken.None))!.EncryptionCertificate!;
        var before = await CertificateAsync();

        await server.MoveAsync(TimeSpan.FromDays(8));
        await server.Service.NameDeviceAsync(device, "wakes it up", CancellationToken.None);
        var renewed = await bob.UntilAsync(_ => CertificateAsync(), now => !now.AsSpan().SequenceEqual(before));
        using var certificate = X509CertificateLoader.LoadCertificate(renewed);
        Assert.Equal(new DateTime(2028, 2, 29), certificate.NotBefore.ToUniversalTime().Date);
        Assert.Equal(new DateTime(2028, 3, 30), certificate.NotAfter.ToUniversalTime().Date);
        await SayAsync(alice, bob, "on the 29th");

        await server.MoveAsync(TimeSpan.FromDays(1));
        await SayAsync(alice, bob, "in March");
        Assert.Equal(["in February", "on the 29th", "in March"], (await bob.ReceiveAsync(3)).Select(static message => message.Text));
    }

    /// <summary>It may wait a moment for the list of revoked certificates of the day, or for the other's new certificate.</summary>
    private static async Task SayAsync(TestClient from, TestClient to, string text)
    {
        var message = await from.SendAsync(to, text) switch
        {
            SendOutcome.Sent sent => sent.Message,
            SendOutcome.Queued queued => queued.Message,
            var other => throw new Xunit.Sdk.XunitException($"{other}"),
        };
        await from.UntilAsync(_ => from.Chat!.HistoryAsync(Target.Person(to.Name), 10, null, CancellationToken.None), history => history.Single(one => one.Id == message.Id).State is MessageState.Sent or MessageState.Delivered);
    }
}
