using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Authority;
using TalkyWalky.Pki;
using TalkyWalky.Server.Configuration;

namespace TalkyWalky.Server.Data;

/// <summary>Makes and opens DATA/ca. It appears whole: an authority that was being made when the machine stopped leaves DATA/ca.new, and is made anew.</summary>
internal static class AuthorityFolder
{
    public static bool Exists(DataFolder folder) => Directory.Exists(folder.Authority);

    public static CertificateAuthority Open(DataFolder folder, ServerConfiguration configuration) =>
        CertificateAuthority.Open(folder.Authority, AuthorityPassphrase.Find(folder, configuration.Authority), configuration.PublicUrl);

    /// <summary>What every start does. The caller holds the engines' lock.</summary>
    public static CertificateAuthority OpenOrMake(DataFolder folder, ServerConfiguration configuration, HostServices services)
    {
        if (!Exists(folder))
        {
            HostLog.MakingAuthority(services.Log);
            var passphrase = AuthorityPassphrase.FindOrMake(folder, configuration.Authority);
            var made = Make(folder, configuration, passphrase, services.Keys, services.Time.GetUtcNow());
            if (File.Exists(folder.Passphrase)) HostLog.MadeAuthority(services.Log, made.Organisation, folder.Passphrase);
            return made;
        }

        var authority = Open(folder, configuration);
        if (!string.Equals(authority.Organisation, configuration.Organisation.Name, StringComparison.Ordinal) || !string.Equals(authority.Domain, configuration.Organisation.Domain, StringComparison.Ordinal))
            HostLog.OrganisationDiffers(services.Log, authority.Organisation, authority.Domain);
        return authority;
    }

    /// <summary>Takes seconds. The caller holds the engines' lock, so no other process makes one here.</summary>
    public static CertificateAuthority Make(DataFolder folder, ServerConfiguration configuration, string passphrase, IKeySource keys, DateTimeOffset now)
    {
        var draft = folder.Authority + ".new";
        if (Directory.Exists(draft)) Directory.Delete(draft, recursive: true);
        DataFolder.MakeOwnerOnly(draft);
        var organisation = configuration.Organisation;
        using (CertificateAuthority.Initialise(draft, organisation.Name, organisation.Domain, passphrase, keys, now, configuration.PublicUrl))
        {
            // Opened again below: what the next start does is what is used now.
        }

        Directory.Move(draft, folder.Authority);
        return CertificateAuthority.Open(folder.Authority, passphrase, configuration.PublicUrl);
    }

    /// <summary>The root, which needs no passphrase.</summary>
    public static TrustAnchor ReadAnchor(DataFolder folder)
    {
        using var certificate = Read(folder, "root.pem");
        return TrustAnchor.FromRoot(certificate.RawData);
    }

    public static string ReadIssuingPem(DataFolder folder)
    {
        using var certificate = Read(folder, "issuing.pem");
        return certificate.ExportCertificatePem();
    }

    private static X509Certificate2 Read(DataFolder folder, string name)
    {
        var file = Path.Combine(folder.Authority, name);
        var pem = OwnerFile.TryRead(file) ?? throw new ServerException($"{file} is missing; restore the folder {folder.Authority} from a backup");
        try
        {
            return X509Certificate2.CreateFromPem(pem);
        }
        catch (CryptographicException exception)
        {
            throw new ServerException($"{file} is damaged; restore the folder {folder.Authority} from a backup", exception);
        }
    }
}
