using TalkyWalky.EndToEnd.Tests.Harness;

namespace TalkyWalky.EndToEnd.Tests;

/// <summary>Every artefact means the same to OpenSSL as to us.</summary>
[Collection(OneAfterTheOther.Name)]
public sealed class CertificateTests(Organisation organisation)
{
    [Fact]
    public async Task OpenSsl_VerifiesRootIssuingGatewayAndDevice()
    {
        await using var place = await organisation.CopyAsync();
        await place.StartServerAsync();
        var authority = Split((await Programs.RunAsync(Programs.Server, ["ca", "show", "--pem", "--data", place.Data])).Expect(0).Output);
        var device = Split((await place.Member("ada").RunAsync(["device", "show", "--pem"])).Expect(0).Output);
        var root = await SaveAsync(place, "root", authority[0]);
        var issuing = await SaveAsync(place, "issuing", authority[1]);

        (await VerifyAsync("-CAfile", root, root)).Expect(0);
        (await VerifyAsync("-CAfile", root, issuing)).Expect(0);
        (await VerifyAsync("-CAfile", root, "-untrusted", issuing, "-purpose", "sslclient", await SaveAsync(place, "identity", device[0]))).Expect(0);
        (await VerifyAsync("-CAfile", root, "-untrusted", issuing, await SaveAsync(place, "encryption", device[1]))).Expect(0);

        var gateway = (await ConnectAsync(place, root, "-tls1_3")).Expect(0);
        Assert.Contains("Verify return code: 0 (ok)", gateway.Output, StringComparison.Ordinal);
        Assert.Contains("prime256v1", gateway.Output + (await Programs.RunAsync("openssl", ["x509", "-noout", "-text"], gateway.Output)).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tls12_IsRefused()
    {
        await using var place = await organisation.CopyAsync();
        await place.StartServerAsync();
        var root = await SaveAsync(place, "root", Split((await Programs.RunAsync(Programs.Server, ["ca", "show", "--pem", "--data", place.Data])).Output)[0]);
        Assert.NotEqual(0, (await ConnectAsync(place, root, "-tls1_2")).Exit);
    }

    private static Task<Finished> VerifyAsync(params string[] arguments) => Programs.RunAsync("openssl", ["verify", "-x509_strict", .. arguments]);

    private static Task<Finished> ConnectAsync(Place place, string root, string version) =>
        Programs.RunAsync("openssl", ["s_client", "-connect", $"127.0.0.1:{place.Port}", "-verify_ip", "127.0.0.1", "-CAfile", root, "-verify_return_error", version]);

    private static List<string> Split(string pem) =>
        pem.Split("-----END CERTIFICATE-----", StringSplitOptions.RemoveEmptyEntries).Where(part => part.Contains("BEGIN", StringComparison.Ordinal))
            .Select(part => part[part.IndexOf("-----BEGIN", StringComparison.Ordinal)..] + "-----END CERTIFICATE-----\n").ToList();

    private static async Task<string> SaveAsync(Place place, string name, string pem)
    {
        var file = Path.Combine(place.Folder, name + ".pem");
        await File.WriteAllTextAsync(file, pem);
        return file;
    }
}
