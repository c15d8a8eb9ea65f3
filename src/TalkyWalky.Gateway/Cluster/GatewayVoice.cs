using Google.Protobuf;
using TalkyWalky.Engines;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Gateway.Cluster;

/// <summary>Says to the gateways of the other processes what they must do or tell for people who are connected to them. Also the voice of an authority that runs apart.</summary>
public sealed class GatewayVoice(IGatewayBus bus)
{
    public void DevicesChanged(UserId user) => Say(new GatewayNews { DevicesReplaced = new DevicesReplaced { User = Bytes(user) } });

    /// <summary>Ends every session of a person.</summary>
    public void Disconnect(UserId user, CloseCode code, string text) => Say(new GatewayNews { Expulsion = new Expulsion { User = Bytes(user), Code = code, Text = text } });

    /// <summary>Ends the session of one device, and tells everyone that this person's devices changed.</summary>
    public void DisconnectDevice(UserId user, DeviceId device, CloseCode code, string text) =>
        Say(new GatewayNews { Expulsion = new Expulsion { User = Bytes(user), Device = Wrap(device.ToArray()), Code = code, Text = text } });

    /// <summary>The store has a newer CRL.</summary>
    public void StatusReplaced() => Say(new GatewayNews { StatusReplaced = new StatusReplaced() });

    internal void Say(GatewayNews news) => bus.Say(news.ToByteArray());

    internal static ByteString Bytes(UserId user) => Wrap(user.ToArray());

    internal static ByteString Wrap(byte[] bytes) => UnsafeByteOperations.UnsafeWrap(bytes);
}
