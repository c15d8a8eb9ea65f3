using System.Globalization;
using System.Net;

namespace TalkyWalky.Authority.Tests;

/// <summary>Enrolment with nothing but openssl and curl: the protocol is EST, not a private one.</summary>
public sealed class CurlTests
{
    [Fact]
    public async Task Enrol_ByCommandLineTools_GivesBothCertificates()
    {
        await using var authority = await LiveAuthority.StartAsync();
        string File(string name) => authority.TempFile(name);
        var est = new Uri(authority.Address, "/.well-known/est/").AbsoluteUri;
        string[] curl = ["--silent", "--show-error", "--fail", "--tlsv1.3", "--cacert", authority.RootFile, "--noproxy", "*"];
        await MakeRequestAsync("identity", File);
        await MakeRequestAsync("encryption", File);

        await Shell.RunAsync("curl", [.. curl, "-H", "Content-Type: application/json", "-d", """{"username":"carol","password":"correct horse"}""", new Uri(authority.Address, "/v1/register").AbsoluteUri]);
        await Shell.RunAsync(
            "curl", [.. curl, "-u", "carol:correct horse", "-H", "Content-Type: application/pkcs10", "--data-binary", $"@{File("identity.b64")}", "-o", File("identity.p7.b64"), est + "identity/simpleenroll"]);
        await UnwrapAsync("identity", File);
        await Shell.RunAsync(
            "curl",
            [.. curl, "--cert", File("identity.pem"), "--key", File("identity.key"), "-H", "Content-Type: application/pkcs10", "--data-binary", $"@{File("encryption.b64")}", "-o", File("encryption.p7.b64"), est + "encryption/simpleenroll"]);
        await UnwrapAsync("encryption", File);
        await Shell.RunAsync("curl", [.. curl, "-o", File("cacerts.p7.b64"), est + "cacerts"]);
        await UnwrapAsync("cacerts", File);

        foreach (var name in (string[])["identity", "encryption"])
            await Shell.RunAsync("openssl", "verify", "-x509_strict", "-CAfile", authority.RootFile, "-untrusted", File("cacerts.pem"), File($"{name}.pem"));
        Assert.Contains("CN = carol", await Shell.RunAsync("openssl", "x509", "-in", File("encryption.pem"), "-noout", "-subject"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connect_Tls12_IsRefused()
    {
        await using var authority = await LiveAuthority.StartAsync();
        var address = string.Create(CultureInfo.InvariantCulture, $"{IPAddress.Loopback}:{authority.Address.Port}");

        Assert.NotEqual(0, (await Shell.TryAsync("openssl", "s_client", "-connect", address, "-tls1_2", "-CAfile", authority.RootFile)).Code);
        Assert.Contains("Verification: OK", (await Shell.TryAsync("openssl", "s_client", "-connect", address, "-tls1_3", "-CAfile", authority.RootFile)).Output, StringComparison.Ordinal);
    }

    private static async Task MakeRequestAsync(string name, Func<string, string> file)
    {
        var key = TalkyWalky.Testing.Repository.Vectors("keys", string.Equals(name, "identity", StringComparison.Ordinal) ? "rsa3072-01.pem" : "rsa3072-02.pem");
        System.IO.File.Copy(key, file($"{name}.key"));
        await Shell.RunAsync("openssl", "req", "-new", "-key", key, "-subj", "/CN=anything", "-outform", "DER", "-out", file($"{name}.csr"));
        await Shell.RunAsync("openssl", "base64", "-in", file($"{name}.csr"), "-out", file($"{name}.b64"));
    }

    private static async Task UnwrapAsync(string name, Func<string, string> file)
    {
        await Shell.RunAsync("openssl", "base64", "-d", "-in", file($"{name}.p7.b64"), "-out", file($"{name}.p7"));
        await Shell.RunAsync("openssl", "pkcs7", "-inform", "DER", "-in", file($"{name}.p7"), "-print_certs", "-out", file($"{name}.pem"));
    }
}
