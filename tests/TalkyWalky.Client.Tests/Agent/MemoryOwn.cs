using TalkyWalky.Wire;

namespace TalkyWalky.Client.Tests.Agent;

/// <summary>Devices, names and settings in memory.</summary>
public sealed class MemoryOwn
{
    private static readonly DateTimeOffset Time = new(2026, 11, 21, 9, 30, 0, TimeSpan.Zero);

    private readonly List<DeviceInfo> _devices =
    [
        new(new DeviceId(1), "desk", DeviceStanding.Active, IsThis: true, new string('a', 64), Time.AddDays(-9), Time, null),
        new(new DeviceId(UInt128.One << 124), "\u001b[31mlaptop", DeviceStanding.Pending, IsThis: false, new string('c', 64), Time, null, null),
    ];

    private readonly List<UsedName> _names = [];
    private OwnAnswer.Settings _settings = new(DeliveredReceipts: true, ReadReceipts: true, Typing: true);

    /// <summary>Everything asked, in order.</summary>
    public List<OwnRequest> Asked { get; } = [];

    public bool IsReachable { get; set; } = true;

    public IReadOnlyList<DeviceInfo> Devices => _devices;

    public DeviceAnswer Answer(DeviceRequest request)
    {
        if (request is DeviceRequest.List) return new DeviceAnswer.Devices(_devices);
        if (!IsReachable) return new DeviceAnswer.Unreachable("Devices change only while the server can be reached.");
        if (request is DeviceRequest.Person { User: var user })
        {
            return user == "bob"
                ? new DeviceAnswer.Person(
                    new PersonInfo(MemoryChat.Bob, "bob", "Bob Builder", PersonPresence.Online, null, "Bobby"), "Example\u202e", "example.org",
                    [new CertifiedDevice(new DeviceId(7), "0a1b", new string('f', 64), Time, Time.AddDays(30), CertificateStanding.Good, Time, RevokedAt: null, new DeviceAdmission(AdmittedBy.Device, new DeviceId(8), Time))], "a device of bob is left out.")
                : new DeviceAnswer.Refused($"There is nobody called \"{user}\" here; check the spelling.");
        }

        var (name, next) = request switch
        {
            DeviceRequest.Approve one => (one.Device, (Func<DeviceInfo, DeviceInfo>)(static device => device with { Standing = DeviceStanding.Active, ApprovedBy = new DeviceId(1) })),
            DeviceRequest.Reject one => (one.Device, static device => device with { Standing = DeviceStanding.Revoked }),
            DeviceRequest.Rename one => (one.Device, device => device with { Name = one.Name }),
            DeviceRequest.Revoke one => (one.Device, static device => device with { Standing = DeviceStanding.Revoked }),
            _ => throw new InvalidOperationException("an unknown request"),
        };
        var at = _devices.FindIndex(device => device.Name == name || device.Device.ToString().StartsWith(name, StringComparison.Ordinal));
        if (at < 0) return new DeviceAnswer.Refused($"You have no device {name}.");
        _devices[at] = next(_devices[at]);
        return new DeviceAnswer.Done(_devices[at]);
    }

    /// <summary>Null: not about names or settings.</summary>
    public OwnAnswer? Answer(OwnRequest request)
    {
        Asked.Add(request);
        switch (request)
        {
            case OwnRequest.SetName or OwnRequest.RevertName when !IsReachable:
                return new OwnAnswer.Unreachable("Names change only while the server can be reached.");
            case OwnRequest.SetName set:
                _names.Insert(0, new UsedName(set.Name, Time));
                return new OwnAnswer.Done();
            case OwnRequest.RevertName:
                _names.Insert(0, new UsedName("", Time));
                return new OwnAnswer.Done();
            case OwnRequest.NameHistory:
                return new OwnAnswer.Names(_names.FirstOrDefault()?.Name is { Length: > 0 } name ? name : "alice", _names);
            case OwnRequest.ClearNameHistory:
                _names.RemoveRange(Math.Min(1, _names.Count), Math.Max(0, _names.Count - 1));
                return new OwnAnswer.Done();
            case OwnRequest.Settings change:
                _settings = new OwnAnswer.Settings(
                    change.DeliveredReceipts ?? _settings.DeliveredReceipts, change.ReadReceipts ?? _settings.ReadReceipts, change.Typing ?? _settings.Typing);
                return _settings;
            default:
                return null;
        }
    }
}
