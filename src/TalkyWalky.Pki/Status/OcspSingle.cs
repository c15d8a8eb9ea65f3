using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace TalkyWalky.Pki.Status;

/// <summary>CertStatus of RFC 6960 §4.2.1.</summary>
public abstract record OcspStatus
{
    private OcspStatus() { }

    /// <summary>Issued, and not revoked.</summary>
    public sealed record Good : OcspStatus;

    public sealed record Revoked(DateTimeOffset At, X509RevocationReason Reason) : OcspStatus;

    /// <summary>Of an issuer or with a serial number that the responder does not know. Never issued is not good.</summary>
    public sealed record Unknown : OcspStatus;
}

/// <summary>SingleResponse of RFC 6960 §4.2.1: what a responder says of one certificate.</summary>
/// <param name="NextUpdate">When there will be news; null: at any time.</param>
public sealed record OcspSingle(OcspCertificateId Certificate, OcspStatus Status, DateTimeOffset ThisUpdate, DateTimeOffset? NextUpdate)
{
    private static readonly Asn1Tag Tag0 = new(TagClass.ContextSpecific, 0), Tag1 = new(TagClass.ContextSpecific, 1), Tag2 = new(TagClass.ContextSpecific, 2);

    /// <summary>Null for a hash that is not known, a critical extension, or extensions that are not DER. Throws <see cref="AsnContentException"/>.</summary>
    internal static OcspSingle? Read(AsnReader single)
    {
        var certificate = OcspCertificateId.Read(single);
        var status = ReadStatus(single);
        var thisUpdate = single.ReadGeneralizedTime();
        DateTimeOffset? nextUpdate = null;
        if (single.HasData && single.PeekTag().HasSameClassAndValue(Tag0))
        {
            var wrapper = single.ReadSequence(Tag0);
            nextUpdate = wrapper.ReadGeneralizedTime();
            wrapper.ThrowIfNotEmpty();
        }

        var extensions = single.HasData ? CertificateExtension.ReadAll(single, Tag1) : [];
        single.ThrowIfNotEmpty();
        return certificate is null || extensions is null || extensions.Any(static e => e.Critical) ? null : new OcspSingle(certificate, status, thisUpdate, nextUpdate);
    }

    internal void Write(AsnWriter writer)
    {
        using (writer.PushSequence())
        {
            Certificate.Write(writer);
            WriteStatus(writer);
            writer.WriteGeneralizedTime(ThisUpdate, omitFractionalSeconds: true);
            if (NextUpdate is not { } next) return;
            using (writer.PushSequence(Tag0)) writer.WriteGeneralizedTime(next, omitFractionalSeconds: true);
        }
    }

    private static OcspStatus ReadStatus(AsnReader single)
    {
        var tag = single.PeekTag();
        if (tag.HasSameClassAndValue(Tag1)) return ReadRevoked(single.ReadSequence(Tag1));
        if (!tag.HasSameClassAndValue(Tag0) && !tag.HasSameClassAndValue(Tag2)) throw new AsnContentException();
        single.ReadNull(tag);
        return tag.HasSameClassAndValue(Tag0) ? new OcspStatus.Good() : new OcspStatus.Unknown();
    }

    private static OcspStatus.Revoked ReadRevoked(AsnReader revoked)
    {
        var at = revoked.ReadGeneralizedTime();
        var reason = revoked.HasData ? ParsedCrl.ReadReason(revoked.ReadSequence(Tag0)) : X509RevocationReason.Unspecified;
        revoked.ThrowIfNotEmpty();
        return new OcspStatus.Revoked(at, reason);
    }

    private void WriteStatus(AsnWriter writer)
    {
        switch (Status)
        {
            case OcspStatus.Good:
                writer.WriteNull(Tag0);
                break;
            case OcspStatus.Revoked revoked:
                using (writer.PushSequence(Tag1))
                {
                    writer.WriteGeneralizedTime(revoked.At, omitFractionalSeconds: true);
                    if (revoked.Reason == X509RevocationReason.Unspecified) break;
                    using (writer.PushSequence(Tag0)) writer.WriteEnumeratedValue(revoked.Reason);
                }

                break;
            default:
                writer.WriteNull(Tag2);
                break;
        }
    }
}
