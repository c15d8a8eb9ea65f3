using System.Formats.Asn1;
using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Pki.Validation;

namespace TalkyWalky.Pki.Status;

/// <summary>
/// CRLs (RFC 5280 §5) that one CA signs by the key of its certificates: complete ones, over all reasons, perhaps only for CA certificates or only for others. Delta, indirect and
/// partial CRLs are refused.
/// </summary>
public static class RevocationLists
{
    /// <summary>Bytes of one CRL: about 100,000 entries of ours.</summary>
    public const int MaxSize = 4 * 1024 * 1024;

    /// <summary>thisUpdate may lie this far ahead, for clocks that run late.</summary>
    public static readonly TimeSpan Skew = TimeSpan.FromMinutes(5);

    private static readonly HashSet<string> Processed = new(StringComparer.Ordinal) { Oids.AuthorityKeyIdentifier, Oids.CrlNumber, Oids.IssuingDistributionPoint };

    /// <summary>Encodes and signs a complete CRL.</summary>
    /// <param name="issuer">DER certificate of the CA.</param>
    /// <param name="number">Higher than that of every CRL before; at most 20 bytes (§5.2.3).</param>
    /// <param name="signer">With the CA's key; SHA-256 is used.</param>
    public static byte[] Build(
        ReadOnlyMemory<byte> issuer, BigInteger number, DateTimeOffset thisUpdate, DateTimeOffset nextUpdate, IEnumerable<RevokedCertificate> revoked, X509SignatureGenerator signer)
    {
        using var certificate = X509CertificateLoader.LoadCertificate(issuer.Span);
        var builder = new CertificateRevocationListBuilder();
        foreach (var one in revoked)
            builder.AddEntry(one.Serial.ToByteArray(isBigEndian: true), one.At, one.Reason == X509RevocationReason.Unspecified ? null : one.Reason); // §5.3.1: left out
        var keyId = X509AuthorityKeyIdentifierExtension.CreateFromCertificate(certificate, includeKeyIdentifier: true, includeIssuerAndSerial: false);
        return builder.Build(certificate.SubjectName, signer, number, nextUpdate, HashAlgorithmName.SHA256, keyId, thisUpdate);
    }

    /// <summary>For CRLs like ours: those that are about some of their issuer's certificates only are refused.</summary>
    /// <param name="issuer">DER certificate of the CA, which the caller trusts or verified.</param>
    /// <param name="lastNumber">The highest CRL number that the caller has seen of this CA; null for none yet.</param>
    public static CrlVerification Verify(ReadOnlyMemory<byte> crl, ReadOnlyMemory<byte> issuer, DateTimeOffset at, BigInteger? lastNumber) => VerifyWhole(crl, issuer, at, lastNumber);

    /// <summary>As <see cref="Verify(ReadOnlyMemory{byte}, ReadOnlyMemory{byte}, DateTimeOffset, BigInteger?)"/> for a caller that itself judges <see cref="VerifiedCrl.ThisUpdate"/> and the number.</summary>
    public static CrlVerification VerifyAnyTime(ReadOnlyMemory<byte> crl, ReadOnlyMemory<byte> issuer) => VerifyWhole(crl, issuer, at: null, lastNumber: null);

    private static CrlVerification VerifyWhole(ReadOnlyMemory<byte> crl, ReadOnlyMemory<byte> issuer, DateTimeOffset? at, BigInteger? lastNumber)
    {
        if (ParsedCertificate.TryParse(issuer) is not { } authority) return Refuse(StatusFailure.Malformed, "the CRL's issuer is not a certificate in DER");
        if (ParsedCrl.TryParse(crl) is not { } parsed) return Refuse(StatusFailure.Malformed, "this is not one CRL of version 2 in strict DER");
        var verification = Verify(parsed, authority, at, lastNumber);
        return verification is CrlVerification.Verified { Crl.CoversAll: false } ? Refuse(StatusFailure.Unsupported, "the CRL is about some of the CA's certificates only") : verification;
    }

