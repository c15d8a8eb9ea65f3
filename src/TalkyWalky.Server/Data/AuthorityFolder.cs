using TalkyWalky.Authority;
using TalkyWalky.Pki;
using TalkyWalky.Server.Configuration;
using TalkyWalky.Server.Hosting;

namespace TalkyWalky.Server.Data;

/// <summary>Makes and opens DATA/ca. It appears whole: an authority that was being made when the machine stopped leaves DATA/ca.new, and is made anew.</summary>
internal static class AuthorityFolder
{
    public static bool Exists(DataFolder folder) => Directory.Exists(folder.Authority);

    public static CertificateAuthority Open(DataFolder folder, ServerConfiguration configuration) =>
        CertificateAuthority.Open(folder.Authority, AuthorityPassphrase.Find(folder, configuration.Authority), configuration.PublicUrl);

    /// <summary>What every start does. The caller holds the engines' lock.</summary>
    public static async Task<CertificateAuthority> OpenOrMakeAsync(DataFolder folder, ServerConfiguration configuration, HostServices services)
    {
        if (!Exists(folder))
        {
            RequireNoRequest(folder);
            HostLog.MakingAuthority(services.Log);
            var passphrase = AuthorityPassphrase.FindOrMake(folder, configuration.Authority);
            var made = await MakeAsync(folder, configuration, passphrase, services, Actor.Authority);
            if (File.Exists(folder.Passphrase)) HostLog.MadeAuthority(services.Log, made.Organisation, folder.Passphrase);
            return made;
        }

        var authority = Open(folder, configuration);
        if (!string.Equals(authority.Organisation, configuration.Organisation.Name, StringComparison.Ordinal) || !string.Equals(authority.Domain, configuration.Organisation.Domain, StringComparison.Ordinal))
            HostLog.OrganisationDiffers(services.Log, authority.Organisation, authority.Domain);
        return authority;
    }

    /// <summary>The transparency log of this authority, in these engines.</summary>
    public static Task<TransparencyLog> OpenLogAsync(DataFolder folder, CertificateAuthority authority, ServerEngines engines, HostServices services, CancellationToken cancellation) =>
        TransparencyLog.OpenAsync(authority, folder.Authority, engines.Store, engines.Log, services.Time, services.Log, cancellation);

    /// <summary>Takes seconds. The caller holds the engines' lock, so no other process makes one here.</summary>
    public static async Task<CertificateAuthority> MakeAsync(DataFolder folder, ServerConfiguration configuration, string passphrase, HostServices services, Actor by)
    {
        RequireNoRequest(folder);
        var (draft, organisation) = (DraftOf(folder), configuration.Organisation);
        CertificateAuthority.Initialise(draft, organisation.Name, organisation.Domain, passphrase, services.Keys, services.Time.GetUtcNow(), configuration.PublicUrl).Dispose();
        return await PutInPlaceAsync(folder, draft, configuration, passphrase, services, AuditAct.Init, by);
    }

    /// <summary>Makes it of the request that waits and the certificate that the organisation's own root signed. The caller holds the engines' lock.</summary>
    public static async Task<CertificateAuthority> ImportAsync(
        DataFolder folder, ServerConfiguration configuration, string passphrase, byte[] certificate, byte[] root, HostServices services, Actor by)
    {
        var draft = DraftOf(folder);
        IssuingRequest.Complete(folder.AuthorityRequest, draft, certificate, root, passphrase, services.Time.GetUtcNow());
        var made = await PutInPlaceAsync(folder, draft, configuration, passphrase, services, AuditAct.Import, by);
        Directory.Delete(folder.AuthorityRequest, recursive: true);
        return made;
    }

    public static void RequireNoRequest(DataFolder folder)
    {
        if (IssuingRequest.Exists(folder.AuthorityRequest))
            throw new ServerException($"a request for the organisation's own root waits in {folder.AuthorityRequest}; bring its certificate with \"talkywalkyd ca import\", or remove that folder to have a root made here");
    }

    private static string DraftOf(DataFolder folder)
    {
        var draft = folder.Authority + ".new";
        if (Directory.Exists(draft)) Directory.Delete(draft, recursive: true);
        DataFolder.MakeOwnerOnly(draft);
        return draft;
    }

    // Opened again: what the next start does is what is used now. On the audit trail first: there is no authority that it does not tell of.
    private static async Task<CertificateAuthority> PutInPlaceAsync(
        DataFolder folder, string draft, ServerConfiguration configuration, string passphrase, HostServices services, AuditAct act, Actor by)
    {
        using (var made = CertificateAuthority.Open(draft, passphrase, configuration.PublicUrl))
        using (var trail = new AuditTrail(folder.AuditTrail, services.Time))
            await trail.WriteAsync(new AuditEntry { Act = act, By = by.ToString(), Serial = made.Issuing.Serial, Reason = $"{made.Organisation} ({made.Domain}), root {made.Anchor.Hash}" });

        Directory.Move(draft, folder.Authority);
        return CertificateAuthority.Open(folder.Authority, passphrase, configuration.PublicUrl);
    }

    /// <summary>The root and the log's key; needs no passphrase.</summary>
    public static TrustAnchor ReadAnchor(DataFolder folder) => CertificateAuthority.ReadAnchor(folder.Authority);

    /// <summary>The keys of the log, the first that devices trust; needs no passphrase.</summary>
    public static Pki.Log.LogKeys ReadLogKeys(DataFolder folder) => CertificateAuthority.ReadLogKeys(folder.Authority);

    /// <summary>The issuing CAs that live, the newest first; needs no passphrase.</summary>
    public static IReadOnlyList<(int Number, AuthorityCertificate Certificate)> ReadIssuing(DataFolder folder) => CertificateAuthority.ReadLive(folder.Authority);
}
