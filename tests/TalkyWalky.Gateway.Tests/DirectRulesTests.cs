using Google.Protobuf;
using TalkyWalky.Engines;
using TalkyWalky.Gateway.Publishing;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Gateway.Tests;

public sealed class DirectRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly Digest Root = Digest.Sha256("root"u8);
    private static readonly UserId Ada = UserId.New(), Bob = UserId.New();
    private static readonly DeviceId Sending = DeviceId.New(), AdaTablet = DeviceId.New(), BobPhone = DeviceId.New(), BobLaptop = DeviceId.New();
    private static readonly ConversationId WithBob = ConversationId.Direct(Root, Ada, Bob), WithMyself = ConversationId.Direct(Root, Ada, Ada);
    private static readonly DateTimeOffset Later = Now.AddDays(10);

    [Fact]
    public void Message_NamingAllDevicesOfBoth_Passes() =>
        Assert.False(Judge(EnvelopeKind.Message, WithBob, BobRoster(Later, Later), AdaTablet, BobPhone, BobLaptop).IsSet);

    [Theory]
    [InlineData(false, true, true)]
    [InlineData(true, false, true)]
    [InlineData(true, true, false)]
    public void Message_MissingADevice_SaysDevicesChanged(bool tablet, bool phone, bool laptop)
    {
        var named = new[] { (tablet, AdaTablet), (phone, BobPhone), (laptop, BobLaptop) }.Where(static d => d.Item1).Select(static d => d.Item2).ToArray();
        Assert.Equal(RefusalCode.DevicesChanged, Judge(EnvelopeKind.Message, WithBob, BobRoster(Later, Later), named).Code);
    }

    [Fact]
    public void Message_LeavingOutADormantDevice_Passes() =>
        Assert.False(Judge(EnvelopeKind.Message, WithBob, BobRoster(Later, Now.AddDays(-1)), AdaTablet, BobPhone).IsSet);

    [Fact]
    public void Message_NamingADormantDevice_SaysDevicesChanged() =>
        Assert.Equal(RefusalCode.DevicesChanged, Judge(EnvelopeKind.Message, WithBob, BobRoster(Later, Now.AddDays(-1)), AdaTablet, BobPhone, BobLaptop).Code);

    [Theory]
    [InlineData(-9)]
    [InlineData(9)]
    public void Message_WithADeviceAroundItsExpiry_PassesEitherWay(int minutes)
    {
        var roster = BobRoster(Later, Now.AddMinutes(minutes));
        Assert.False(Judge(EnvelopeKind.Message, WithBob, roster, AdaTablet, BobPhone).IsSet);
        Assert.False(Judge(EnvelopeKind.Message, WithBob, roster, AdaTablet, BobPhone, BobLaptop).IsSet);
    }

    [Fact]
    public void Message_WhenAllDevicesOfThePeerAreDormantOrUnlisted_SaysNoDevices() =>
        Assert.Equal(RefusalCode.NoDevices, Judge(EnvelopeKind.Message, WithBob, BobRoster(null, Now.AddDays(-1)), AdaTablet, BobPhone).Code);

    [Fact]
    public void Message_ToOwnDevicesOnly_IsForNotesToOneself()
    {
        Assert.False(Judge(EnvelopeKind.Message, WithMyself, null, AdaTablet).IsSet);
        Assert.Equal(RefusalCode.DevicesChanged, Judge(EnvelopeKind.Message, WithBob, null, AdaTablet).Code);
    }

    [Fact]
    public void Grant_ToAnySubset_Passes()
    {
        Assert.False(Judge(EnvelopeKind.Grant, WithBob, BobRoster(Later, Later), BobLaptop).IsSet);
        Assert.False(Judge(EnvelopeKind.Grant, WithBob, BobRoster(Later, Later), AdaTablet, BobPhone).IsSet);
        Assert.False(Judge(EnvelopeKind.Grant, WithBob, null, AdaTablet).IsSet);
    }

    [Fact]
    public void GrantRequest_ToOneDevice_Passes() =>
        Assert.False(Judge(EnvelopeKind.GrantRequest, WithBob, BobRoster(Later, Later), BobLaptop).IsSet);

    [Fact]
    public void GrantRequest_ToTwoDevices_IsMalformed()
    {
        var publish = new Publish
        {
            Envelope = new Envelope { Kind = EnvelopeKind.GrantRequest, Conversation = ByteString.CopyFrom(WithBob.ToArray()), Payload = ByteString.CopyFrom(1) },
            Recipients =
            {
                new Recipient { Device = ByteString.CopyFrom(BobPhone.ToArray()) },
                new Recipient { Device = ByteString.CopyFrom(BobLaptop.ToArray()) },
            },
        };
        Assert.Null(CheckedPublish.TryRead(publish, out var refusal));
        Assert.Equal(RefusalCode.Malformed, refusal.Code);
    }

    [Fact]
    public void DisabledPeer_IsNotAllowed() =>
        Assert.Equal(RefusalCode.NotAllowed, Judge(EnvelopeKind.Message, WithBob, Roster(Bob, isEnabled: false, (BobPhone, Later)), AdaTablet, BobPhone).Code);

    private static Refusal Judge(EnvelopeKind kind, ConversationId conversation, Roster? peer, params DeviceId[] recipients) => DirectRules.Judge(
        new CheckedPublish(kind, conversation, 0, [.. recipients.Select(static device => new Address(device, default))]),
        Root, Sending, Roster(Ada, isEnabled: true, (Sending, Later), (AdaTablet, Later)), peer, Now);

    private static Roster BobRoster(DateTimeOffset? phone, DateTimeOffset? laptop) => Roster(Bob, isEnabled: true, (BobPhone, phone), (BobLaptop, laptop));

    private static Roster Roster(UserId user, bool isEnabled, params (DeviceId Device, DateTimeOffset? Until)[] devices) => new(
        user, isEnabled, devices.ToDictionary(static d => d.Device, static d => new RosterDevice(DeviceState.Active, d.Until)), Now);
}
