using System.Security.Cryptography;
using TalkyWalky.Testing;

namespace TalkyWalky.Pki.Tests;

/// <param name="Number">As NIST's document counts.</param>
/// <param name="Leaf">Name of the end entity's certificate.</param>
/// <param name="IsValid">What must come out with NIST's default settings.</param>
/// <param name="Waiver">Why the case is not held, or empty.</param>
internal sealed record PkitsCase(string Number, string Leaf, bool IsValid, string Waiver)
{
    public string Section => Number[..Number.LastIndexOf('.')];
}

/// <summary>NIST's Public Key Interoperability Test Suite in vectors/pki/pkits.</summary>
internal static class Pkits
{
    public const string Root = "TrustAnchorRootCertificate";

    public static IReadOnlyDictionary<string, byte[]> Certificates { get; } = Read("certs.pem");

    public static IReadOnlyDictionary<string, byte[]> Crls { get; } = Read("crls.pem");

    public static IReadOnlyList<PkitsCase> Cases { get; } =
    [
        .. File.ReadLines(Repository.Vectors("pki", "pkits", "cases.tsv")).Where(static line => !line.StartsWith('#')).Select(static line => line.Split('\t'))
            .Select(static cells => new PkitsCase(cells[0], cells[1], cells[2] == "valid", cells.ElementAtOrDefault(3) ?? "")),
    ];

    private static Dictionary<string, byte[]> Read(string file)
    {
        var found = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        var text = File.ReadAllText(Repository.Vectors("pki", "pkits", file));
        while (PemEncoding.TryFind(text, out var fields))
        {
            found.Add(text[..fields.Location.Start.Value].Trim(), Convert.FromBase64String(text[fields.Base64Data]));
            text = text[fields.Location.End..];
        }

        return found;
    }
}
