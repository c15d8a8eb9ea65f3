using System.Text;
using System.Text.Json;
using TalkyWalky.Authority;
using TalkyWalky.Pki.Log;
using TalkyWalky.Testing;

namespace TalkyWalky.Server.Tests;

/// <summary>The transparency log by the commands of the real program.</summary>
public sealed class LogCommandTests : IDisposable
{
    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task LogExport_RunningAndStopped_IsAuditedAndCountersignedOffLine()
    {
        await ServerData.CopyTemplateAsync(_temp["data"]);
        await RunAsync("ca", "issue", "--host", "one.example.org", "--out", _temp["one"]);
        await RunAsync("log", "export", _temp["stopped.jsonl"]);
        await using (await ServerProcess.StartAsync(_temp["data"]))
        {
            await RunAsync("ca", "issue", "--host", "two.example.org", "--out", _temp["two"]);
            await RunAsync("log", "export", _temp["log.jsonl"]);
        }

        var state = JsonDocument.Parse((await RunAsync("log", "show", "--json")).Output).RootElement;
        Assert.True((await File.ReadAllLinesAsync(_temp["log.jsonl"])).Length > (await File.ReadAllLinesAsync(_temp["stopped.jsonl"])).Length);
        await Tool.RunAsync("openssl", ["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", _temp["auditor.key"]]);
        await Tool.RunAsync("openssl", ["pkey", "-in", _temp["auditor.key"], "-pubout", "-outform", "DER", "-out", _temp["auditor.der"]]);
        var report = JsonDocument.Parse((await AuditAsync(0, "", "--key", _temp["data/ca/log.pub"], "--countersign", _temp["auditor.key"], "--out", _temp["log.audited"], "--json")).Output).RootElement;
        Assert.Equal(0, report.GetProperty("faultCount").GetInt32());
        Assert.True(report.GetProperty("certificates").GetInt64() >= 3);
        Assert.True(report.GetProperty("entries").GetUInt64() <= state.GetProperty("size").GetUInt64());

        var log = CertificateAuthority.ReadAnchor(_temp["data/ca"]).Log!;
        var token = Encoding.ASCII.GetBytes((await File.ReadAllTextAsync(_temp["log.audited"])).TrimEnd('\n'));
        var auditor = await File.ReadAllBytesAsync(_temp["auditor.der"]);
        var signed = LogCountersignature.TryVerify(token, LogKey.TryRead(auditor)!)!;
        Assert.Equal(report.GetProperty("entries").GetUInt64(), TreeHead.TryVerify(signed.Head.Span, LogKeys.Of(log))!.Size);

        await AuditAsync(0, "no fault", "--before", _temp["log.audited"]);
        File.Copy(_temp["stopped.jsonl"], _temp["log.jsonl"], overwrite: true);
        await AuditAsync(0, "no fault");
        await AuditAsync(1, "it went back", "--before", _temp["log.audited"]);
        await AuditAsync(1, "is no countersignature of this log", "--before", _temp["auditor.key"]);
    }

    [Fact]
    public async Task LogAudit_ChangedOrForeign_SaysSoAndCountersignsNothing()
    {
        await ServerData.CopyTemplateAsync(_temp["data"]);
        foreach (var host in new[] { "one", "two" }) await RunAsync("ca", "issue", "--host", $"{host}.example.org", "--out", _temp[host]);
        await RunAsync("log", "export", _temp["log.jsonl"]);
        var lines = await File.ReadAllLinesAsync(_temp["log.jsonl"]);
        await Tool.RunAsync("openssl", ["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", _temp["other.key"]]);
        await Tool.RunAsync("openssl", ["pkey", "-in", _temp["other.key"], "-pubout", "-out", _temp["other.pub"]]);

        await AuditAsync(1, "is signed by another key", "--key", _temp["other.pub"]);
        await WriteAsync([lines[0], .. lines.Skip(2)]);
        await AuditAsync(1, "the head is of", "--countersign", _temp["other.key"], "--out", _temp["log.audited"]);
        Assert.False(File.Exists(_temp["log.audited"]));
        await WriteAsync([lines[0], lines[2], lines[1], .. lines.Skip(3)]);
        await AuditAsync(1, "its root differs");
        await WriteAsync([lines[0], "{\"v\":1}", .. lines.Skip(2)]);
        await AuditAsync(1, "entry 0 is no entry of a transparency log");
        await WriteAsync([.. lines.SkipLast(1)]);
        await AuditAsync(1, "it was cut short");
        await WriteAsync(["nothing"]);
        await AuditAsync(1, "is no exported log");
        await WriteAsync(lines);
        await AuditAsync(0, "no fault", "--key", _temp["data/ca/log.pub"]);
        await AuditAsync(2, "belong together", "--out", _temp["log.audited"]);
    }

    private Task WriteAsync(string[] lines) => File.WriteAllTextAsync(_temp["log.jsonl"], string.Join('\n', lines) + "\n");

    private async Task<CommandResult> AuditAsync(int code, string says, params string[] more)
    {
        var result = await ServerProcess.RunAsync(["log", "audit", _temp["log.jsonl"], .. more]);
        Assert.Equal(code, result.ExitCode);
        Assert.Contains(says, result.Output + result.Error, StringComparison.Ordinal);
        return result;
    }

    private async Task<CommandResult> RunAsync(params string[] arguments)
    {
        var result = await ServerProcess.RunAsync([.. arguments, "--data", _temp["data"]]);
        Assert.True(result.ExitCode == 0, result.Error);
        return result;
    }
}
