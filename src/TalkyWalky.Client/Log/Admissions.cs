using TalkyWalky.Client.Engine;
using TalkyWalky.Client.Store;
using TalkyWalky.Pki;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Pki.Log;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Log;

/// <summary>Approvals that let devices in (docs/protocol.md 2.7), each verified once and remembered in the profile.</summary>
internal sealed class Admissions(TrustAnchor anchor, KnownIssuing issuing, LogProofs proofs)
{
    /// <summary>Those of the statements that no earlier look verified.</summary>
    public static List<(CheckedStatement Statement, ListedDevice Device)> Unknown(Rows rows, IEnumerable<CheckedStatement> statements) =>
    [
        .. statements.SelectMany(statement => statement.List.Devices
            .Where(device => device.LetIn.Approval is { } approval && !rows.Log.IsAdmitted(statement.List.User, device.Device, approval))
            .Select(device => (statement, device))),
    ];

    /// <summary>The device that let this one in by its signature, with the very key that is listed; else why there is none, a sentence.</summary>
    public (VerifiedDevice? Signer, string? Why) SignerOf(CheckedStatement statement, ListedDevice device)
    {
        var (name, id) = (statement.Told.Name, Short(device));
        var hash = device.LetIn.Approval!.Value;
        if (statement.Told.Statement!.Approvals.FirstOrDefault(token => token.Length <= Jws.MaxPs256 && Digest.Sha256(token.Span) == hash) is not { } token)
            return (null, $"The server does not show which device let the device {id} of {name} in.");
        if (statement.Told.Devices.FirstOrDefault(given => Digest.Sha256(given.IdentityCertificate.Span) == device.Identity) is not { } listed)
            return (null, $"The server does not give all devices of {name} that the transparency log lists.");
        if (DeviceApproval.TryVerify(token.Span, anchor, issuing.All, at: null) is not var (approval, signer) || approval.User != statement.List.User || approval.Device != device.Device)
            return (null, $"No device of {name} let the device {id} in, although the transparency log says so; tell your administrator.");
        return CertificateKeys.HashOf(listed.IdentityCertificate.Memory) == approval.KeyHash
            ? (signer, null)
            : (null, $"The device {id} of {name} has another key than the one that was let in; tell your administrator.");
    }

    /// <summary>Who has the CA's key could certify the device that signed, too: it must be in the log. Null when it is; else a sentence.</summary>
    public async Task<string?> RefusalAsync(CheckedStatement statement, ListedDevice device, VerifiedDevice signer)
    {
        if (statement.Told.Devices.Any(given => CertificateKeys.HashOf(given.IdentityCertificate.Memory) == signer.KeyHash && IsListed(statement, given))) return null;
        return await proofs.IdentityAsync(statement.List.User, signer.CertificateHash) switch
        {
            LogProof.Proven => null,
            LogProof.Passing => $"The server does not show now whether the device that let the device {Short(device)} of {statement.Told.Name} in is in the transparency log.",
            _ => $"The device that let the device {Short(device)} of {statement.Told.Name} in is not in the transparency log; tell your administrator.",
        };
    }

    private static bool IsListed(CheckedStatement statement, Wire.Frames.Device given)
    {
        var hash = Digest.Sha256(given.IdentityCertificate.Span);
        return statement.List.Devices.Any(one => one.Identity == hash);
    }

    private static string Short(ListedDevice device) => device.Device.ToString()[..8];
}
