using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using TalkyWalky.Authority;
using TalkyWalky.Pki;
using TalkyWalky.Pki.Log;
using TalkyWalky.Server.Data;

namespace TalkyWalky.Server.Commands;

/// <summary>Replays an exported log. Needs the file alone: no server, no data folder, no passphrase.</summary>
internal static class LogAuditCommand
{
    private const ulong ProgressEvery = 100_000;

    public static Command Build(CommandContext context)
    {
        var file = new Argument<string>("FILE") { Description = "what log export wrote" };
        var key = new Option<string?>("--key") { Description = "the log's public key as you know it (PEM: log.pub, or authority.pem, whose root is compared too)", HelpName = "FILE" };
        var countersign = new Option<string?>("--countersign") { Description = "sign with this P-256 key of yours (PKCS#8, PEM) that you found no fault", HelpName = "KEYFILE" };
        var output = new Option<string?>("--out") { Description = "where the countersignature goes", HelpName = "FILE" };
        var before = new Option<string?>("--before") { Description = "an earlier countersignature: the log must begin with what it was made over", HelpName = "FILE" };
        var json = new Option<bool>("--json") { Description = "print one JSON object" };
        var command = new Command("audit", "Replay an exported log from its first entry and check that it keeps its rules; ends with 1 when it does not. Works off-line, on any machine.") { file, key, before, countersign, output, json };
        command.WithExamples("talkywalkyd log audit log.jsonl --key log.pub", "talkywalkyd log audit log.jsonl --key log.pub --countersign auditor.key --out log.audited",
            "talkywalkyd log audit log.jsonl --key log.pub --before log.audited");
        command.SetAction(parsed =>
        {
            var (signKey, target) = (parsed.GetValue(countersign), parsed.GetValue(output));
            if (signKey is null != target is null) throw ServerException.Usage("--countersign and --out belong together; give both");
            using var signer = signKey is null ? null : ReadKey(signKey);
            var (anchor, report, head) = Replay(context.Terminal, parsed.GetValue(file)!, parsed.GetValue(key), parsed.GetValue(before));
            Write(context.Terminal.Output, anchor, report, parsed.GetValue(json));
            if (report.FaultCount > 0) return ExitCode.Failed;
            if (signer is not null) Sign(context, signer, head, target!);
            return ExitCode.Done;
        });
        return command;
    }

    private static (TrustAnchor Anchor, LogAuditReport Report, byte[] Head) Replay(Terminal terminal, string path, string? keyFile, string? before)
    {
        try
        {
            using var file = File.OpenRead(path);
            var lines = new LogExportReader(file);
            if (lines.Next() is not { } first || LogExportReader.TryRead(first.Span, LogExportJson.Default.LogExportHeader) is not { V: LogExportHeader.Version } header || header.Anchor() is not { } anchor)
                throw new ServerException($"{path} is no exported log; make one with: {CommandLine.Program} log export FILE");
            if (keyFile is not null) RequireKey(anchor, keyFile);
            var audit = new LogAudit(anchor, [.. header.Issuing.Select(static der => (ReadOnlyMemory<byte>)der)]);
            if (before is not null && !audit.Expect(ReadEarlier(before))) throw new ServerException($"{before} is no countersignature of this log; give what --countersign wrote before");
            while (lines.Next() is { } line)
            {
                if (LogExportReader.TryRead(line.Span, LogExportJson.Default.LogExportEnd) is { } end)
                {
                    var head = Encoding.ASCII.GetBytes(end.Head);
                    return lines.Next() is null ? (anchor, audit.Finish(head), head) : throw new ServerException($"{path} goes on behind its head; export it again");
                }

                audit.Add(line.Span);
                if (audit.Size % ProgressEvery == 0) terminal.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{audit.Size} entries"));
            }

            throw new ServerException($"{path} has no head at its end: it was cut short; export it again");
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new ServerException($"cannot read {path}: {failed.Message.TrimEnd('.')}", failed);
        }
    }

