using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using TalkyWalky.Pki;
using TalkyWalky.Server.Administration;
using TalkyWalky.Server.Data;
using TalkyWalky.Wire;

namespace TalkyWalky.Server.Commands;

/// <summary>The authority itself for people, or one certificate of it.</summary>
internal static class ShowAuthorityCommand
{
    public static Command Build(CommandContext context)
    {
        var pem = new Option<bool>("--pem") { Description = "print the root, the issuing certificates and the log's public key as PEM" };
        var json = new Option<bool>("--json") { Description = "print one JSON object" };
        var serial = new Argument<string?>("SERIAL") { Description = "a certificate that was issued, instead of the authority's own", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("show", "Show the root certificate, its hash and the join link, and the issuing CAs; or a certificate that was issued.") { serial, pem, json };
        command.WithExamples("talkywalkyd ca show", "talkywalkyd ca show --pem > authority.pem", "talkywalkyd ca show 3f9c21d04be177a0c2d3e4f5a6b7c8d9");
        command.SetAction(async (parsed, cancellation) =>
        {
            var (isPem, isJson) = (parsed.GetValue(pem), parsed.GetValue(json));
            if (isPem && isJson) throw ServerException.Usage("--pem and --json exclude each other; give one of them");
            return parsed.GetValue(serial) is { } one
                ? await CertificateCommands.ShowAsync(context, parsed, one, isPem, isJson, cancellation)
                : await ShowAsync(context, DataFolder.Find(context.DataPath(parsed)), isPem, isJson, cancellation);
        });
        return command;
    }

    public static string Line(IssuingEntry one) => string.Create(
        CultureInfo.InvariantCulture,
        $"issuing CA {one.Number}  {one.Serial}  valid until {one.NotAfter:yyyy-MM-dd}, {(one.Signs ? "signs" : "signs the status of its own")}{Count(one)}");

    private static async Task<int> ShowAsync(CommandContext context, DataFolder folder, bool pem, bool json, CancellationToken cancellation)
    {
        var anchor = AuthorityFolder.ReadAnchor(folder);
        var issuing = AuthorityFolder.ReadIssuing(folder);
        var keys = AuthorityFolder.ReadLogKeys(folder);
        using var root = anchor.LoadCertificate();
        var output = context.Terminal.Output;
        if (pem)
        {
            output.WriteLine(root.ExportCertificatePem());
            foreach (var (_, certificate) in issuing) output.WriteLine(certificate.Pem.TrimEnd());
            output.WriteLine(PemEncoding.WriteString("PUBLIC KEY", anchor.Log!.Info.Span));
            return ExitCode.Done;
        }

        var join = JoinLink.TryParse(OwnerFile.TryRead(folder.Address), out var served, out _) ? (served with { Root = anchor.Hash }).ToString() : null;
        var entry = new AuthorityEntry(
            anchor.Hash.ToString(), root.Subject, new DateTimeOffset(root.NotBefore.ToUniversalTime()), new DateTimeOffset(root.NotAfter.ToUniversalTime()),
            Digest.Sha256(root.RawData).ToString(), keys.First.Hash.ToString(), keys.Present.Hash.ToString(), keys.Statements is [.., var last] ? last.Time : null, join,
            await CountedAsync(context, folder, cancellation) ?? [.. issuing.Select(static (one, i) => CertificateAdministration.Entry(one.Number, signs: i == 0, one.Certificate))]);
        if (json) output.WriteLine(JsonSerializer.Serialize(entry, AdminJson.Default.AuthorityEntry));
        else Write(output, entry);
        return ExitCode.Done;
    }

    /// <summary>How many certificates there are of each knows the running server; null where none runs.</summary>
    private static async Task<IReadOnlyList<IssuingEntry>?> CountedAsync(CommandContext context, DataFolder folder, CancellationToken cancellation)
    {
        await using var running = await AdminSocketChannel.TryConnectAsync(folder.AdminSocket, context.Time, cancellation);
        if (running is null) return null;
        return await running.SendAsync(new AdminRequest.ListIssuing(), cancellation) switch
        {
            AdminAnswer.Refused refused => throw new ServerException(refused.Error),
            var answer => ((AdminAnswer.Issuing)answer).Live,
        };
    }

    private static string Count(IssuingEntry one) => one.Certificates switch
    {
        null => "",
        1 => string.Create(CultureInfo.InvariantCulture, $", 1 valid certificate{Until(one)}"),
        var many => string.Create(CultureInfo.InvariantCulture, $", {many} valid certificates{Until(one)}"),
    };

    private static string Until(IssuingEntry one) => one is { Signs: false, LastExpiry: { } last } ? string.Create(CultureInfo.InvariantCulture, $", the last until {last:yyyy-MM-dd}") : "";

    private static void Write(TextWriter output, AuthorityEntry entry)
    {
        output.WriteLine($"subject      {Terminal.Plain(entry.Subject)}");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"valid        {entry.NotBefore:yyyy-MM-dd} to {entry.NotAfter:yyyy-MM-dd}"));
        output.WriteLine($"fingerprint  {entry.Fingerprint} (SHA-256 of the certificate)");
        output.WriteLine($"log key      {entry.LogKey} (SHA-256 of the public key)");
        if (entry.LogKeySince is { } since) output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"signs now    {entry.PresentLogKey} (the log's key since {since:yyyy-MM-dd})"));
        output.WriteLine($"root         {entry.Root} (in the join link)");
        if (entry.Join is not null) output.WriteLine($"join         {entry.Join}");
        foreach (var one in entry.Issuing) output.WriteLine(Line(one));
    }
}
