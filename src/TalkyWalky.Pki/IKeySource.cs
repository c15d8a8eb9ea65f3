using System.Security.Cryptography;

namespace TalkyWalky.Pki;

/// <summary>Where new RSA keys come from. An RSA-3072 key takes 0.6 s on average; tests draw from a committed pool.</summary>
public interface IKeySource
{
    /// <summary>A fresh key pair, the caller's to dispose. Blocks for as long as generation takes.</summary>
    RSA CreateRsa(int bits);
}

public sealed class GeneratedKeys : IKeySource
{
    public static GeneratedKeys Instance { get; } = new();

    public RSA CreateRsa(int bits)
    {
        var key = RSA.Create(bits);
        key.ExportRSAPublicKey(); // the base library makes the key lazily; make it here
        return key;
    }
}
