using System.Security.Cryptography;
using TalkyWalky.Testing;

namespace TalkyWalky.Pki.Tests;

public sealed class KeyPoolTests
{
    [Fact]
    public void CreateRsa_MoreThanThereAreFiles_GivesDifferentKeysThatWork()
    {
        var pool = new KeyPool();
        byte[] message = [1, 2, 3];
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var number = 0; number < 250; number++)
        {
            using var key = pool.CreateRsa(3072);
            Assert.True(seen.Add(Convert.ToHexString(key.ExportSubjectPublicKeyInfo())));
            Assert.Equal(3072, key.KeySize);
            Assert.Equal(message, key.Decrypt(key.Encrypt(message, RSAEncryptionPadding.OaepSHA256), RSAEncryptionPadding.OaepSHA256));
        }
    }
}
