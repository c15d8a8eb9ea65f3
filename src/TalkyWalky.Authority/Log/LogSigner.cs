using System.Security.Cryptography;
using TalkyWalky.Pki.Log;

namespace TalkyWalky.Authority;

/// <summary>The transparency log's key: P-256, named by the trust anchor. It signs heads and nothing else.</summary>
internal sealed class LogSigner : IDisposable
{
    private readonly ECDsa _key;
    private readonly Lock _signing = new(); // an ECDsa object promises nothing to two threads

    private LogSigner(ECDsa key)
    {
        _key = key;
        Key = LogKey.Of(key);
    }

    public LogKey Key { get; }

    public static LogSigner Create() => new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    /// <summary>Throws <see cref="AuthorityException"/> with a sentence for the administrator.</summary>
    /// <param name="expected">The public part beside it.</param>
    /// <param name="file">For the sentence.</param>
    public static LogSigner Open(string pem, string passphrase, LogKey expected, string file)
    {
        var key = ECDsa.Create();
        EncryptedKey.Import(key, pem, passphrase, file);
        if (key.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(expected.Info.Span)) return new LogSigner(key);
        key.Dispose();
        throw new AuthorityException($"{file} and {AuthorityFolder.LogPublicKey} beside it do not belong together; bring those that were made together");
    }

    /// <summary>The compact JWS.</summary>
    public byte[] Sign(TreeHead head)
    {
        lock (_signing) return head.Sign(_key);
    }

    /// <summary>The compact JWS.</summary>
    public byte[] Sign(UserHead head)
    {
        lock (_signing) return head.Sign(_key);
    }

    public string ExportEncryptedPem(string passphrase) => EncryptedKey.Export(_key, passphrase);

    public void Dispose() => _key.Dispose();
}
