using System.Security.Cryptography;
using System.Text.Json;
using TalkyWalky.Testing;

namespace TalkyWalky.Crypto.Tests;

/// <summary>The base library's primitives with our parameters, on the public vectors. The counts are what was measured; others mean that the library changed.</summary>
public sealed class WycheproofTests
{
    [Theory]
    [InlineData("rsa_oaep_2048_sha256_mgf1sha256_test.json")]
    [InlineData("rsa_oaep_3072_sha256_mgf1sha256_test.json")]
    public void RsaOaep_AllButLabels_AgreesWithTheVectors(string file)
    {
        // The eight others carry a label, which the protocol never does.
        Assert.Equal((29, 8), Run(file, static (group, test) =>
        {
            if (Text(test, "label").Length > 0) return null;
            using var key = RSA.Create();
            key.ImportPkcs8PrivateKey(Bytes(group, "privateKeyPkcs8"), out _);
            return Attempt(() => key.Decrypt(Bytes(test, "ct"), RSAEncryptionPadding.OaepSHA256)) is { } message
                && message.AsSpan().SequenceEqual(Bytes(test, "msg"));
        }));
    }

    [Theory]
    [InlineData("rsa_pss_2048_sha256_mgf1_32_test.json")]
    [InlineData("rsa_pss_3072_sha256_mgf1_32_test.json")]
    public void RsaPss_Salt32_AgreesWithTheVectors(string file)
    {
        Assert.Equal((108, 0), Run(file, static (group, test) =>
        {
            using var key = RSA.Create();
            key.ImportSubjectPublicKeyInfo(Bytes(group, "publicKeyDer"), out _);
            return key.VerifyData(Bytes(test, "msg"), Bytes(test, "sig"), HashAlgorithmName.SHA256, RSASignaturePadding.Pss);
        }));
    }

    [Fact]
    public void AesGcm_NonceOf96Bits_AgreesWithTheVectors()
    {
        Assert.Equal((197, 119), Run("aes_gcm_test.json", static (group, test) =>
        {
            if (group.GetProperty("ivSize").GetInt32() != 96) return null;
            using var gcm = new AesGcm(Bytes(test, "key"), CompactJwe.TagSize);
            var message = new byte[Bytes(test, "ct").Length];
            return Attempt(() =>
            {
                gcm.Decrypt(Bytes(test, "iv"), Bytes(test, "ct"), Bytes(test, "tag"), message, Bytes(test, "aad"));
                return message;
            }) is not null && message.AsSpan().SequenceEqual(Bytes(test, "msg"));
        }));
    }

    [Fact]
    public void Hkdf_Sha256_AgreesWithTheVectors()
    {
        Assert.Equal((86, 0), Run("hkdf_sha256_test.json", static (_, test) =>
        {
            var size = test.GetProperty("size").GetInt32();
            // RFC 5869 §2.3: at most 255 blocks.
            return size <= 255 * 32
                && HKDF.DeriveKey(HashAlgorithmName.SHA256, Bytes(test, "ikm"), size, Bytes(test, "salt"), Bytes(test, "info")).AsSpan().SequenceEqual(Bytes(test, "okm"));
        }));
    }

    [Fact]
    public void Ecdsa_P1363_AgreesWithTheVectors()
    {
        Assert.Equal((262, 0), Run("ecdsa_secp256r1_sha256_p1363_test.json", static (group, test) =>
        {
            using var key = ECDsa.Create();
            key.ImportSubjectPublicKeyInfo(Bytes(group, "publicKeyDer"), out _);
            return key.VerifyData(Bytes(test, "msg"), Bytes(test, "sig"), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }));
    }

    /// <summary>Runs every vector; <paramref name="accepts"/> answers null for one that lies outside the protocol. None may end otherwise than it says.</summary>
    private static (int Agreed, int Outside) Run(string file, Func<JsonElement, JsonElement, bool?> accepts)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Repository.Vectors("wycheproof", file)));
        var (agreed, outside) = (0, 0);
        foreach (var group in document.RootElement.GetProperty("testGroups").EnumerateArray())
        {
            foreach (var test in group.GetProperty("tests").EnumerateArray())
            {
                if (accepts(group, test) is not { } accepted)
                {
                    outside++;
                    continue;
                }

                var result = Text(test, "result");
                Assert.True(accepted ? result is "valid" or "acceptable" : result is "invalid" or "acceptable", $"{file} {test.GetProperty("tcId")}: {result}");
                agreed++;
            }
        }

        return (agreed, outside);
    }

    private static byte[]? Attempt(Func<byte[]> decrypt)
    {
        try
        {
            return decrypt();
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    private static byte[] Bytes(JsonElement element, string name) => Convert.FromHexString(Text(element, name));
}
