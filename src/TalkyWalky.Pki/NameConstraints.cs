using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace TalkyWalky.Pki;

/// <summary>
/// What the issuing CA may name (RFC 5280 §4.2.1.10): URIs of one host and subjects of one organisation. DNS names and addresses stay open, because the
/// gateway's certificate comes from the same CA and its address is chosen at each start; only clients that pinned this root trust them.
/// </summary>
public sealed record NameConstraints(string Domain, string Organisation)
{
    // GeneralName: [4] directoryName (explicit, it is a CHOICE), [6] uniformResourceIdentifier.
    private static readonly Asn1Tag Permitted = new(TagClass.ContextSpecific, 0);
    private static readonly Asn1Tag DirectoryName = new(TagClass.ContextSpecific, 4);
    private static readonly Asn1Tag Uri = new(TagClass.ContextSpecific, 6);

    public X509Extension Encode()
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        using (writer.PushSequence(Permitted))
        {
            using (writer.PushSequence()) writer.WriteCharacterString(UniversalTagNumber.IA5String, Domain, Uri);
            using (writer.PushSequence())
            using (writer.PushSequence(DirectoryName))
            using (writer.PushSequence())
                SubjectName.WriteAttribute(writer, Oids.Organisation, Organisation);
        }

        return new X509Extension(Oids.NameConstraints, writer.Encode(), critical: true);
    }

    /// <summary>Null unless it is exactly what <see cref="Encode"/> writes. Throws <see cref="AsnContentException"/> on bytes that are not DER.</summary>
    internal static NameConstraints? Decode(ReadOnlyMemory<byte> der)
    {
        var outer = new AsnReader(der, AsnEncodingRules.DER);
        var body = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        if (!body.HasData || !body.PeekTag().HasSameClassAndValue(Permitted)) return null;
        var subtrees = body.ReadSequence(Permitted);
        if (body.HasData || ReadDomain(subtrees) is not { } domain || ReadOrganisation(subtrees) is not { } organisation || subtrees.HasData) return null;
        return new NameConstraints(domain, organisation);
    }

    private static string? ReadDomain(AsnReader subtrees)
    {
        if (ReadBase(subtrees, Uri) is not { } subtree) return null;
        var domain = subtree.ReadCharacterString(UniversalTagNumber.IA5String, Uri);
        return !subtree.HasData && DeviceUris.IsValidDomain(domain) ? domain : null;
    }

    private static string? ReadOrganisation(AsnReader subtrees)
    {
        if (ReadBase(subtrees, DirectoryName) is not { } subtree) return null;
        var name = subtree.ReadSequence(DirectoryName);
        var parts = name.ReadSequence();
        return !subtree.HasData && !name.HasData && SubjectName.ReadAttribute(parts, Oids.Organisation) is { } organisation && !parts.HasData
            ? organisation
            : null;
    }

    // minimum is DEFAULT 0 and maximum absent (RFC 5280): a subtree holds the base alone.
    private static AsnReader? ReadBase(AsnReader subtrees, Asn1Tag kind)
    {
        if (!subtrees.HasData) return null;
        var subtree = subtrees.ReadSequence();
        return subtree.HasData && subtree.PeekTag().HasSameClassAndValue(kind) ? subtree : null;
    }
}
