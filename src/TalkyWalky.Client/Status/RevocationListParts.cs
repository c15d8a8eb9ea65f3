using System.Buffers;
using TalkyWalky.Pki.Status;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Client.Status;

/// <summary>Puts a CRL together from its frames. Of one that is too large nothing is kept.</summary>
internal sealed class RevocationListParts
{
    private ArrayBufferWriter<byte> _parts = new();
    private bool _isTooLarge;

    /// <summary>The whole CRL with its last part, empty when it was too large; else null.</summary>
    public ReadOnlyMemory<byte>? Add(RevocationList part)
    {
        _isTooLarge |= _parts.WrittenCount + part.Der.Length > RevocationLists.MaxSize;
        if (_isTooLarge) _parts = new ArrayBufferWriter<byte>();
        else _parts.Write(part.Der.Span);
        if (part.More) return null;
        var whole = _parts.WrittenMemory;
        (_parts, _isTooLarge) = (new ArrayBufferWriter<byte>(), false);
        return whole;
    }
}
