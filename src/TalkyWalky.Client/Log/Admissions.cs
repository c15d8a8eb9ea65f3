using TalkyWalky.Client.Engine;
using TalkyWalky.Client.Store;
using TalkyWalky.Pki;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Pki.Log;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Log;

/// <summary>Approvals that let devices in (docs/protocol.md 2.7), each verified once and remembered in the profile.</summary>
internal sealed class Admissions(TrustAnchor anchor, KnownIssuing issuing)
{
    /// <summary>Those of the statements that no earlier look verified.</summary>
    public static List<(CheckedStatement Statement, ListedDevice Device)> Unknown(Rows rows, IEnumerable<CheckedStatement> statements) =>
    [
        .. statements.SelectMany(statement => statement.List.Devices
            .Where(device => device.LetIn.Approval is { } approval && !rows.Log.IsAdmitted(statement.List.User, device.Device, approval))
            .Select(device => (statement, device))),
    ];

    /// <summary>Another device of the same person let this one in. Null when so; else why not, a sentence.</summary>
    public string? Refusal(CheckedStatement statement, ListedDevice device)
    {
        var name = statement.Told.Name;
        var hash = device.LetIn.Approval!.Value;
        if (statement.Told.Statement!.Approvals.FirstOrDefault(token => token.Length <= Jws.MaxPs256 && Digest.Sha256(token.Span) == hash) is not { } token)
            return $"The server does not show which device let the device {Short(device.Device)} of {name} in.";
        return DeviceApproval.TryVerify(token.Span, anchor, issuing.All, at: null) is var (approval, _) && approval.User == statement.List.User && approval.Device == device.Device
            ? null
            : $"No device of {name} let the device {Short(device.Device)} in, although the transparency log says so; tell your administrator.";
    }

    private static string Short(DeviceId device) => device.ToString()[..8];
}
