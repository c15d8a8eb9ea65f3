namespace TalkyWalky.Pki.Tests;

public sealed class CertsOnlyTests
{
    private static readonly TestPki Pki = TestPki.Good;

    [Fact]
    public void Decode_Encoded_GivesTheCertificates()
    {
        var decoded = CertsOnly.TryDecode(CertsOnly.Encode([Pki.Root, Pki.Issuing]));

        Assert.NotNull(decoded);
        Assert.Equal(2, decoded.Count);
        Assert.Contains(decoded, d => d.AsSpan().SequenceEqual(Pki.Root));
        Assert.Contains(decoded, d => d.AsSpan().SequenceEqual(Pki.Issuing));
    }

    [Fact]
    public void Decode_Accepted_ReencodesToTheSameBytes()
    {
        var der = CertsOnly.Encode([Pki.Issuing, Pki.Root]);

        Assert.Equal(der, CertsOnly.Encode([.. CertsOnly.TryDecode(der)!.Select(d => (ReadOnlyMemory<byte>)d)]));
    }

    [Fact]
    public void Decode_MoreThanSixteen_IsRefused()
    {
        var leaves = Enumerable.Range(0, 17).Select(_ => (ReadOnlyMemory<byte>)Pki.Identity()).ToArray();

        Assert.Equal(16, CertsOnly.TryDecode(CertsOnly.Encode(leaves[..16]))!.Count);
        Assert.Null(CertsOnly.TryDecode(CertsOnly.Encode(leaves)));
    }

    [Fact]
    public void Decode_Damaged_IsRefusedOrReencodes()
    {
        var der = CertsOnly.Encode([Pki.Issuing]);

        Assert.Null(CertsOnly.TryDecode([]));
        Assert.Null(CertsOnly.TryDecode(der.AsSpan()[..^1]));
        Assert.Null(CertsOnly.TryDecode([.. der, 0]));
        Assert.Null(CertsOnly.TryDecode(CertsOnly.Encode([])));
        Assert.All(Enumerable.Range(0, der.Length), i =>
        {
            var changed = (byte[])der.Clone();
            changed[i] ^= 1;
            if (CertsOnly.TryDecode(changed) is { } list) Assert.Equal(changed, CertsOnly.Encode([.. list.Select(d => (ReadOnlyMemory<byte>)d)]));
        });
    }
}
