using System.CommandLine;
using System.Globalization;
using TalkyWalky.Cli.Output;
using TalkyWalky.Pki;

namespace TalkyWalky.Cli.Commands;

/// <summary>pki verify: path validation for anyone.</summary>
internal static class PkiVerifyCommand
{
    private static readonly string[] TimeForms = ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ssK"];

    private sealed record Question(string Leaf, string[] Roots, string[] Chain, string[] Crls, DateTimeOffset At, string Use, string? Name);

    public static Command Create(CliHost host)
    {
        var leaf = new Argument<string>("LEAF") { Description = "The certificate to verify, in PEM or DER; further ones in the file help as --chain does. - is the standard input." };
        var root = new Option<string[]>("--root") { Description = "Certificates that you trust.", HelpName = "FILE", Required = true };
        var chain = new Option<string[]>("--chain") { Description = "Certificates that may lead from the leaf to a root.", HelpName = "FILE" };
        var crl = new Option<string[]>("--crl") { Description = "CRLs. With any, each certificate below the root must be known not to be revoked.", HelpName = "FILE" };
        var at = new Option<string>("--at") { Description = "The moment of the question, UTC unless it says otherwise. Default: now.", HelpName = "TIME" };
        at.Validators.Add(static result =>
        {
            if (result.Tokens.Count == 1 && !TryParse(result.Tokens[0].Value, out _)) result.AddError("--at takes a date such as 2026-11-21, or a time such as 2026-11-21T14:30:00Z");
        });
        var use = new Option<string>("--profile") { Description = "What it must be good for. Default: any.", HelpName = "any|server|ca|device", DefaultValueFactory = static _ => "any" };
        use.AcceptOnlyFromAmong("any", "server", "ca", "device");
        var name = new Option<string>("--name") { Description = "The DNS name or address that a server's certificate must be for.", HelpName = "NAME" };
        var command = new Command("verify", "Verify a certificate: ends with 0, or with 4 and the reason.") { leaf, root, chain, crl, at, use, name };
        command.Validators.Add(result =>
        {
            if (result.GetResult(name) is not null && result.GetValue(use) is not "server") result.AddError("--name needs --profile server.");
        });
        command.SetAction((parse, cancellation) =>
        {
            var moment = parse.GetValue(at) is { } text && TryParse(text, out var given) ? given : host.Time.GetUtcNow();
            var question = new Question(
                parse.GetRequiredValue(leaf), parse.GetRequiredValue(root), parse.GetValue(chain) ?? [], parse.GetValue(crl) ?? [], moment, parse.GetRequiredValue(use), parse.GetValue(name));
            return VerifyAsync(new CommandContext(host, parse), question, cancellation);
        });
        return TalkyWalkyCommand.WithExamples(
            command, "talkywalky pki verify --root root.pem --chain issuing.pem server.pem --profile server --name chat.example.org",
            "talkywalky device show --pem | talkywalky pki verify --root root.pem --profile device -",
            "talkywalky pki verify --root root.pem --chain issuing.pem --crl root.crl --crl issuing.crl device.pem",
            "talkywalky pki verify --root /etc/ssl/certs/ca-certificates.crt --at 2026-11-21T14:30:00Z chain.pem");
    }

    private static bool TryParse(string text, out DateTimeOffset moment) =>
        DateTimeOffset.TryParseExact(text, TimeForms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out moment);

    private static async Task<int> VerifyAsync(CommandContext context, Question question, CancellationToken cancellation)
    {
        var (leaves, why) = await PkiFiles.ReadAsync(context.Host, question.Leaf, CertificateFile.Certificate, cancellation);
        if (leaves is null) return await context.Reply.FailAsync(ExitCode.Usage, why!);
        (var roots, why) = await PkiFiles.ReadAsync(context.Host, question.Roots, CertificateFile.Certificate, cancellation);
        if (roots is null) return await context.Reply.FailAsync(ExitCode.Usage, why!);
        (var chain, why) = await PkiFiles.ReadAsync(context.Host, question.Chain, CertificateFile.Certificate, cancellation);
        if (chain is null) return await context.Reply.FailAsync(ExitCode.Usage, why!);
        (var crls, why) = await PkiFiles.ReadAsync(context.Host, question.Crls, CertificateFile.Crl, cancellation);
        if (crls is null) return await context.Reply.FailAsync(ExitCode.Usage, why!);
        return Verify(leaves[0], [.. leaves.Skip(1), .. chain], roots, crls.Count > 0 ? crls : null, question) switch
        {
            PathVerification.Verified verified => await ReportAsync(context, verified),
            PathVerification.Refused refused => await context.Reply.FailAsync(ExitCode.Refused, refused.Reason),
            _ => throw new InvalidOperationException("unknown verification"),
        };
    }

    private static PathVerification Verify(
        ReadOnlyMemory<byte> leaf, IReadOnlyList<ReadOnlyMemory<byte>> chain, IReadOnlyList<ReadOnlyMemory<byte>> roots, IReadOnlyList<ReadOnlyMemory<byte>>? crls, Question question) =>
        question.Use switch
        {
            "server" => CertificatePaths.Verify(leaf, chain, roots, PathUse.Server, question.Name, question.At, crls),
            "ca" => CertificatePaths.Verify(leaf, chain, roots, PathUse.Authority, host: null, question.At, crls),
            "device" => DeviceCertificates.VerifyEither(leaf, chain, roots, question.At, crls),
            _ => CertificatePaths.Verify(leaf, chain, roots, PathUse.Any, host: null, question.At, crls),
        };

    private static async Task<int> ReportAsync(CommandContext context, PathVerification.Verified verified)
    {
        var path = verified.Path.Select(static one => CertificateDescription.TryRead(one)!.Subject).ToList(); // each was read to verify it
        if (context.Reply.Json)
        {
            await context.Reply.ObjectAsync(new VerifiedLine(true, path), JsonLines.Types.VerifiedLine);
            return ExitCode.Done;
        }

        await context.Reply.LineAsync("verified");
        foreach (var subject in path) await context.Reply.LineAsync($"  {Inert.Line(subject)}");
        return ExitCode.Done;
    }
}
