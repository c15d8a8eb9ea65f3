using System.Security.Cryptography.X509Certificates;

namespace TalkyWalky.Authority;

/// <summary>
/// RFC 5280 §5.3.1: the reasons that end-entity certificates can have here, as it spells them. A hold would have to be taken back, which no device survives.
/// </summary>
public static class RevocationReasons
{
    private static readonly Dictionary<string, X509RevocationReason> Known = new(StringComparer.OrdinalIgnoreCase)
    {
        ["unspecified"] = X509RevocationReason.Unspecified,
        ["keyCompromise"] = X509RevocationReason.KeyCompromise,
        ["affiliationChanged"] = X509RevocationReason.AffiliationChanged,
        ["superseded"] = X509RevocationReason.Superseded,
        ["cessationOfOperation"] = X509RevocationReason.CessationOfOperation,
        ["privilegeWithdrawn"] = X509RevocationReason.PrivilegeWithdrawn,
    };

    /// <summary>All of them, for people.</summary>
    public static string Names => string.Join(", ", Known.Keys);

    public static bool TryParse(string name, out X509RevocationReason reason) => Known.TryGetValue(name, out reason);

    public static string NameOf(X509RevocationReason reason) => Known.First(pair => pair.Value == reason).Key;
}
