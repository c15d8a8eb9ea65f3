using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Pki.Validation;

namespace TalkyWalky.Pki.Status;

public abstract record OcspVerification
{
    private OcspVerification() { }

    /// <param name="Until">When the answer goes out of date.</param>
    public sealed record Answered(OcspStatus Status, DateTimeOffset ThisUpdate, DateTimeOffset Until) : OcspVerification;

    /// <param name="Reason">Why, as a sentence. Nothing may be concluded from such an answer; who needs status has none.</param>
    public sealed record Refused(StatusFailure Failure, string Reason) : OcspVerification;
}

/// <summary>OCSP responses (RFC 6960 §4.2) that the issuing CA signs, or a responder that it certified for that.</summary>
public static class OcspResponses
{
    /// <summary>Bytes of one response.</summary>
    public const int MaxSize = 64 * 1024;

    /// <summary>How long an answer without a nextUpdate counts.</summary>
    public static readonly TimeSpan LifeWithoutNext = TimeSpan.FromHours(1);

    private static readonly Asn1Tag Tag0 = new(TagClass.ContextSpecific, 0), Tag1 = new(TagClass.ContextSpecific, 1), Tag2 = new(TagClass.ContextSpecific, 2);

    /// <summary>An answer without any certificate's status; not <see cref="OcspResponseStatus.Successful"/>.</summary>
    public static byte[] Error(OcspResponseStatus status)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence()) writer.WriteEnumeratedValue(status);
        return writer.Encode();
    }

    /// <summary>Encodes and signs an answer.</summary>
    /// <param name="responder">DER certificate of the key that signs: the CA's own, or one with extended key usage OCSPSigning and ocsp-nocheck that it issued.</param>
    /// <param name="attach">Put that certificate into the answer, as readers need of one that is not the CA's.</param>
    /// <param name="nonce">The request's.</param>
    /// <param name="signer">With the key of <paramref name="responder"/>; SHA-256 is used.</param>
    public static byte[] Build(
        ReadOnlyMemory<byte> responder, bool attach, IReadOnlyCollection<OcspSingle> singles, DateTimeOffset producedAt, byte[]? nonce, X509SignatureGenerator signer)
    {
        var certificate = ParsedCertificate.TryParse(responder) ?? throw new ArgumentException("the responder has no certificate in DER", nameof(responder));
        var data = EncodeData(certificate, singles, producedAt, nonce);
        var basic = new AsnWriter(AsnEncodingRules.DER);
        using (basic.PushSequence())
        {
            basic.WriteEncodedValue(data);
            basic.WriteEncodedValue(signer.GetSignatureAlgorithmIdentifier(HashAlgorithmName.SHA256));
            basic.WriteBitString(signer.SignData(data, HashAlgorithmName.SHA256));
            if (attach)
            {
                using (basic.PushSequence(Tag0))
                using (basic.PushSequence())
                    basic.WriteEncodedValue(responder.Span);
            }
        }

        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteEnumeratedValue(OcspResponseStatus.Successful);
            using (writer.PushSequence(Tag0))
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(Oids.OcspBasic);
                writer.WriteOctetString(basic.Encode());
            }
        }

        return writer.Encode();
    }

    /// <param name="issuer">DER certificate of the CA that issued the certificate in question, which the caller trusts or verified.</param>
    /// <param name="nonce">Of the request; null when it had none, and then any is right.</param>
    public static OcspVerification Verify(ReadOnlyMemory<byte> response, ReadOnlyMemory<byte> issuer, BigInteger serial, byte[]? nonce, DateTimeOffset at)
    {
        if (ParsedCertificate.TryParse(issuer) is not { } authority) return Refuse(StatusFailure.Malformed, "the issuer is not a certificate in DER");
        try
        {
            if (response.Length > MaxSize || ParsedOcspResponse.Read(response) is not { } read) return Refuse(StatusFailure.Malformed, "this is not one basic OCSP response in strict DER");
            return read.Basic is { } basic ? Verify(basic, authority, serial, nonce, at) : Refuse(StatusFailure.Missing, $"the OCSP responder gives no status: {read.Status}");
        }
        catch (AsnContentException)
        {
            return Refuse(StatusFailure.Malformed, "this is not one basic OCSP response in strict DER");
        }
    }

    private static OcspVerification Verify(ParsedOcspResponse response, ParsedCertificate issuer, BigInteger serial, byte[]? nonce, DateTimeOffset at)
    {
        if (OcspSigner.Fault(response, issuer, at) is { } untrusted) return untrusted;
        if (OcspNonce.HasUnknown(response.Extensions)) return Refuse(StatusFailure.Unsupported, "the OCSP response has an unknown critical extension");
        var found = OcspNonce.Find(response.Extensions);
        if (nonce is not null && found is null) return Refuse(StatusFailure.WrongAnswer, "the OCSP response has no nonce, so it may be an old one");
        if (nonce is not null && !nonce.AsSpan().SequenceEqual(found)) return Refuse(StatusFailure.WrongAnswer, "the OCSP response answers another request");
        var about = response.Singles.Where(one => one.Certificate.Serial == serial && one.Certificate.IsOf(issuer)).ToList();
        return about switch
        {
            [] => Refuse(StatusFailure.WrongAnswer, "the OCSP response is about another certificate"),
            [var one] => Judge(one, response.ProducedAt, at),
            _ => Refuse(StatusFailure.WrongAnswer, "the OCSP response says two things about the certificate"),
        };
    }

    private static OcspVerification Judge(OcspSingle single, DateTimeOffset producedAt, DateTimeOffset at)
    {
        var newest = single.ThisUpdate > producedAt ? single.ThisUpdate : producedAt;
        if (newest > at + RevocationLists.Skew) return Refuse(StatusFailure.NotYetValid, $"the OCSP response is of {RevocationLists.Format(newest)}, which is still to come; check the clock");
        var until = single.NextUpdate ?? single.ThisUpdate + LifeWithoutNext;
        return at >= until ? Refuse(StatusFailure.Expired, $"the OCSP response is out of date since {RevocationLists.Format(until)}") : new OcspVerification.Answered(single.Status, single.ThisUpdate, until);
    }

    private static byte[] EncodeData(ParsedCertificate responder, IReadOnlyCollection<OcspSingle> singles, DateTimeOffset producedAt, byte[]? nonce)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence(Tag2)) writer.WriteOctetString(OcspCertificateId.HashOf(OcspCertificateId.KeyBits(responder), OcspHash.Sha1)); // RFC 6960 fixes SHA-1
            writer.WriteGeneralizedTime(producedAt, omitFractionalSeconds: true);
            using (writer.PushSequence())
            {
                foreach (var single in singles) single.Write(writer);
            }

            if (nonce is not null) OcspNonce.Write(writer, nonce, Tag1);
        }

        return writer.Encode();
    }

    internal static OcspVerification.Refused Refuse(StatusFailure failure, string reason) => new(failure, reason);
}
