using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Pki.Status;

namespace TalkyWalky.Pki.Tests;

/// <summary>A CA whose openssl answers for alice, who is good, and bob, who is revoked. It uses the clock of the machine, so these certificates do, too.</summary>
internal sealed class OcspWorld : IDisposable
{
    public static readonly BigInteger Alice = 0x1234, Bob = 0x5678, Nobody = 0x9abc;

    public static readonly OcspStatus BobIsRevoked = new OcspStatus.Revoked(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), X509RevocationReason.KeyCompromise);

    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    public OcspWorld()
    {
        CaDer = Ca.SelfSigned(Current);
        ResponderDer = Ca.Responder(Responder, Current);
        Write("ca", CaDer, Ca);
        Write("responder", ResponderDer, Responder);
        OpenSsl.Write("alice.pem", Pem(Ca.Server(static d =>
        {
            Current(d);
            d.Serial = Alice.ToByteArray(isBigEndian: true);
        })));
        OpenSsl.Write("index.txt", $"V\t401121000000Z\t\t{Alice:X4}\tunknown\t/CN=alice\nR\t401121000000Z\t260102030405Z,keyCompromise\t{Bob:X4}\tunknown\t/CN=bob\n");
    }

    public OpenSsl OpenSsl { get; } = new();

    public TestCa Ca { get; } = new("CN=CA,O=Example");

    public TestCa Responder { get; } = new("CN=OCSP,O=Example");

    public byte[] CaDer { get; }

    public byte[] ResponderDer { get; }

    /// <summary>NAME.pem and NAME.key.</summary>
    public void Write(string name, byte[] certificate, TestCa holder)
    {
        OpenSsl.Write($"{name}.pem", Pem(certificate));
        OpenSsl.Write($"{name}.key", holder.Key.ExportPkcs8PrivateKeyPem());
    }

    public static void Current(Draft draft) => (draft.NotBefore, draft.NotAfter) = (Now.AddDays(-1), Now.AddDays(9));

    public void Dispose() => OpenSsl.Dispose();

    private static string Pem(byte[] der) => PemEncoding.WriteString("CERTIFICATE", der) + "\n";
}
