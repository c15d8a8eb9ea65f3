using System.CommandLine;
using System.Globalization;
using TalkyWalky.Cli.Output;
using TalkyWalky.Pki;

namespace TalkyWalky.Cli.Commands;

/// <summary>pki show.</summary>
internal static class PkiCommand
{
    public static Command Create(CliHost host) => new("pki", "Look at certificates of anybody, and verify them. Needs no profile and fetches nothing.") { PkiVerifyCommand.Create(host), Show(host) };

    private static Command Show(CliHost host)
    {
        var file = new Argument<string>("FILE") { Description = "Certificates in PEM, or one in DER. - is the standard input." };
        var command = new Command("show", "Show certificates as people read them. Nothing is verified.") { file };
        command.SetAction((parse, cancellation) => ShowAsync(new CommandContext(host, parse), parse.GetRequiredValue(file), cancellation));
        return TalkyWalkyCommand.WithExamples(command, "talkywalky pki show device.pem", "talkywalky device show --pem | talkywalky pki show - --json | jq -r .subject");
    }

    private static async Task<int> ShowAsync(CommandContext context, string file, CancellationToken cancellation)
    {
        var (found, why) = await PkiFiles.ReadAsync(context.Host, file, CertificateFile.Certificate, cancellation);
        if (found is null) return await context.Reply.FailAsync(ExitCode.Usage, why!);
        for (var i = 0; i < found.Count; i++)
        {
            if (CertificateDescription.TryRead(found[i]) is not { } one)
                return await context.Reply.FailAsync(ExitCode.Refused, $"certificate {(i + 1).ToString(CultureInfo.InvariantCulture)} of {file} is not one in strict DER of at most {CertificateProfiles.MaxSize.ToString(CultureInfo.InvariantCulture)} bytes");
            if (context.Reply.Json)
            {
                await context.Reply.ObjectAsync(CertificateLine.Of(one), JsonLines.Types.CertificateLine);
                continue;
            }

            if (i > 0) await context.Reply.LineAsync("");
            await context.Reply.FieldsAsync(Fields(one));
        }

        return ExitCode.Done;
    }

    private static IEnumerable<(string Name, string Value)> Fields(CertificateDescription one)
    {
        yield return ("subject", Inert.Line(one.Subject));
        yield return ("issuer", Inert.Line(one.Issuer));
        yield return ("serial", one.Serial);
        yield return ("valid", $"{Moment(one.NotBefore)} to {Moment(one.NotAfter)}");
        yield return ("key", one.Key);
        yield return ("authority", one.IsAuthority ? $"yes, {(one.PathLength is { } length ? $"with at most {length} below it that issue too" : "without a limit below it")}" : "no");
        if (one.KeyUsage.Count > 0) yield return ("key usage", string.Join(", ", one.KeyUsage));
        if (one.Purposes.Count > 0) yield return ("purposes", string.Join(", ", one.Purposes));
        foreach (var name in one.Names) yield return ("name", Inert.Line(name));
        foreach (var constraint in one.Constraints) yield return ("constraint", Inert.Line(constraint));
        foreach (var address in one.StatusAddresses) yield return ("status", Inert.Line(address));
        foreach (var unknown in one.Unknown) yield return ("unknown and critical", unknown);
        yield return ("fingerprint", one.Fingerprint.ToString());
        yield return ("key fingerprint", one.KeyFingerprint.ToString());
    }

    private static string Moment(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
