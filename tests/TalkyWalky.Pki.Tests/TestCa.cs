using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace TalkyWalky.Pki.Tests;

/// <summary>Somebody's CA with a P-256 key, for trees of any shape; a test bends what it makes.</summary>
internal sealed class TestCa
{
    public static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public TestCa(string name) => Name = new X500DistinguishedName(name);

    public X500DistinguishedName Name { get; }

    public ECDsa Key => _key;

    /// <summary>Its own certificate, when it is a root.</summary>
    public byte[] SelfSigned(Action<Draft>? bend = null) => Certify(this, bend);

    /// <summary>A certificate for another CA.</summary>
    public byte[] Certify(TestCa below, Action<Draft>? bend = null)
    {
        var draft = New(below.Name, new PublicKey(below._key));
        draft.Extensions.Add(new X509BasicConstraintsExtension(true, false, 0, critical: true));
        draft.Extensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        draft.Extensions.Add(new X509SubjectKeyIdentifierExtension(draft.Key, critical: false));
        return Sign(draft, bend);
    }

    /// <summary>A TLS server's certificate for www.example.org.</summary>
    public byte[] Server(Action<Draft>? bend = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var draft = New(new X500DistinguishedName("CN=web"), new PublicKey(key));
        draft.Extensions.Add(Hosts("www.example.org"));
        draft.Extensions.Add(Purposes(Oids.ServerAuth));
        return Sign(draft, bend);
    }

    /// <summary>A certificate for an OCSP responder.</summary>
    public byte[] Responder(TestCa responder, Action<Draft>? bend = null)
    {
        var draft = New(responder.Name, new PublicKey(responder._key));
        draft.Extensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        draft.Extensions.Add(Purposes(Oids.OcspSigning));
        draft.Extensions.Add(new X509Extension(Oids.OcspNoCheck, [5, 0], critical: false));
        return Sign(draft, bend);
    }

    public static X509Extension Hosts(params string[] dns)
    {
        var names = new SubjectAlternativeNameBuilder();
        foreach (var name in dns) names.AddDnsName(name);
        return names.Build();
    }

    public static X509Extension Purposes(params string[] oids)
    {
        var purposes = new OidCollection();
        foreach (var oid in oids) purposes.Add(new Oid(oid));
        return new X509EnhancedKeyUsageExtension(purposes, critical: false);
    }

    private static Draft New(X500DistinguishedName subject, PublicKey key) => new() { Subject = subject, Key = key, NotBefore = Now.AddDays(-1), NotAfter = Now.AddDays(30), Serial = Serial() };

    private static byte[] Serial()
    {
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] = (byte)((serial[0] & 0x3f) | 1);
        return serial;
    }

    private byte[] Sign(Draft draft, Action<Draft>? bend)
    {
        bend?.Invoke(draft);
        return draft.Sign(Name, X509SignatureGenerator.CreateForECDsa(_key));
    }
}