    private static void RequireKey(TrustAnchor anchor, string file)
    {
        var pem = CertificateInput.Read(file, "public key");
        if (CertificateFile.TryRead(pem, "PUBLIC KEY") is not [var info] || LogKey.TryRead(info.Span) is not { } key) throw new ServerException($"{file} holds no public key on P-256 in PEM; give log.pub or authority.pem");
        if (!key.Info.Span.SequenceEqual(anchor.Log!.Info.Span)) throw new ServerException($"the log is signed by another key than the one in {file}: it is another authority's, or a forgery");
        if (CertificateFile.TryRead(pem, CertificateFile.Certificate) is [var root, ..] && !root.Span.SequenceEqual(anchor.Der.Span)) throw new ServerException($"the log is of another root than the one in {file}");
    }

    private static ReadOnlyMemory<byte> ReadEarlier(string file) =>
        LogCountersignature.TryReadHead(Encoding.ASCII.GetBytes((OwnerFile.TryRead(file) ?? throw new ServerException($"{file} does not exist; give what --countersign wrote before")).TrimEnd()))
        ?? default;

    private static ECDsa ReadKey(string file)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(OwnerFile.TryRead(file) ?? throw new ServerException($"{file} does not exist; make a key with: openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out {file}"));
            if (key.KeySize == 256) return key;
        }
        catch (Exception failed) when (failed is CryptographicException or ArgumentException)
        {
            // told below
        }

        key.Dispose();
        throw new ServerException($"{file} holds no private key on P-256 in PEM; make one with: openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out {file}");
    }

    private static void Sign(CommandContext context, ECDsa key, byte[] head, string file)
    {
        try
        {
            File.WriteAllBytes(file, [.. LogCountersignature.Sign(key, head, context.Time.GetUtcNow()), (byte)'\n']);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw new ServerException($"cannot write {file}: {failed.Message.TrimEnd('.')}; give another file with --out", failed);
        }

        context.Terminal.Error.WriteLine($"countersigned in {file}");
    }

    private static void Write(TextWriter output, TrustAnchor anchor, LogAuditReport report, bool json)
    {
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(
                new LogAuditEntry(
                    anchor.Hash.ToString(), [.. report.Keys.Statements.Select(static one => new LogKeyEntry(one.Key.Hash.ToString(), one.Size, one.Time))], report.Entries, report.Root.ToString(), report.Head?.Time, report.Certificates, report.Revocations, report.Approvals, report.Commits, report.Lists, report.People,
                    report.ByAdministrator, report.Unlisted, report.FaultCount, report.Faults),
                LogAuditJson.Default.LogAuditEntry));
            return;
        }

        output.WriteLine($"authority  {anchor.Hash} (what the join link has as root)");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"entries    {report.Entries}: {report.Certificates} certificates, {report.Revocations} revocations, {report.Approvals} approvals, {report.Commits} commits, {report.Lists} device lists of {report.People} people"));
        output.WriteLine($"root       {report.Root}");
        if (report.Head is { } head) output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"signed     {head.Time.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC"));
        foreach (var change in report.Keys.Statements) output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"key        {change.Key.Hash} since entry {change.Size}, {change.Time.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"let in     {report.ByAdministrator} times a device on an administrator's word alone"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"unlisted   {report.Unlisted} certificates of devices that no list names: their enrolment was not finished"));
        foreach (var fault in report.Faults) output.WriteLine($"fault      {fault}");
        output.WriteLine(report.FaultCount == 0 ? "no fault" : string.Create(CultureInfo.InvariantCulture, $"{report.FaultCount} {(report.FaultCount == 1 ? "fault" : "faults")}: this log does not keep its rules; keep the file and ask who runs the authority"));
    }
}

/// <summary>As <c>log audit --json</c> shows it.</summary>
/// <param name="Authority">What the join link has as root.</param>
/// <param name="Keys">That took the place of the first.</param>
/// <param name="Signed">Null when no head was signed for these entries.</param>
internal sealed record LogAuditEntry(
    string Authority, IReadOnlyList<LogKeyEntry> Keys, ulong Entries, string Root, DateTimeOffset? Signed, long Certificates, long Revocations, long Approvals, long Commits, long Lists, int People, long ByAdministrator, int Unlisted,
    long FaultCount, IReadOnlyList<string> Faults);

/// <param name="Key">SHA-256 of the SubjectPublicKeyInfo, hex.</param>
/// <param name="Entry">The statement of the key before.</param>
internal sealed record LogKeyEntry(string Key, ulong Entry, DateTimeOffset Time);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(LogAuditEntry))]
internal sealed partial class LogAuditJson : JsonSerializerContext;
