using TalkyWalky.Wire;

namespace TalkyWalky.Client.Store;

/// <param name="Certificate">DER.</param>
/// <param name="Pkcs8">The private key; the reader zeroes it.</param>
/// <param name="Since">When this device got the certificate.</param>
internal sealed record StoredEncryptionKey(byte[] Certificate, byte[] Pkcs8, DateTimeOffset Since);

/// <summary>Private encryption keys, the newest first. A replaced one stays for what is still on its way.</summary>
internal sealed class KeyRows(Rows rows)
{
    private const string Column = "encryption_key.value";

    public List<StoredEncryptionKey> All() => rows.Query(
        "SELECT certificate, der, value, since FROM encryption_key ORDER BY retired IS NOT NULL, since DESC",
        reader => new StoredEncryptionKey(reader.Bytes(1), rows.Open(Column, reader.Bytes(0), reader.Bytes(2)), reader.Time(3)));

    /// <summary>Makes this the key in use and starts the clock of the one before.</summary>
    public void Replace(byte[] certificate, ReadOnlySpan<byte> pkcs8, DateTimeOffset now)
    {
        var hash = Digest.Sha256(certificate).ToArray();
        rows.Execute("UPDATE encryption_key SET retired = ?1 WHERE retired IS NULL", now.ToUnixTimeMilliseconds());
        rows.Execute(
            "INSERT INTO encryption_key(certificate, since, der, value) VALUES (?1, ?2, ?3, ?4)",
            hash, now.ToUnixTimeMilliseconds(), certificate, rows.Seal(Column, hash, pkcs8));
    }

    /// <summary>Deletes keys that were replaced before this time; secure_delete overwrites their pages.</summary>
    public int Destroy(DateTimeOffset retiredBefore) =>
        rows.Execute("DELETE FROM encryption_key WHERE retired < ?1", retiredBefore.ToUnixTimeMilliseconds());
}
