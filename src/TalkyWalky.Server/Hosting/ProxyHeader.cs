using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace TalkyWalky.Server.Hosting;

/// <summary>The PROXY protocol, version 2, and version 1 where it is read: nginx says no other (https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt, sections 2.1, 2.2): where a connection came from that something in between passes on.</summary>
internal static class ProxyHeader
{
    private const int FixedSize = 16, MaxAddresses = 1024, MaxLine = 107;
    private const byte Local = 0x20, Proxy = 0x21, Tcp4 = 0x11, Tcp6 = 0x21;

    private static ReadOnlySpan<byte> Signature => "\r\n\r\n\0\r\nQUIT\n"u8;

    /// <summary>For a connection from one end to the other.</summary>
    public static byte[] Write(IPEndPoint source, IPEndPoint destination)
    {
        var (from, to) = (source.Address, destination.Address);
        var isIp4 = Plain(from).AddressFamily == AddressFamily.InterNetwork && Plain(to).AddressFamily == AddressFamily.InterNetwork;
        (from, to) = isIp4 ? (Plain(from), Plain(to)) : (from.MapToIPv6(), to.MapToIPv6());
        byte[] fromBytes = from.GetAddressBytes(), toBytes = to.GetAddressBytes();
        var header = new byte[FixedSize + (2 * fromBytes.Length) + 4];
        Signature.CopyTo(header);
        (header[12], header[13]) = (Proxy, isIp4 ? Tcp4 : Tcp6);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(14), (ushort)(header.Length - FixedSize));
        fromBytes.CopyTo(header, FixedSize);
        toBytes.CopyTo(header, FixedSize + fromBytes.Length);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(header.Length - 4), (ushort)source.Port);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(header.Length - 2), (ushort)destination.Port);
        return header;
    }

    /// <summary>Reads a header that stands at the beginning.</summary>
    /// <param name="length">Bytes of it; 0 when more are needed, -1 when this is none.</param>
    /// <param name="source">Null when the one in between speaks for itself (LOCAL), or of another family than IP.</param>
    public static void Read(ReadOnlySequence<byte> received, out int length, out IPEndPoint? source)
    {
        (length, source) = (0, null);
        var start = received.Slice(0, Math.Min(received.Length, FixedSize)).ToArray();
        if (start.Length > 0 && start[0] == 'P')
        {
            ReadLine(received, out length, out source);
            return;
        }

        if (!Signature.StartsWith(start.AsSpan(0, Math.Min(start.Length, Signature.Length))))
        {
            length = -1;
            return;
        }

        if (start.Length < FixedSize) return;
        var size = BinaryPrimitives.ReadUInt16BigEndian(start.AsSpan(14));
        if (start[12] is not (Local or Proxy) || size > MaxAddresses)
        {
            length = -1;
            return;
        }

        if (received.Length < FixedSize + size) return;
        length = FixedSize + size;
        var addresses = received.Slice(FixedSize, size).ToArray();
        var width = start[13] switch { Tcp4 => 4, Tcp6 => 16, _ => 0 };
        if (start[12] == Local || width == 0) return;
        if (size < (2 * width) + 4) length = -1;
        else source = new IPEndPoint(new IPAddress(addresses.AsSpan(0, width)), BinaryPrimitives.ReadUInt16BigEndian(addresses.AsSpan(2 * width)));
    }

    // PROXY TCP4 203.0.113.5 10.0.0.1 51000 7443, or PROXY UNKNOWN.
    private static void ReadLine(ReadOnlySequence<byte> received, out int length, out IPEndPoint? source)
    {
        source = null;
        var text = Encoding.ASCII.GetString(received.Slice(0, Math.Min(received.Length, MaxLine)).ToArray());
        var end = text.IndexOf("\r\n", StringComparison.Ordinal);
        length = end >= 0 ? end + 2 : text.Length < MaxLine ? 0 : -1;
        if (length <= 0) return;
        switch (text[..end].Split(' '))
        {
            case ["PROXY", "UNKNOWN", ..]:
                return;
            case ["PROXY", "TCP4" or "TCP6", var from, _, var port, _] when IPAddress.TryParse(from, out var address) && ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number):
                source = new IPEndPoint(address, number);
                return;
            default:
                length = -1;
                return;
        }
    }

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
