using System.Security.Cryptography;
using Google.Protobuf;
using TalkyWalky.Crypto;
using TalkyWalky.Load.Lines;
using TalkyWalky.Pki;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Load.Peers.Ours;

/// <summary>
/// A publish that was sealed once, with 512 bytes of text, as a masked WebSocket frame. It goes out again and again under a new request number: the server never looks inside.
/// </summary>
internal sealed class SealedMessage
{
    public const int TextBytes = 512;

    /// <summary>The first number whose varint has four bytes, so that all have the same length.</summary>
    private const ulong FirstRequest = 1 << 21;

    private readonly byte[] _frame;
    private readonly int _length, _at;
    private ulong _next = FirstRequest;

    private SealedMessage(Publish publish)
    {
        var body = publish.ToByteArray(); // request 0 is not written
        var payload = new byte[1 + VarintSize(body.Length + 5) + 5 + body.Length];
        var output = new CodedOutputStream(payload);
        output.WriteTag(ClientFrame.PublishFieldNumber, WireFormat.WireType.LengthDelimited);
        output.WriteLength(body.Length + 5);
        output.WriteTag(Publish.RequestFieldNumber, WireFormat.WireType.Varint);
        _at = payload.Length - body.Length - 4;
        output.WriteUInt64(FirstRequest);
        output.Flush();
        body.CopyTo(payload, _at + 4);
        (_frame, _length) = (WebSocketFrames.Masked(WebSocketFrames.Binary, payload), payload.Length);
    }

    /// <summary>The next one to send, good until the one after.</summary>
    public ReadOnlySpan<byte> Next()
    {
        var rest = _next++;
        for (var i = 0; i < 4; i++, rest >>= 7) WebSocketFrames.Patch(_frame, _length, _at + i, (byte)(rest & 0x7F | (i < 3 ? 0x80u : 0u)));
        return _frame;
    }

    public static SealedMessage Direct(Organisation organisation, Member from, Member to)
    {
        var root = organisation.Anchor.Hash;
        var place = new GrantPlace.Direct(root, from.User, to.User);
        return new SealedMessage(new Publish
        {
            Envelope = Seal(organisation, from, place, to),
            Recipients = { new Recipient { Device = ByteString.CopyFrom(to.Device.ToArray()) } },
        });
    }

    public static SealedMessage ToRoom(Organisation organisation, Member from, Room room)
    {
        var others = room.Members.Where(member => member != from).ToList();
        var publish = new Publish { Envelope = Seal(organisation, from, new GrantPlace.Room(room.State.Room, room.State.Epoch, room.State.Head), others[0]) };
        foreach (var member in others) publish.Recipients.Add(new Recipient { Device = ByteString.CopyFrom(member.Device.ToArray()) });
        return new SealedMessage(publish);
    }

    /// <summary>A message is the same for however many its session's grant is. The grant is opened by nobody here: any head and list do.</summary>
    private static Envelope Seal(Organisation organisation, Member from, GrantPlace place, Member reader)
    {
        var now = TimeProvider.System.GetUtcNow();
        using var log = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var head = new Pki.Log.TreeHead(1, default, now).Sign(log);
        List<GrantRecipient> recipients = [new(organisation.Verify(reader.Encryption, DeviceKeyUse.Encryption), 1, default)];
        var identity = organisation.Verify(from.Identity, DeviceKeyUse.Identity);
        var started = Grants.Start(new GrantOrder(identity, from.Key, [organisation.Issuing], place, recipients, head, Previous: null), now);
        var message = started.Session.Seal(MessageId.New(), new MessageBody.Text(new string('x', TextBytes)), now);
        message.Next.Dispose();
        return new Envelope
        {
            Kind = EnvelopeKind.Message,
            Conversation = ByteString.CopyFrom(place.Conversation.ToArray()),
            Epoch = place.Epoch,
            Payload = ByteString.CopyFrom(message.Jwe),
        };
    }

    private static int VarintSize(int value) => CodedOutputStream.ComputeInt32Size(value);
}
