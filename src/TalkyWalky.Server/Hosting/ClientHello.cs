using System.Buffers;
using System.Buffers.Binary;

namespace TalkyWalky.Server.Hosting;

/// <summary>Reads what a connection asks for before TLS begins (RFC 8446 §4.1.2, RFC 7301 §3.1). Whatever is no ClientHello asks for nothing: TLS refuses it.</summary>
internal static class ClientHello
{
    /// <summary>A record's header, then at most so many bytes (RFC 8446 §5.1).</summary>
    public const int RecordHeader = 5, MaxRecord = 1 << 14;

    private const byte Handshake = 22, ClientHelloType = 1;
    private const ushort ApplicationLayerProtocols = 16, PreSharedKey = 41;

    /// <summary>Null when more bytes are needed to tell.</summary>
    public static bool? Offers(ReadOnlySequence<byte> received, ReadOnlySpan<byte> protocol) => Read(received, protocol, FindProtocol, otherwise: false);

    /// <summary>False when it does not ask to go on with an earlier session (RFC 8446 §2.2) for certain. Null when more bytes are needed to tell.</summary>
    public static bool? MayResume(ReadOnlySequence<byte> received) =>
        Read(received, default, static (message, _) => FindExtension(message, PreSharedKey, out _) ?? true, otherwise: true);

    private static bool? Read(ReadOnlySequence<byte> received, ReadOnlySpan<byte> sought, Func<ReadOnlySpan<byte>, ReadOnlySpan<byte>, bool> judge, bool otherwise)
    {
        Span<byte> header = stackalloc byte[RecordHeader];
        if (received.Length < RecordHeader) return received.Length > 0 && received.FirstSpan[0] != Handshake ? otherwise : null;
        received.Slice(0, RecordHeader).CopyTo(header);
        var length = BinaryPrimitives.ReadUInt16BigEndian(header[3..]);
        if (header[0] != Handshake || length is 0 or > MaxRecord) return otherwise;
        if (received.Length < RecordHeader + length) return null;
        var record = ArrayPool<byte>.Shared.Rent(length);
        received.Slice(RecordHeader, length).CopyTo(record);
        var judgement = judge(record.AsSpan(0, length), sought);
        ArrayPool<byte>.Shared.Return(record);
        return judgement;
    }

    private static bool FindProtocol(ReadOnlySpan<byte> message, ReadOnlySpan<byte> protocol) =>
        FindExtension(message, ApplicationLayerProtocols, out var names) == true && Lists(names, protocol);

    /// <summary>Null for what is not a whole hello in one record.</summary>
    private static bool? FindExtension(ReadOnlySpan<byte> message, ushort sought, out ReadOnlySpan<byte> extension)
    {
        extension = default;
        if (message.Length < 4 || message[0] != ClientHelloType) return null;
        var rest = message[4..]; // cut to the record: a hello that goes on in another one is none of ours
        if (!Skip(ref rest, 2 + 32) || !Take(ref rest, 1, out _) || !Take(ref rest, 2, out _) || !Take(ref rest, 1, out _) || !Take(ref rest, 2, out var extensions)) return null;
        while (extensions.Length > 0)
        {
            if (extensions.Length < 4) return null;
            var type = BinaryPrimitives.ReadUInt16BigEndian(extensions);
            if (!Skip(ref extensions, 2) || !Take(ref extensions, 2, out extension)) return null;
            if (type == sought) return true;
        }

        extension = default;
        return false;
    }

    private static bool Lists(ReadOnlySpan<byte> extension, ReadOnlySpan<byte> protocol)
    {
        if (!Take(ref extension, 2, out var names)) return false;
        while (Take(ref names, 1, out var name))
        {
            if (name.SequenceEqual(protocol)) return true;
        }

        return false;
    }

    private static bool Skip(ref ReadOnlySpan<byte> rest, int count)
    {
        if (rest.Length < count) return false;
        rest = rest[count..];
        return true;
    }

    /// <summary>A vector with its length in one or two bytes.</summary>
    private static bool Take(scoped ref ReadOnlySpan<byte> rest, int lengthBytes, out ReadOnlySpan<byte> vector)
    {
        vector = default;
        if (rest.Length < lengthBytes) return false;
        var length = lengthBytes == 1 ? rest[0] : BinaryPrimitives.ReadUInt16BigEndian(rest);
        if (rest.Length < lengthBytes + length) return false;
        vector = rest.Slice(lengthBytes, length);
        rest = rest[(lengthBytes + length)..];
        return true;
    }
}
