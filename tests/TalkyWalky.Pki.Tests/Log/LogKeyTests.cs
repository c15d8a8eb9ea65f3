using System.Security.Cryptography;
using TalkyWalky.Pki.Log;

namespace TalkyWalky.Pki.Tests.Log;

public sealed class LogKeyTests
{
    private static readonly byte[] Info = NewInfo(ECCurve.NamedCurves.nistP256);

    [Fact]
    public void TryRead_P256_IsThatKey_AndTheAnchorNamesIt()
    {
        var key = LogKey.TryRead(Info)!;
        Assert.Equal(Info, key.Info);
        Assert.Equal(91, key.Info.Length);
        var anchor = TrustAnchor.FromRoot(TestPki.Good.Root, key);
        Assert.Equal(TrustAnchor.HashOf(TestPki.Good.Root, key), anchor.Hash);
        Assert.NotEqual(TestPki.Good.Anchor.Hash, anchor.Hash);
        Assert.NotEqual(TrustAnchor.HashOf(TestPki.Good.Root, LogKey.TryRead(NewInfo(ECCurve.NamedCurves.nistP256))), anchor.Hash);
    }

    [Fact]
    public void TryRead_AnotherCurve_IsNull()
    {
        Assert.Null(LogKey.TryRead(NewInfo(ECCurve.NamedCurves.nistP384)));
        // 256 bits too.
        Assert.Null(LogKey.TryRead([.. Convert.FromHexString("3056301006072a8648ce3d020106052b8104000a03420004"), .. Info.AsSpan(27)]));
        Assert.Null(LogKey.TryRead([.. Convert.FromHexString("305a301406072a8648ce3d020106092b240303020801010703420004"), .. Info.AsSpan(27)]));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        Assert.Throws<ArgumentException>(() => LogKey.Of(key));
    }

    [Fact]
    public void TryRead_SameKeyInAnotherForm_IsNull()
    {
        using var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(Info, out _);
        using var spelledOut = ECDsa.Create(key.ExportExplicitParameters(includePrivateParameters: false));
        Assert.Null(LogKey.TryRead(spelledOut.ExportSubjectPublicKeyInfo()));
        Assert.Null(LogKey.TryRead([.. Info, 0]));
        Assert.Null(LogKey.TryRead(Info.AsSpan(0, Info.Length - 1)));
        Assert.Null(LogKey.TryRead([]));
        Damage.Run(seed: 11, rounds: 2000, Info, static damaged =>
        {
            if (LogKey.TryRead(damaged) is { } read) Assert.Equal(damaged, read.Info);
        });
    }

    [Fact]
    public void TryRead_PointOffTheCurve_IsNull()
    {
        Assert.Null(LogKey.TryRead([.. Info.AsSpan(0, 90), (byte)(Info[90] ^ 1)]));
        Assert.Null(LogKey.TryRead([.. Info.AsSpan(0, 27), .. new byte[64]]));
        Assert.Null(LogKey.TryRead([.. Info.AsSpan(0, 27), .. Enumerable.Repeat((byte)0xff, 64)]));
    }

    private static byte[] NewInfo(ECCurve curve)
    {
        using var key = ECDsa.Create(curve);
        return key.ExportSubjectPublicKeyInfo();
    }
}
