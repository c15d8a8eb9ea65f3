using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace TalkyWalky.Load.Lines;

/// <summary>RFC 6455 as far as a load generator needs it: whole messages in one frame each, one fixed mask.</summary>
internal static class WebSocketFrames
{
    public const int Binary = 2, Close = 8, Ping = 9, Pong = 10;

    private static readonly byte[] Mask = [0x5A, 0xC3, 0x17, 0x8E];

    /// <summary>Client to server, masked.</summary>
    public static byte[] Masked(int opcode, ReadOnlySpan<byte> payload)
    {
        var header = HeaderSize(payload.Length);
        var frame = new byte[header + 4 + payload.Length];
        WriteHeader(frame, opcode, payload.Length);
        frame[1] |= 0x80;
        Mask.CopyTo(frame, header);
        for (var i = 0; i < payload.Length; i++) frame[header + 4 + i] = (byte)(payload[i] ^ Mask[i & 3]);
        return frame;
    }

    /// <summary>Puts a byte into the payload of a frame that <see cref="Masked"/> made.</summary>
    public static void Patch(byte[] frame, int payloadLength, int at, byte value) => frame[HeaderSize(payloadLength) + 4 + at] = (byte)(value ^ Mask[at & 3]);

    public static int HeaderSize(int payloadLength) => payloadLength < 126 ? 2 : payloadLength <= ushort.MaxValue ? 4 : 10;

    /// <summary>Without a mask, as a server sends.</summary>
    public static void WriteHeader(Span<byte> frame, int opcode, int payloadLength)
    {
        frame[0] = (byte)(0x80 | opcode);
        switch (HeaderSize(payloadLength))
        {
            case 2:
                frame[1] = (byte)payloadLength;
                break;
            case 4:
                frame[1] = 126;
                BinaryPrimitives.WriteUInt16BigEndian(frame[2..], (ushort)payloadLength);
                break;
            default:
                frame[1] = 127;
                BinaryPrimitives.WriteUInt64BigEndian(frame[2..], (ulong)payloadLength);
                break;
        }
    }

    /// <summary>False when the frame is not there whole.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out WebSocketFrame frame)
    {
        frame = default;
        if (bytes.Length < 2) return false;
        var (masked, length, header) = ((bytes[1] & 0x80) != 0, (long)(bytes[1] & 0x7F), 2);
        if (length == 126)
        {
            if (bytes.Length < 4) return false;
            (length, header) = (BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]), 4);
        }
        else if (length == 127)
        {
            if (bytes.Length < 10) return false;
            (length, header) = (BinaryPrimitives.ReadInt64BigEndian(bytes[2..]), 10);
        }

        if (masked) header += 4;
        if (bytes.Length - header < length) return false;
        frame = new WebSocketFrame(bytes[0] & 0x0F, header, (int)length, masked);
        return true;
    }

    /// <summary>Opens the connection (RFC 6455 section 4.1).</summary>
    public static async Task OpenAsync(Line line, string path, CancellationToken cancellation)
    {
        line.Out.Append(Encoding.ASCII.GetBytes(
            $"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"));
        line.Out.Flush();
        var answer = "";
        await line.In.OnceAsync(
            bytes =>
            {
                var end = bytes.IndexOf("\r\n\r\n"u8);
                if (end < 0) return 0;
                answer = Encoding.ASCII.GetString(bytes[..end]);
                return end + 4;
            },
            cancellation);
        if (!answer.StartsWith("HTTP/1.1 101 ", StringComparison.Ordinal)) throw new IOException($"the server did not switch to WebSocket: {answer.Split('\r')[0]}");
    }

    public static void Unmask(ReadOnlySpan<byte> key, Span<byte> payload)
    {
        var part = BinaryPrimitives.ReadUInt32LittleEndian(key);
        var words = MemoryMarshal.Cast<byte, ulong>(payload);
        for (var i = 0; i < words.Length; i++) words[i] ^= part | (ulong)part << 32;
        for (var i = words.Length * 8; i < payload.Length; i++) payload[i] ^= key[i & 3];
    }
}

/// <param name="Header">Bytes before the payload, the mask included.</param>
internal readonly record struct WebSocketFrame(int Opcode, int Header, int Length, bool IsMasked)
{
    public int Total => Header + Length;
}
