using System.Security.Cryptography;
using TalkyWalky.Engines;
using TalkyWalky.Pki;
using TalkyWalky.Testing;
using TalkyWalky.Wire;

namespace TalkyWalky.Authority.Tests.Log;

/// <summary>People with one device each, as the store has them. All have one key, which nobody looks at.</summary>
internal static class MadePeople
{
    private static readonly RSA Key = KeyPool.Shared.CreateRsa(3072);

    public static async Task<IReadOnlyList<UserId>> AddAsync(CertificateAuthority authority, IStore store, int count, DateTimeOffset now)
    {
        var people = new List<UserId>(count);
        for (var n = 0; n < count; n++)
        {
            var user = UserId.New();
            var device = (await store.AddDeviceAsync(user, Digest.Sha256(user.ToArray()), firstMayEnter: true, now, CancellationToken.None)).Device;
            foreach (var (use, kind) in new[] { (DeviceKeyUse.Identity, CertificateKind.Identity), (DeviceKeyUse.Encryption, CertificateKind.Encryption) })
            {
                var signed = authority.Issue(authority.Prepare(use, "made", user, device, Key, now));
                await store.AddCertificateAsync(new IssuedCertificate(signed.Serial, kind, user, device, signed.Der, signed.NotBefore, signed.NotAfter, now), CancellationToken.None);
            }

            people.Add(user);
        }

        return people;
    }
}