    /// <summary>For the CA itself, whose next CRL goes on from this one although it may have ended. Null when it is not a CRL of this CA.</summary>
    /// <param name="issuer">DER certificate of the CA.</param>
    public static VerifiedCrl? ReadOwn(ReadOnlyMemory<byte> crl, ReadOnlyMemory<byte> issuer) => VerifyAnyTime(crl, issuer) is CrlVerification.Verified { Crl: var own } ? own : null;

    internal static CrlVerification Verify(ParsedCrl crl, ParsedCertificate issuer, DateTimeOffset? at, BigInteger? lastNumber)
    {
        try
        {
            return IssuerFault(crl, issuer) ?? ExtensionFault(crl) ?? (at is { } time ? TimeFault(crl, time) : null) ?? Verified(crl, lastNumber);
        }
        catch (AsnContentException)
        {
            return Refuse(StatusFailure.Malformed, "the CRL has an extension that is not DER");
        }
    }

    private static CrlVerification? IssuerFault(ParsedCrl crl, ParsedCertificate issuer)
    {
        if (!DistinguishedName.Match(crl.Issuer, issuer.Subject)) return Refuse(StatusFailure.WrongIssuer, "the CRL is of another CA");
        if (Usages.KeyUsageOf(issuer) is { } usage && !usage.HasFlag(CertificateKeyUsage.CrlSign)) return Refuse(StatusFailure.NotAllowed, "the CA must not sign CRLs, by its key usage");
        return crl.Signed.Fault(issuer.Key) is { } fault ? Refuse(StatusFailure.BadSignature, $"the CRL {fault.Reason}") : null;
    }

    private static CrlVerification? ExtensionFault(ParsedCrl crl)
    {
        if (crl.Find(Oids.DeltaCrlIndicator) is not null) return Refuse(StatusFailure.Unsupported, "this is a delta CRL; get the complete one");
        if (crl.Extensions.FirstOrDefault(static e => e.Critical && !Processed.Contains(e.Oid)) is { } unknown)
            return Refuse(StatusFailure.Unsupported, $"the CRL has an unknown critical extension {unknown.Oid}");
        return crl.HasUnknownEntries ? Refuse(StatusFailure.Unsupported, "an entry of the CRL has an unknown critical extension, so it may be about something else") : null;
    }

    private static CrlVerification? TimeFault(ParsedCrl crl, DateTimeOffset at)
    {
        if (crl.ThisUpdate > at + Skew) return Refuse(StatusFailure.NotYetValid, $"the CRL is of {Format(crl.ThisUpdate)}, which is still to come; check the clock");
        return at >= crl.NextUpdate ? Refuse(StatusFailure.Expired, $"the CRL is out of date since {Format(crl.NextUpdate)}; get the newest") : null;
    }

    private static CrlVerification Verified(ParsedCrl crl, BigInteger? lastNumber)
    {
        if (CrlScope.Read(crl) is not { } scope) return Refuse(StatusFailure.Unsupported, "the CRL is indirect, or about some reasons or attribute certificates only");
        if (crl.Find(Oids.CrlNumber) is not { } extension) return Refuse(StatusFailure.Malformed, "the CRL has no number, which RFC 5280 section 5.2.3 demands");
        var reader = new AsnReader(extension.Value, AsnEncodingRules.DER);
        var number = reader.ReadInteger();
        reader.ThrowIfNotEmpty();
        if (number.Sign < 0) throw new AsnContentException();
        return lastNumber is { } last && number < last
            ? Refuse(StatusFailure.RolledBack, string.Create(CultureInfo.InvariantCulture, $"the CRL has the number {number}, but {last} was seen before: somebody brings back an old one"))
            : new CrlVerification.Verified(new VerifiedCrl(crl, number, scope));
    }

    internal static string Format(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static CrlVerification.Refused Refuse(StatusFailure failure, string reason) => new(failure, reason);
}
