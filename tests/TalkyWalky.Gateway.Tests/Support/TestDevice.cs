using System.Security.Cryptography;
using TalkyWalky.Engines;
using TalkyWalky.Pki;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Wire;

namespace TalkyWalky.Gateway.Tests.Support;

/// <summary>An enrolled device and what it signs.</summary>
internal sealed class TestDevice(Account account, DeviceId id, RSA key, byte[] identity, GatewayHost host)
{
    public Account Account { get; } = account;

    public UserId User => Account.User;

    public DeviceId Id { get; } = id;

    public RSA Key { get; } = key;

    public byte[] Identity { get; } = identity;

    public VerifiedDevice Verified { get; } = DeviceCertificates.Verify(
        identity, [TestAuthority.Shared.Issuing], host.Options.Anchor, DeviceKeyUse.Identity, host.Time.GetUtcNow()) is DeviceVerification.Verified verified
            ? verified.Device
            : null!;

    public ulong Generation { get; set; } = 1;

    public SessionProof Proof(ReadOnlyMemory<byte> nonce) =>
        new(host.Options.Anchor.Hash, GatewayHost.Name, nonce, host.Options.CertificateHash(), Id, [Limits.ProtocolVersion], Generation, host.Time.GetUtcNow());

    public byte[] Sign(SessionProof proof) => Jws.Sign(JwsType.Session, Key, proof.Encode(), [Identity, TestAuthority.Shared.Issuing]);

    /// <summary>Connects and is welcomed.</summary>
    /// <param name="gateway">Another one than that which enrolled it.</param>
    public async Task<TestClient> ConnectAsync(GatewayHost? gateway = null)
    {
        var client = await (gateway ?? host).OpenAsync();
        var challenge = await client.ExpectChallengeAsync();
        await client.SendHelloAsync(Sign(Proof(challenge.Nonce.Memory)));
        client.Welcome = (await client.ReceiveAsync()).Welcome ?? throw new InvalidOperationException("not welcomed");
        return client;
    }
}
