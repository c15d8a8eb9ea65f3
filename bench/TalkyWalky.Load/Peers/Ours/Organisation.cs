using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Data.Sqlite;
using TalkyWalky.Authority;
using TalkyWalky.Engines;
using TalkyWalky.Engines.Embedded;
using TalkyWalky.Pki;
using TalkyWalky.Testing;
using TalkyWalky.Wire;

namespace TalkyWalky.Load.Peers.Ours;

/// <summary>
/// A server's folder with people, their devices and mailboxes, made without a server: keys from the committed pool, certificates from an authority in this process. Used for
/// one run after the other.
/// </summary>
internal sealed class Organisation : IDisposable
{
    public const string Host = "bench.example.org:8443";

    /// <summary>A directory refuses to hash more than 256 passwords at the same time.</summary>
    private const int AtOnce = 50;

    /// <summary>Then they come again: making more takes long. A server refuses that, so the store forgets here whose they were.</summary>
    private const int Keys = 1000;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tw-load-");
    private readonly List<RSAParameters> _keys = [];
    private readonly CertificateAuthority _authority;

    public Organisation() => _authority = CertificateAuthority.Initialise(
        Path.Combine(_folder.FullName, "ca"), "Example", "example.org", "a passphrase to measure", KeyPool.Shared, TimeProvider.System.GetUtcNow());

    public string Folder => _folder.FullName;

    public TrustAnchor Anchor => _authority.Anchor;

    public ReadOnlyMemory<byte> Issuing => _authority.IssuingCertificate;

    /// <summary>The hosted gateway's, DER.</summary>
    public byte[] ServerCertificate { get; private set; } = [];

    public List<Member> Members { get; } = [];

    /// <summary>The newest that was made.</summary>
    public Room? Room { get; private set; }

    public static string Database(string folder) => Path.Combine(folder, "talkywalky.db");

    /// <summary>Fills up to so many members. While no server runs on the folder.</summary>
    public async Task GrowAsync(int people, CancellationToken cancellation)
    {
        if (Members.Count >= people) return;
        if (ServerCertificate.Length == 0) WriteServerFiles();
        while (Members.Count < people)
        {
            while (_keys.Count < Math.Min(people, Keys)) _keys.Add(NewKey());
            var until = Math.Min(people, (Members.Count / Keys + 1) * Keys);
            await using (var engines = await OpenAsync(_folder.FullName, cancellation))
            {
                foreach (var some in Enumerable.Range(Members.Count, until - Members.Count).Chunk(AtOnce))
                    Members.AddRange(await Task.WhenAll(some.Select(n => EnrolAsync(engines, n, cancellation))));
            }

            if (Members.Count % Keys == 0) ForgetKeys();
        }
    }

    /// <summary>Makes a room of the first so many members. While no server runs on the folder.</summary>
    public async Task MakeRoomAsync(int people, CancellationToken cancellation)
    {
        await using var engines = await OpenAsync(_folder.FullName, cancellation);
        Room = await Room.MakeAsync(this, [.. Members.Take(people)], engines.Store, cancellation);
    }

    public VerifiedDevice Verify(byte[] der, DeviceKeyUse use) =>
        DeviceCertificates.Verify(der, [Issuing], Anchor, use, TimeProvider.System.GetUtcNow()) is DeviceVerification.Verified verified
            ? verified.Device
            : throw new InvalidOperationException("a device's certificate is refused");

    public static Task<EmbeddedEngines> OpenAsync(string folder, CancellationToken cancellation) => EmbeddedEngines.OpenAsync(
        Database(folder), new EmbeddedOptions(MailboxLimits.Default with { Count = 1_000_000, Bytes = 4L << 30 }, PasswordIterations: 1), TimeProvider.System, cancellation);

    public void Dispose()
    {
        _authority.Dispose();
        foreach (var member in Members) member.Key.Dispose();
        _folder.Delete(recursive: true);
    }

    private static RSAParameters NewKey()
    {
        using var key = KeyPool.Shared.CreateRsa(3072);
        return key.ExportParameters(includePrivateParameters: true);
    }

    private void ForgetKeys()
    {
        using var connection = new SqliteConnection($"Data Source={Database(_folder.FullName)};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "DELETE FROM device_key";
        command.ExecuteNonQuery();
    }

    private async Task<Member> EnrolAsync(EmbeddedEngines engines, int number, CancellationToken cancellation)
    {
        var (username, key) = ($"user{number}", RSA.Create(_keys[number % Keys]));
        var account = ((AddOutcome.Added)await engines.Directory.AddAsync(new NewAccount(username, "a password for the bench", username, null), cancellation)).Account;
        var now = TimeProvider.System.GetUtcNow(); // a log-in is not older than the password
        var record = await engines.Store.AddDeviceAsync(account.User, Digest.Sha256(key.ExportSubjectPublicKeyInfo()), firstMayEnter: true, now, cancellation);
        await engines.Store.ApproveDeviceAsync(record.Device, approval: null, now, cancellation);
        await engines.Broker.CreateMailboxAsync(record.Device, cancellation);
        await engines.Store.SetLoginAsync(record.Device, now, cancellation);
        return new Member(
            account.User, record.Device, key, await IssueAsync(engines, record, username, key, CertificateKind.Identity, cancellation),
            await IssueAsync(engines, record, username, key, CertificateKind.Encryption, cancellation));
    }

    private async Task<byte[]> IssueAsync(EmbeddedEngines engines, DeviceRecord record, string username, RSA key, CertificateKind kind, CancellationToken cancellation)
    {
        var now = TimeProvider.System.GetUtcNow();
        var use = kind == CertificateKind.Identity ? DeviceKeyUse.Identity : DeviceKeyUse.Encryption;
        var issued = _authority.Issue(_authority.Prepare(use, username, record.User, record.Device, key, now));
        await engines.Store.AddCertificateAsync(
            new IssuedCertificate(issued.Serial, kind, record.User, record.Device, issued.Der, issued.NotBefore, issued.NotAfter, now, Issuer: issued.Issuer), cancellation);
        return issued.Der;
    }

    private void WriteServerFiles()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = X509CertificateLoader.LoadCertificate(_authority.Issue(_authority.PrepareServer(["127.0.0.1"], key, TimeProvider.System.GetUtcNow())).Der);
        ServerCertificate = certificate.RawData;
        var files = new ServerFiles(_folder.FullName);
        File.WriteAllBytes(files.Root, Anchor.Der.ToArray());
        File.WriteAllBytes(files.LogKey, Anchor.Log!.Info.ToArray());
        File.WriteAllBytes(files.Issuing, Issuing.ToArray());
        File.WriteAllText(files.Certificate, certificate.ExportCertificatePem());
        File.WriteAllText(files.Key, key.ExportPkcs8PrivateKeyPem());
    }
}

/// <param name="Encryption">DER.</param>
internal sealed record Member(UserId User, DeviceId Device, RSA Key, byte[] Identity, byte[] Encryption)
{
    private ulong _generation;

    public ulong NextGeneration() => ++_generation;
}

/// <summary>What the hosted gateway reads of its folder beside the database.</summary>
internal sealed class ServerFiles(string folder)
{
    public string Root => Path.Combine(folder, "root.der");

    public string LogKey => Path.Combine(folder, "log.der");

    public string Issuing => Path.Combine(folder, "issuing.der");

    public string Certificate => Path.Combine(folder, "server.pem");

    public string Key => Path.Combine(folder, "server.key");
}
