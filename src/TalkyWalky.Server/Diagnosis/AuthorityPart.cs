using System.Globalization;
using System.Net.Sockets;
using TalkyWalky.Authority;
using TalkyWalky.Engines;
using TalkyWalky.Server.Configuration;
using TalkyWalky.Server.Data;
using TalkyWalky.Server.Hosting;

namespace TalkyWalky.Server.Diagnosis;

/// <summary>The certificate authority; for a gateway that runs apart, the way to it and the certificate that it gave.</summary>
internal sealed class AuthorityPart(DataFolder folder, ServerConfiguration configuration, TimeProvider time)
{
    /// <summary>A root is replaced with all clients in hand: half a year is little.</summary>
    private static readonly TimeSpan AuthorityWarning = TimeSpan.FromDays(180), GatewayWarning = TimeSpan.FromDays(21), RootCrlWarning = TimeSpan.FromDays(30), Patience = TimeSpan.FromSeconds(5);

    public DoctorPart Part => new("authority", LookAsync);

    private async Task<IReadOnlyList<Finding>> LookAsync(CancellationToken cancellation)
    {
        try
        {
            return configuration.Roles.IsAuthority ? LookAtFolder() : [.. LookAtCertificate(), await ConnectAsync(cancellation)];
        }
        catch (Exception failed) when (failed is ServerException or AuthorityException)
        {
            return [new Finding("open", Verdict.Bad, failed.Message, null)];
        }
    }

    private IReadOnlyList<Finding> LookAtFolder()
    {
        if (!AuthorityFolder.Exists(folder)) return [new Finding("open", Verdict.Skipped, "none yet: the first start makes it", null)];
        using var authority = AuthorityFolder.Open(folder, configuration);
        return
        [
            new Finding("open", Verdict.Good, $"{authority.Organisation} ({authority.Domain}), root {authority.Anchor.Hash}", null),
            Until("root", authority.Root.NotAfter, AuthorityWarning, "Plan the next authority: every device has to join it anew."),
            Until("issuing", authority.Issuing.NotAfter, AuthorityWarning, "Make the next one with: talkywalkyd ca rollover"),
            LookAtRootCrl(RootCrl.TryRead(folder.Authority, authority.Anchor)),
        ];
    }

    /// <summary>Never bad: nothing of TalkyWalky stops for want of it.</summary>
    private Finding LookAtRootCrl(RootCrl? crl)
    {
        const string Remedy = "Bring the root's key and sign one with: talkywalkyd ca crl --root --root-key FILE";
        if (crl is null) return new Finding("root-crl", Verdict.Warning, "there is none", Remedy);
        var detail = string.Create(CultureInfo.InvariantCulture, $"{crl.Content.Count} revoked, good until {crl.Content.NextUpdate:yyyy-MM-dd}");
        return crl.Content.NextUpdate - time.GetUtcNow() > RootCrlWarning ? new Finding("root-crl", Verdict.Good, detail, null) : new Finding("root-crl", Verdict.Warning, detail, Remedy);
    }

    private IReadOnlyList<Finding> LookAtCertificate()
    {
        var certificates = AuthorityCertificates.Read(configuration.Roles.CertificatesFile!);
        var names = ServerNames.Of(configuration, configuration.Listen.Port);
        using var identity = TlsFiles.Read(configuration.Roles, certificates, names.PublicHost, time.GetUtcNow());
        return
        [
            new Finding("open", Verdict.Good, $"elsewhere, root {certificates.Anchor.Hash}", null),
            Until("certificate", identity.NotAfter, GatewayWarning, $"Make the next one on the authority's machine with: talkywalkyd ca issue --host {names.PublicHost}"),
        ];
    }

    private async Task<Finding> ConnectAsync(CancellationToken cancellation)
    {
        var (host, port) = (configuration.Roles.AuthorityAddress!.Host, configuration.Roles.AuthorityAddress.Port);
        using var late = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(host, port, either.Token);
            return new Finding("connect", Verdict.Good, $"{host}:{port}", null);
        }
        catch (Exception failed) when (failed is SocketException || (failed is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return new Finding(
                "connect", Verdict.Bad, $"{host}:{port} does not answer: {failed.Message}", $"Start the authority there, or set {RoleKeys.AuthorityAddress.Name} right; until then nobody registers, logs in or renews.");
        }
    }

    private Finding Until(string check, DateTimeOffset end, TimeSpan warning, string remedy)
    {
        var detail = string.Create(CultureInfo.InvariantCulture, $"valid until {end:yyyy-MM-dd}");
        var left = end - time.GetUtcNow();
        return left > warning ? new Finding(check, Verdict.Good, detail, null) : new Finding(check, left > TimeSpan.Zero ? Verdict.Warning : Verdict.Bad, detail, remedy);
    }
}
