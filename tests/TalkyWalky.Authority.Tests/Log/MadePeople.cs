using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Engines;
using TalkyWalky.Wire;

namespace TalkyWalky.Authority.Tests.Log;

/// <summary>People with one device each, as the store has them; their certificates are nobody's work and have a serial number of their own.</summary>
internal static class MadePeople
{
    private static readonly ECDsa Key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public static async Task<IReadOnlyList<UserId>> AddAsync(IStore store, int count, DateTimeOffset now)
    {
        var people = new List<UserId>(count);
        for (var n = 0; n < count; n++)
        {
            var user = UserId.New();
            var device = (await store.AddDeviceAsync(user, Digest.Sha256(user.ToArray()), firstMayEnter: true, now, CancellationToken.None)).Device;
            foreach (var kind in new[] { CertificateKind.Identity, CertificateKind.Encryption }) await CertifyAsync(store, user, device, kind, now);
            people.Add(user);
        }

        return people;
    }

    public static async Task CertifyAsync(IStore store, UserId user, DeviceId device, CertificateKind kind, DateTimeOffset now)
    {
        var serial = Guid.NewGuid().ToByteArray();
        serial[0] = 0x7f;
        var request = new CertificateRequest(new X500DistinguishedName("CN=made"), Key, HashAlgorithmName.SHA256);
        using var certificate = request.Create(request.SubjectName, X509SignatureGenerator.CreateForECDsa(Key), now, now.AddDays(90), serial);
        await store.AddCertificateAsync(new IssuedCertificate(Convert.ToHexStringLower(serial), kind, user, device, certificate.RawData, now, now.AddDays(90), now), CancellationToken.None);
    }
}
