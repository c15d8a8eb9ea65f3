using System.Security.Cryptography;
using TalkyWalky.Pki;

namespace TalkyWalky.Authority;

/// <summary>
/// Root and issuing CA in one folder: root.pem, root.key, issuing.pem, issuing.key (PKCS#8 PBES2 AES-256-CBC, PBKDF2-SHA256 600,000). The root's key
/// is needed by <see cref="Initialise"/> only and may be taken off-line afterwards.
/// </summary>
public sealed class CertificateAuthority : IDisposable
{
    private CertificateAuthority() { }

    public TrustAnchor Anchor => throw new NotSupportedException();

    /// <summary>DER.</summary>
    public ReadOnlyMemory<byte> IssuingCertificate => throw new NotSupportedException();

    public string Organisation => throw new NotSupportedException();

    public string Domain => throw new NotSupportedException();

    public static bool Exists(string folder) => throw new NotSupportedException();

    /// <summary>Makes root (RSA-4096, 10 years) and issuing CA (5 years, name-constrained). Throws <see cref="AuthorityException"/> if the folder already holds one.</summary>
    public static CertificateAuthority Initialise(
        string folder, string organisation, string domain, string passphrase, IKeySource keys, DateTimeOffset now) => throw new NotSupportedException();

    /// <summary>Throws <see cref="AuthorityException"/> with a sentence for the administrator: missing, damaged, wrong passphrase.</summary>
    public static CertificateAuthority Open(string folder, string passphrase) => throw new NotSupportedException();

    /// <summary>The gateway's own P-256 certificate for these DNS names and addresses, 90 days. It is recorded like any other by the caller.</summary>
    public IssuedServerCertificate IssueServer(IReadOnlyList<string> hosts, ECDsa key, DateTimeOffset now) => throw new NotSupportedException();

    public void Dispose() => throw new NotSupportedException();
}

public sealed record IssuedServerCertificate(byte[] Der, string Serial, DateTimeOffset NotBefore, DateTimeOffset NotAfter);

/// <summary>The authority cannot work. The message says what to do.</summary>
public sealed class AuthorityException : Exception
{
    public AuthorityException(string message) : base(message) { }

    public AuthorityException(string message, Exception inner) : base(message, inner) { }
}
