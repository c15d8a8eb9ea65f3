using TalkyWalky.Engines;
using TalkyWalky.Gateway.Publishing;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Gateway.Tests;

/// <summary>Rooms of chance: for each, what the rules must say follows from how it was made.</summary>
public sealed class RoomRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly DeviceId Sending = DeviceId.New();

    /// <summary>Minutes that a device is still listed, and whether a message must or may name it.</summary>
    private static readonly (int Minutes, bool Must, bool May)[] Lives =
        [(60 * 24 * 9, true, true), (11, true, true), (10, false, true), (0, false, true), (-9, false, true), (-10, false, false), (-60, false, false)];

    public static TheoryData<int> Seeds { get; } = [.. Enumerable.Range(1, 200)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Message_NamingAllThatMustAndAnyThatMay_Passes(int seed)
    {
        var room = new ChanceRoom(seed);
        var refusal = Judge(EnvelopeKind.Message, room.Roster, room.MustAndSomeThatMay);
        Assert.Equal(room.MustAndSomeThatMay.Length == 0 ? RefusalCode.NoDevices : RefusalCode.Unspecified, refusal.Code);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Message_WithOneLeftOutOrOneTooMany_SaysDevicesChanged(int seed)
    {
        var room = new ChanceRoom(seed);
        var named = room.MustAndSomeThatMay;
        foreach (var left in room.Must) Assert.Equal(RefusalCode.DevicesChanged, Judge(EnvelopeKind.Message, room.Roster, [.. named.Except([left])]).Code);
        foreach (var dormant in room.MayNot.Append(DeviceId.New()))
            Assert.Equal(RefusalCode.DevicesChanged, Judge(EnvelopeKind.Message, room.Roster, [.. named, dormant]).Code);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Grant_ToAnySubsetOfThoseThatMay_Passes(int seed)
    {
        var room = new ChanceRoom(seed);
        var subset = room.SomeThatMay();
        Assert.False(Judge(EnvelopeKind.Grant, room.Roster, subset).IsSet);
        Assert.False(Judge(EnvelopeKind.GrantRequest, room.Roster, subset).IsSet);
        foreach (var dormant in room.MayNot.Append(DeviceId.New()))
            Assert.Equal(RefusalCode.DevicesChanged, Judge(EnvelopeKind.Grant, room.Roster, [.. subset, dormant]).Code);
    }

    [Theory]
    [InlineData(EnvelopeKind.Message)]
    [InlineData(EnvelopeKind.Grant)]
    public void NamingTheSender_IsMalformed(EnvelopeKind kind)
    {
        var room = new ChanceRoom(1);
        Assert.Equal(RefusalCode.Malformed, Judge(kind, room.Roster, [.. room.MustAndSomeThatMay, Sending]).Code);
    }

    [Fact]
    public void MessageToNobody_WhereNobodyMust_SaysNoDevices()
    {
        var roster = new RoomRoster(new Dictionary<DeviceId, RosterDevice> { [Sending] = new(DeviceState.Active, Now.AddDays(9)), [DeviceId.New()] = new(DeviceState.Active, Now) });
        Assert.Equal(RefusalCode.NoDevices, Judge(EnvelopeKind.Message, roster, []).Code);
    }

    private static Refusal Judge(EnvelopeKind kind, RoomRoster roster, DeviceId[] named) =>
        RoomRules.JudgeDevices(new CheckedPublish(kind, default, 1, [.. named.Select(static device => new Address(device, default))]), Sending, roster, Now);

    private sealed class ChanceRoom
    {
        private readonly Random _chance;
        private readonly List<DeviceId> _may = [];

        public ChanceRoom(int seed)
        {
            _chance = new Random(seed);
            var devices = new Dictionary<DeviceId, RosterDevice> { [Sending] = new(DeviceState.Active, Now.AddDays(9)) };
            for (var left = _chance.Next(40); left > 0; left--)
            {
                var (minutes, must, may) = Lives[_chance.Next(Lives.Length)];
                var device = DeviceId.New();
                devices.Add(device, new RosterDevice(DeviceState.Active, Now.AddMinutes(minutes)));
                (must ? Must : may ? _may : MayNot).Add(device);
            }

            Roster = new RoomRoster(devices);
            MustAndSomeThatMay = [.. Must, .. _may.Where(_ => _chance.Next(2) == 0)];
            _chance.Shuffle(MustAndSomeThatMay);
        }

        public RoomRoster Roster { get; }

        public List<DeviceId> Must { get; } = [];

        public List<DeviceId> MayNot { get; } = [];

        public DeviceId[] MustAndSomeThatMay { get; }

        public DeviceId[] SomeThatMay() => [.. Must.Concat(_may).Where(_ => _chance.Next(2) == 0)];
    }
}
