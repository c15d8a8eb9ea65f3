using System.Globalization;
using System.Text.Json;
using TalkyWalky.EndToEnd.Tests.Harness;
using TalkyWalky.Harness;

namespace TalkyWalky.EndToEnd.Tests;

/// <summary>Every artefact means the same to OpenSSL as to us.</summary>
[Collection(OneAfterTheOther.Name)]
public sealed class CertificateTests(Company company)
{
    [Fact]
    public async Task OpenSsl_VerifiesRootIssuingGatewayAndDevice()
    {
        await using var place = await company.CopyAsync();
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
        await using var place = await company.CopyAsync();
        await place.StartServerAsync();
        var root = await SaveAsync(place, "root", Split((await Programs.RunAsync(Programs.Server, ["ca", "show", "--pem", "--data", place.Data])).Output)[0]);
        Assert.NotEqual(0, (await ConnectAsync(place, root, "-tls1_2")).Exit);
    }

    [Fact]
    public async Task Crl_AfterDeviceRevoke_IsServedAndPrintedWithItsCertificates()
    {
        await using var place = await company.CopyAsync();
        var server = await place.StartServerAsync();
        var authority = Split((await Programs.RunAsync(Programs.Server, ["ca", "show", "--pem", "--data", place.Data])).Expect(0).Output);
        var (root, issuing) = (await SaveAsync(place, "root", authority[0]), await SaveAsync(place, "issuing", authority[1]));
        var ada = await SaveAsync(place, "ada", Split((await place.Member("ada").RunAsync(["device", "show", "--pem"])).Expect(0).Output)[0]);
        var bob = await SaveAsync(place, "bob", Split((await place.Member("bob").RunAsync(["device", "show", "--pem"])).Expect(0).Output)[0]);
        var (crl, printed) = (Path.Combine(place.Folder, "issuing.crl"), Path.Combine(place.Folder, "issuing.crl.pem"));
        Task<Finished> FetchAsync() => Programs.RunAsync(
            "curl", ["--silent", "--show-error", "--fail", "--noproxy", "*", "--cacert", root, "-o", crl, $"https://127.0.0.1:{place.Port}/v1/status/issuing.crl"]);
        Task<Finished> CheckAsync(string certificate) => VerifyAsync("-crl_check", "-CRLfile", crl, "-CAfile", root, "-untrusted", issuing, certificate);

        (await FetchAsync()).Expect(0);
        (await CheckAsync(ada)).Expect(0);
        var device = JsonDocument.Parse((await Programs.RunAsync(Programs.Server, ["device", "list", "--user", "ada", "--json", "--data", place.Data])).Expect(0).Output);
        (await Programs.RunAsync(Programs.Server, ["device", "revoke", device.RootElement.GetProperty("device").GetString()!, "--data", place.Data])).Expect(0);
        (await FetchAsync()).Expect(0);

        Assert.Contains("certificate revoked", (await CheckAsync(ada)).Errors, StringComparison.Ordinal);
        (await CheckAsync(bob)).Expect(0);

        // The same from the command, while the server runs and while it does not.
        (await Programs.RunAsync(Programs.Server, ["ca", "crl", "--out", printed, "--data", place.Data])).Expect(0);
        Assert.Equal(await File.ReadAllBytesAsync(crl), await File.ReadAllBytesAsync(printed));
        await server.DisposeAsync();
        (await Programs.RunAsync(Programs.Server, ["ca", "crl", "--pem", "--out", printed, "--data", place.Data])).Expect(0);
        var numbers = await Task.WhenAll(NumberAsync(crl), NumberAsync(printed));
        Assert.True(numbers[0] < numbers[1]);
        Assert.Contains("certificate revoked", (await VerifyAsync("-crl_check", "-CRLfile", printed, "-CAfile", root, "-untrusted", issuing, ada)).Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ocsp_TooLongOrNone_IsAnsweredExactlyAndTheNextIsServed()
    {
        await using var place = await company.CopyAsync();
        await place.StartServerAsync();
        var authority = Split((await Programs.RunAsync(Programs.Server, ["ca", "show", "--pem", "--data", place.Data])).Expect(0).Output);
        var (root, issuing) = (await SaveAsync(place, "root", authority[0]), await SaveAsync(place, "issuing", authority[1]));
        var ada = await SaveAsync(place, "ada", Split((await place.Member("ada").RunAsync(["device", "show", "--pem"])).Expect(0).Output)[0]);
        var (url, body, answer) = ($"https://127.0.0.1:{place.Port}/v1/status/ocsp", Path.Combine(place.Folder, "request"), Path.Combine(place.Folder, "answer"));
        async Task<string> AskAsync(params string[] rest) => (await Programs.RunAsync(
            "curl", ["--silent", "--show-error", "--noproxy", "*", "--cacert", root, "-H", "Content-Type: application/ocsp-request", "-o", answer, "-w", "%{http_code}", .. rest])).Expect(0).Output;

        await File.WriteAllBytesAsync(body, new byte[60_000]);
        Assert.Equal("413", await AskAsync("--data-binary", $"@{body}", url));
        Assert.Equal("414", await AskAsync($"{url}/{new string('A', 10_000)}"));
        await File.WriteAllTextAsync(body, "no request");
        Assert.Equal("200", await AskAsync("--data-binary", $"@{body}", url));
        Assert.Equal([0x30, 3, 0x0a, 1, 1], await File.ReadAllBytesAsync(answer)); // malformedRequest
        Assert.Equal("200", await AskAsync($"{url}/AAAA"));
        Assert.Equal([0x30, 3, 0x0a, 1, 1], await File.ReadAllBytesAsync(answer));

        var good = await Programs.RunAsync("openssl", ["ocsp", "-issuer", issuing, "-cert", ada, "-url", url, "-CAfile", root]);
        Assert.Contains("ada.pem: good", good.Expect(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Revoke_BySerialOrUser_EndsTheDevices()
    {
        await using var place = await company.CopyAsync();
        await place.StartServerAsync();
        var ada = (await CertificatesAsync(place, "--user", "ada")).Single(static one => Text(one, "kind") is "identity");
        var shown = (await Programs.RunAsync(Programs.Server, ["ca", "show", Text(ada, "serial"), "--pem", "--data", place.Data])).Expect(0).Output;
        Assert.Equal(Split((await place.Member("ada").RunAsync(["device", "show", "--pem"])).Expect(0).Output)[0], Split(shown).Single());

        var revoked = (await Programs.RunAsync(Programs.Server, ["ca", "revoke", Text(ada, "serial"), "--reason", "keyCompromise", "--data", place.Data])).Expect(0);
        Assert.Equal($"revoked {Text(ada, "serial")} (keyCompromise), and with it device {Text(ada, "device")} of ada\n", revoked.Output);
        Assert.Equal("revoked 1 device of bob\n", (await Programs.RunAsync(Programs.Server, ["ca", "revoke", "--user", "bob", "--reason", "superseded", "--data", place.Data])).Expect(0).Output);

        var sent = await place.Member("ada").RunAsync(["send", "--to", "m03", "still here?"]);
        Assert.NotEqual(0, sent.Exit);
        Assert.Contains("revoked", sent.Errors, StringComparison.Ordinal);
        var gone = await CertificatesAsync(place, "--status", "revoked");
        Assert.Equal(["ada keyCompromise", "ada keyCompromise", "bob superseded", "bob superseded"], gone.Select(static one => $"{Text(one, "name")} {Text(one, "reason")}").Order(StringComparer.Ordinal));
        Assert.DoesNotContain(await CertificatesAsync(place, "--status", "valid"), static one => Text(one, "name") is "ada" or "bob");
    }

    private static async Task<List<JsonElement>> CertificatesAsync(Place place, params string[] options) =>
        [.. (await Programs.RunAsync(Programs.Server, ["ca", "list", "--json", .. options, "--data", place.Data])).Expect(0).Lines.Select(static line => JsonDocument.Parse(line).RootElement)];

    private static string Text(JsonElement certificate, string member) => certificate.GetProperty(member).GetString()!;

    /// <summary>The CRL number as openssl prints it: crlNumber=0x05.</summary>
    private static async Task<int> NumberAsync(string crl)
    {
        var text = (await Programs.RunAsync("openssl", ["crl", "-noout", "-crlnumber", "-in", crl])).Expect(0).Output.Trim();
        return int.Parse(text[(text.LastIndexOf('x') + 1)..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
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
