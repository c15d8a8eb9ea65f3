using System.Text;
using System.Text.Json;
using TalkyWalky.Client.Connect;
using TalkyWalky.Client.Enrol;
using TalkyWalky.Pki;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Devices;

/// <summary>The person's devices as the authority lists them, checked as far as this device can.</summary>
internal sealed class DeviceBook
{
    /// <summary>Digits of an id that are enough to name a device.</summary>
    public const int ShortestPrefix = 4;

    private const int MaxDevices = 1000;

    private readonly Dictionary<DeviceId, VerifiedDevice> _approvers;

    private DeviceBook(IReadOnlyList<ReadDevice> devices)
    {
        Devices = [.. devices.Select(static one => one.Info)];
        _approvers = devices.Where(static one => one.Approver is not null).DistinctBy(static one => one.Info.Device).ToDictionary(static one => one.Info.Device, static one => one.Approver!);
    }

    public IReadOnlyList<DeviceInfo> Devices { get; }

    /// <summary>The identity by whose signature this device came in; null when there is none that verifies. Whether the log has it is not looked at.</summary>
    public VerifiedDevice? ApproverOf(DeviceId device) => _approvers.GetValueOrDefault(device);

    /// <summary>Null when the answer is none.</summary>
    public static DeviceBook? TryRead(byte[] json, Credentials self, DateTimeOffset now)
    {
        try
        {
            if (JsonSerializer.Deserialize(json, ClientJson.Default.DevicesBody)?.Devices is not { Count: <= MaxDevices } bodies) return null;
            var devices = bodies.Select(body => Read(body, self, now)).OfType<ReadDevice>().ToList();
            return devices.Count == bodies.Count ? new DeviceBook(devices) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The device that a person means, or a sentence why there is none.</summary>
    public (DeviceInfo? Device, string? Why) Find(string typed)
    {
        var text = typed.Trim();
        List<DeviceInfo> fitting = [.. Devices.Where(device => Fits(device, text))];
        if (fitting.Exists(static device => device.Standing != DeviceStanding.Revoked)) fitting.RemoveAll(static device => device.Standing == DeviceStanding.Revoked);
        return fitting switch
        {
            [var one] => (one, null),
            [] when text.Length < ShortestPrefix => (null, $"You have no device called \"{text}\"; give its name, or at least {ShortestPrefix} digits of its id."),
            [] => (null, $"You have no device called \"{text}\"; see: talkywalky device list."),
            _ => (null, $"\"{text}\" fits {fitting.Count} of your devices ({string.Join(", ", fitting.Take(5).Select(static device => device.Device.ToString()[..8]))}); give more digits of the id."),
        };
    }

    /// <summary>Null when the body breaks a rule.</summary>
    public static DeviceInfo? Read(byte[] json, Credentials self, DateTimeOffset now)
    {
        try
        {
            return JsonSerializer.Deserialize(json, ClientJson.Default.DeviceBody) is { } body ? Read(body, self, now)?.Info : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool Fits(DeviceInfo device, string text) =>
        string.Equals(device.Name, text, StringComparison.OrdinalIgnoreCase)
        || (text.Length >= ShortestPrefix && device.Device.ToString().StartsWith(text, StringComparison.OrdinalIgnoreCase));

    private static ReadDevice? Read(DeviceBody body, Credentials self, DateTimeOffset now)
    {
        if (!DeviceId.TryParse(body.Device, out var device) || !Digest.TryParse(body.Key, out var key) || Time(body.AddedAt) is not { } added) return null;
        DeviceStanding? standing = body.State switch
        {
            "pending" => DeviceStanding.Pending,
            "active" => body.NotAfter > now.ToUnixTimeMilliseconds() ? DeviceStanding.Active : DeviceStanding.Asleep,
            "revoked" => DeviceStanding.Revoked,
            _ => null,
        };
        if (standing is not { } known) return null;
        var name = body.Name is { } given && DeviceName.Problem(given) is null ? given : null;
        var approver = ApproverOf(body, device, key, self);
        return new ReadDevice(new DeviceInfo(device, name, known, device == self.Identity.Device, key.ToString(), added, Time(body.LoginAt), approver?.Device), approver);
    }

    // An approval is shown only if its signature holds: the server could name anyone.
    private static VerifiedDevice? ApproverOf(DeviceBody body, DeviceId device, Digest key, Credentials self) =>
        body.Approval is { Length: <= Jws.MaxPs256 } token
        && DeviceApproval.TryVerify(Encoding.ASCII.GetBytes(token), self.Anchor, self.Issuing, at: null) is var (approval, signer)
        && approval.User == self.Identity.User && approval.Device == device && approval.KeyHash == key
            ? signer
            : null;

    private static DateTimeOffset? Time(long? milliseconds) =>
        milliseconds is { } time && time >= 0 && time <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds() ? DateTimeOffset.FromUnixTimeMilliseconds(time) : null;

    private sealed record ReadDevice(DeviceInfo Info, VerifiedDevice? Approver);
}

/// <summary>What asking the authority about own devices came to.</summary>
internal abstract record BookOutcome
{
    private BookOutcome() { }

    public sealed record Read(DeviceBook Book) : BookOutcome;

    /// <param name="Answer">Refused or unreachable, with a sentence.</param>
    public sealed record Failed(DeviceAnswer Answer) : BookOutcome;

    public static DeviceAnswer Explain(HttpOutcome outcome) => outcome switch
    {
        HttpOutcome.Unreachable not => new DeviceAnswer.Unreachable(not.Why),
        HttpOutcome.NotTrusted not => new DeviceAnswer.Refused(not.Why),
        HttpOutcome.Answered { Status: >= System.Net.HttpStatusCode.InternalServerError } broken =>
            new DeviceAnswer.Unreachable(broken.Detail ?? "The server cannot do this right now; try again later."),
        HttpOutcome.Answered { IsSuccess: true } => new DeviceAnswer.Refused("The server's answer makes no sense to this program; update it, or tell your administrator."),
        HttpOutcome.Answered answered => new DeviceAnswer.Refused(answered.Detail ?? $"The server refused it (HTTP {(int)answered.Status}). Tell your administrator."),
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
