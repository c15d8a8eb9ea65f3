using System.Security.Cryptography;
using TalkyWalky.Crypto;
using TalkyWalky.Pki;
using TalkyWalky.Pki.Log;

namespace TalkyWalky.Client.Send;

/// <summary>Temporary, on the way to the transparency log: what grants name until the client knows device lists and tree heads. Goes with the last use.</summary>
internal static class Unlogged
{
    /// <summary>By a key that nobody keeps: it verifies nowhere.</summary>
    public static ReadOnlyMemory<byte> TreeHead { get; } = SignedByNobody();

    public static IReadOnlyList<GrantRecipient> Recipients(IEnumerable<VerifiedDevice> devices) => [.. devices.Select(static device => new GrantRecipient(device, 1, default))];

    private static byte[] SignedByNobody()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new TreeHead(1, default, DateTimeOffset.UnixEpoch).Sign(key);
    }
}
