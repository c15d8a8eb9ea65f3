using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using TalkyWalky.Engines;

namespace TalkyWalky.Authority;

/// <summary>A device as its owner sees it. Times are Unix milliseconds.</summary>
/// <param name="State">pending, active or revoked.</param>
/// <param name="Key">SHA-256 of the identity SubjectPublicKeyInfo, hex: what an approval names.</param>
/// <param name="NotAfter">When the first of its two current certificates expires; null while it lacks one.</param>
/// <param name="Approval">Compact JWS of the device that let it in; null otherwise, and once it is revoked.</param>
internal sealed record DeviceEntry(
    string Device, string? Name, string State, string Key, long AddedAt, long? LoginAt, long? RevokedAt, long? NotAfter, string? Approval)
{
    public static DeviceEntry Of(DeviceRecord record) => new(
        record.Device.ToString(), record.Name, StateName(record.State), record.IdentityKeyHash.ToString(), record.AddedAt.ToUnixTimeMilliseconds(),
        record.LoginAt?.ToUnixTimeMilliseconds(), record.RevokedAt?.ToUnixTimeMilliseconds(), ExpiryOf(record)?.ToUnixTimeMilliseconds(),
        ApprovalOf(record));

    public static string StateName(DeviceState state) => state switch
    {
        DeviceState.Pending => "pending",
        DeviceState.Active => "active",
        DeviceState.Revoked => "revoked",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static string? ApprovalOf(DeviceRecord record) =>
        record.State == DeviceState.Active && record.Approval is { } approval ? Encoding.ASCII.GetString(approval) : null;

    private static DateTimeOffset? ExpiryOf(DeviceRecord record)
    {
        if (record.IdentityCertificate is null || record.EncryptionCertificate is null) return null;
        var (identity, encryption) = (CertificateDates.NotAfter(record.IdentityCertificate), CertificateDates.NotAfter(record.EncryptionCertificate));
        return identity < encryption ? identity : encryption;
    }
}

internal sealed record DeviceEntries(IReadOnlyList<DeviceEntry> Devices);

internal sealed record NameForm(string Name);

internal static class CertificateDates
{
    /// <summary>Of a certificate that this authority issued and stored.</summary>
    public static DateTimeOffset NotAfter(byte[] der)
    {
        try
        {
            using var certificate = X509CertificateLoader.LoadCertificate(der);
            return new DateTimeOffset(certificate.NotAfter).ToUniversalTime();
        }
        catch (CryptographicException damaged)
        {
            throw new EngineException("the store holds a damaged certificate; restore it from a backup", damaged);
        }
    }
}
