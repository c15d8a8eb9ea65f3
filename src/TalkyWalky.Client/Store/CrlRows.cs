using TalkyWalky.Wire;

namespace TalkyWalky.Client.Store;

/// <param name="Authority">Certificate of the issuing CA, DER.</param>
/// <param name="KeptAt">By this device's clock.</param>
internal sealed record CrlRow(Digest Issuer, byte[] Authority, byte[] Der, DateTimeOffset KeptAt);

/// <summary>The newest CRL of each issuing CA.</summary>
internal sealed class CrlRows(Rows rows)
{
    private const string Column = "crl.value";

    public List<CrlRow> All() => rows.Query(
        "SELECT issuer, authority, kept, value FROM crl",
        reader =>
        {
            var id = reader.Bytes(0);
            Digest.TryRead(id, out var issuer);
            return new CrlRow(issuer, reader.Bytes(1), rows.Open(Column, id, reader.Bytes(3)), reader.Time(2));
        });

    public void Save(CrlRow crl)
    {
        var id = crl.Issuer.ToArray();
        rows.Execute(
            """
            INSERT INTO crl(issuer, authority, kept, value) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT(issuer) DO UPDATE SET authority = excluded.authority, kept = excluded.kept, value = excluded.value
            """,
            id, crl.Authority, crl.KeptAt.ToUnixTimeMilliseconds(), rows.Seal(Column, id, crl.Der));
    }
}
