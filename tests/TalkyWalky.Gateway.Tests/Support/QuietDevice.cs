using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Google.Protobuf;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Gateway.Tests.Support;

/// <summary>A device that allocates nothing while it sends, receives and acknowledges: what is allocated meanwhile in this process is the server's. One thread, which waits.</summary>
internal sealed class QuietDevice : IDisposable
{
    private const int Patience = 5 * 60 * 1000;
    private const int Binary = 2, Ping = 9, Pong = 10;

    private static readonly byte AcceptedField = Field(ServerFrame.AcceptedFieldNumber), DeliveryField = Field(ServerFrame.DeliveryFieldNumber), RefusedField = Field(ServerFrame.RefusedFieldNumber),
        AckField = Field(ClientFrame.AckFieldNumber);
    private static readonly byte TagField = Field(Delivery.TagFieldNumber, WireFormat.WireType.Varint);
    private static readonly byte TagsField = Field(Ack.TagsFieldNumber, WireFormat.WireType.Varint);

    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = Patience, SendTimeout = Patience };
    private readonly byte[] _in = new byte[64 * 1024], _out = new byte[8 * 1024], _acknowledgement = new byte[8 * 1024];
    private readonly ulong[] _tags = new ulong[512];
    private int _start, _end, _taken;

    private QuietDevice(Uri gateway)
    {
        _socket.Connect(IPAddress.Loopback, gateway.Port);
        _socket.Send(Encoding.ASCII.GetBytes(
            $"GET {GatewayEndpoint.Path} HTTP/1.1\r\nHost: {gateway.Authority}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"));
        int end;
        while ((end = _in.AsSpan(0, _end).IndexOf("\r\n\r\n"u8)) < 0) Fill();
        Assert.StartsWith("HTTP/1.1 101 ", Encoding.ASCII.GetString(_in, 0, end), StringComparison.Ordinal);
        _start = end + 4;
    }

    /// <summary>Answers to what was sent, and messages, so far.</summary>
    public long Accepted { get; private set; }

    public long Delivered { get; private set; }

    /// <summary>Connects and is welcomed.</summary>
    public static QuietDevice Connect(GatewayHost host, TestDevice device)
    {
        var client = new QuietDevice(host.Address);
        var challenge = ServerFrame.Parser.ParseFrom(client.Next()).Challenge;
        client._socket.Send(Masked(new ClientFrame { Hello = new Hello { Proof = ByteString.CopyFrom(device.Sign(device.Proof(challenge.Nonce.Memory))) } }));
        Assert.NotNull(ServerFrame.Parser.ParseFrom(client.Next()).Welcome);
        return client;
    }

    /// <summary>Publishes as they go over the wire, one behind the other.</summary>
    public static byte[][] Publishes(ulong first, int count, Publish publish)
    {
        var frames = new byte[count][];
        for (var i = 0; i < count; i++)
        {
            publish.Request = first + (ulong)i;
            frames[i] = Masked(new ClientFrame { Publish = publish });
        }

        return frames;
    }

    public void Send(byte[] frames) => Send(frames.AsSpan());

    /// <summary>Reads until so many answers and messages have come in all.</summary>
    public void Until(long accepted, long delivered)
    {
        while (Accepted < accepted || Delivered < delivered) Take(Next());
    }

    /// <summary>Takes what has come and answers the gateway's pings, without waiting: who is silent for long is disconnected.</summary>
    public void Attend()
    {
        while (_socket.Available > 0)
        {
            Fill();
            while (TryNext(out var frame)) Take(frame);
        }
    }

    /// <summary>Acknowledges what has come since the last time.</summary>
    public void Acknowledge()
    {
        var length = 0;
        Span<byte> tags = _acknowledgement.AsSpan(8); // behind what says how long they are
        foreach (var tag in _tags.AsSpan(0, _taken))
        {
            tags[length++] = TagsField;
            length += Varint(tags[length..], tag);
        }

        _taken = 0;
        Span<byte> prefix = stackalloc byte[8];
        prefix[0] = AckField;
        var before = 1 + Varint(prefix[1..], (ulong)length);
        prefix[..before].CopyTo(_acknowledgement.AsSpan(8 - before));
        SendFrame(Binary, _acknowledgement.AsSpan(8 - before, before + length));
    }

    public void Dispose() => _socket.Dispose();

    private void Send(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty) bytes = bytes[_socket.Send(bytes)..];
    }

    private void SendFrame(int opcode, ReadOnlySpan<byte> payload) => Send(_out.AsSpan(0, Mask(_out, opcode, payload)));

    private void Take(ReadOnlySpan<byte> frame)
    {
        if (frame[0] == AcceptedField) Accepted++;
        else if (frame[0] == RefusedField) throw new InvalidOperationException(ServerFrame.Parser.ParseFrom(frame).ToString());
        if (frame[0] != DeliveryField) return;
        Delivered++;
        _tags[_taken++] = TagOf(frame);
    }

    /// <summary>The next frame of the gateway, good until the one after.</summary>
    private ReadOnlySpan<byte> Next()
    {
        ReadOnlySpan<byte> payload;
        while (!TryNext(out payload)) Fill();
        return payload;
    }

    /// <summary>False when none is there whole.</summary>
    private bool TryNext(out ReadOnlySpan<byte> payload)
    {
        while (TryMeasure(_in.AsSpan(_start, _end - _start), out var header, out var length))
        {
            var opcode = _in[_start] & 0x0F;
            payload = _in.AsSpan(_start + header, length);
            _start += header + length;
            if (opcode == Binary) return true;
            if (opcode != Ping) throw new InvalidOperationException("the gateway says goodbye");
            SendFrame(Pong, payload);
        }

        payload = default;
        return false;
    }

    private void Fill()
    {
        _in.AsSpan(_start, _end - _start).CopyTo(_in);
        (_start, _end) = (0, _end - _start);
        var count = _socket.Receive(_in.AsSpan(_end));
        if (count == 0) throw new InvalidOperationException("the gateway closed the connection");
        _end += count;
    }

    private static bool TryMeasure(ReadOnlySpan<byte> bytes, out int header, out int length)
    {
        (header, length) = (2, 0);
        if (bytes.Length < 2) return false;
        length = bytes[1];
        if (length == 126)
        {
            if (bytes.Length < 4) return false;
            (header, length) = (4, BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]));
        }

        if (length == 127) throw new InvalidOperationException("the gateway sends larger frames than this device takes");
        return bytes.Length >= header + length;
    }

    private static byte[] Masked(IMessage message)
    {
        var payload = message.ToByteArray();
        var frame = new byte[payload.Length + 8];
        return frame[..Mask(frame, Binary, payload)];
    }

    /// <summary>A frame as clients send them, with a mask of zeros, which leaves the payload as it is.</summary>
    private static int Mask(Span<byte> frame, int opcode, ReadOnlySpan<byte> payload)
    {
        frame[0] = (byte)(0x80 | opcode);
        frame[1] = (byte)(0x80 | Math.Min(126, payload.Length));
        var header = 2;
        if (payload.Length >= 126)
        {
            BinaryPrimitives.WriteUInt16BigEndian(frame[2..], checked((ushort)payload.Length));
            header = 4;
        }

        frame.Slice(header, 4).Clear();
        payload.CopyTo(frame[(header + 4)..]);
        return header + 4 + payload.Length;
    }

    private static ulong TagOf(ReadOnlySpan<byte> frame)
    {
        var rest = frame[1..];
        Varint(ref rest);
        while (true)
        {
            var field = rest[0];
            rest = rest[1..];
            var value = Varint(ref rest);
            if (field == TagField) return value;
            if ((field & 7) == (int)WireFormat.WireType.LengthDelimited) rest = rest[(int)value..];
        }
    }

    private static ulong Varint(ref ReadOnlySpan<byte> rest)
    {
        ulong value = 0;
        for (var at = 0; ; at++)
        {
            value |= (ulong)(rest[at] & 0x7F) << (7 * at);
            if (rest[at] >= 0x80) continue;
            rest = rest[(at + 1)..];
            return value;
        }
    }

    private static int Varint(Span<byte> destination, ulong value)
    {
        var at = 0;
        for (; value >= 0x80; value >>= 7) destination[at++] = (byte)(value | 0x80);
        destination[at++] = (byte)value;
        return at;
    }

    private static byte Field(int number, WireFormat.WireType type = WireFormat.WireType.LengthDelimited) => (byte)WireFormat.MakeTag(number, type);
}
