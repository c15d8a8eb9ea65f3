using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using TalkyWalky.Engines.RabbitMq.Connections;
using TalkyWalky.Harness;
using TalkyWalky.Testing;

namespace TalkyWalky.Engines.RabbitMq.Tests;

/// <summary>TLS, log-ins and rights. That the least rights suffice, every other test here shows: they run as that user.</summary>
[Collection(Rabbit.Name)]
public sealed class SecurityTests(RabbitNode node) : RabbitTest(node)
{
    [Fact]
    public async Task Connect_CertificateOfAnotherCa_IsRefused()
    {
        using var folder = new TempFolder();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=CA of 127.0.0.1", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var other = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await File.WriteAllTextAsync(folder["ca.pem"], other.ExportCertificatePem());
        await RefusesAsync(options => options with { CaFile = folder["ca.pem"] }, "certificate");
    }

    [Fact]
    public Task Connect_CaThatTheSystemDoesNotKnow_IsRefused() => RefusesAsync(static options => options with { CaFile = null }, "certificate");

    [Theory]
    [InlineData("server.pem", SslPolicyErrors.None, true)]
    [InlineData("server.pem", SslPolicyErrors.RemoteCertificateChainErrors, true)] // the system does not know the CA; the file does
    [InlineData("server.pem", SslPolicyErrors.RemoteCertificateNameMismatch, false)]
    [InlineData("client.pem", SslPolicyErrors.None, false)] // not for servers
    [InlineData("ca.pem", SslPolicyErrors.RemoteCertificateNameMismatch | SslPolicyErrors.RemoteCertificateChainErrors, false)]
    public void ServerTrust_OneCertificate_IsAcceptedForItsNameAndUseAlone(string file, SslPolicyErrors errors, bool isAccepted)
    {
        using var certificate = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(Path.GetDirectoryName(Node.CaFile)!, file));
        Assert.Equal(isAccepted, ServerTrust.Read(Node.CaFile).Accepts(this, certificate, null, errors));
    }

    [Fact]
    public Task Connect_WrongPassword_SaysSo() => RefusesAsync(static options => options with { Password = "wrong" }, "broker.passwordFile");

    [Fact]
    public async Task Connect_ClientCertificateAlone_LogsIn()
    {
        var broker = (await OpenEngineAsync(options => options with { Username = null, Password = null, CertificateFile = Node.CertificateFile, KeyFile = Node.KeyFile })).Broker;
        var device = await CreateAsync(broker);
        await AcceptAsync(broker, "x", device);
    }

    [Fact]
    public async Task Connect_FirstServerIsAway_TakesTheNext()
    {
        var broker = (await OpenEngineAsync(options => options with { Servers = [new Uri($"amqps://127.0.0.1:{Ports.Free()}"), Node.Amqps, new Uri($"amqps://127.0.0.1:{Ports.Free()}")] })).Broker;
        await broker.CheckAsync(Cancellation);
    }

    [Fact]
    public async Task Rights_BeyondOurNames_AreNotThere()
    {
        var (connection, _) = await new Connector(TestEngine.OptionsOf(Node)).ConnectAsync("test", Cancellation);
        await using (connection)
        {
            await RefusedAsync(connection, channel => channel.QueueDeclareAsync("other", true, false, false, cancellationToken: Cancellation));
            await RefusedAsync(connection, channel => channel.ExchangeDeclareAsync("other", ExchangeType.Fanout, cancellationToken: Cancellation));
            await RefusedAsync(connection, channel => channel.QueueBindAsync(Topology.MailboxPrefix, "amq.direct", "x", cancellationToken: Cancellation));
        }
    }

    [Fact]
    public async Task Rights_OfNobody_LeaveTheEngineWithoutConnections()
    {
        await Node.RabbitmqctlAsync(["add_user", "nobody"], "a password of nobody\n");
        await Node.RabbitmqctlAsync("set_permissions", "nobody", "^$", "^$", "^$");
        await RefusesAsync(static options => options with { Username = "nobody", Password = "a password of nobody" }, "403");
    }

    [Fact]
    public void Options_AsText_HoldNoPassword() => Assert.DoesNotContain(Node.Password, TestEngine.OptionsOf(Node).ToString(), StringComparison.Ordinal);

    private async Task RefusesAsync(Func<RabbitOptions, RabbitOptions> change, string why)
    {
        var broker = (await OpenEngineAsync(change)).Broker;
        Assert.Contains(why, (await Assert.ThrowsAsync<EngineException>(() => broker.CheckAsync(Cancellation))).Message, StringComparison.Ordinal);
        Assert.IsType<PublishOutcome.Unavailable>(await PublishAsync(broker, "x", Wire.DeviceId.New()));
    }

    private static async Task RefusedAsync(IConnection connection, Func<IChannel, Task> ask)
    {
        await using var channel = await connection.CreateChannelAsync();
        var refused = await Assert.ThrowsAsync<OperationInterruptedException>(() => ask(channel));
        Assert.True(Failures.IsRefused(refused), refused.Message);
    }
}
