using System.Formats.Asn1;

namespace TalkyWalky.Pki.Validation;

/// <summary>The name constraints of one CA certificate (RFC 5280 §4.2.1.10), whoever it belongs to.</summary>
internal sealed class NameSubtrees
{
    private static readonly Asn1Tag PermittedTag = new(TagClass.ContextSpecific, 0), ExcludedTag = new(TagClass.ContextSpecific, 1);

    private NameSubtrees(IReadOnlyList<GeneralName> permitted, IReadOnlyList<GeneralName> excluded)
    {
        Permitted = permitted;
        Excluded = excluded;
    }

    public IReadOnlyList<GeneralName> Permitted { get; }

    public IReadOnlyList<GeneralName> Excluded { get; }

    /// <summary>Throws <see cref="AsnContentException"/>; so it does for constraints that allow and forbid nothing, or have a minimum or maximum (both are ruled out by RFC 5280).</summary>
    public static NameSubtrees Read(ReadOnlyMemory<byte> der)
    {
        var outer = new AsnReader(der, AsnEncodingRules.DER);
        var body = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        var permitted = ReadBases(body, PermittedTag);
        var excluded = ReadBases(body, ExcludedTag);
        body.ThrowIfNotEmpty();
        return permitted.Count + excluded.Count > 0 ? new NameSubtrees(permitted, excluded) : throw new AsnContentException();
    }

    /// <summary>Whether every name of the certificate is allowed: its subject, the addresses in it, and its alternative names. Throws <see cref="AsnContentException"/>.</summary>
    public bool Allow(ParsedCertificate certificate)
    {
        var subject = DistinguishedName.Read(certificate.Subject);
        IEnumerable<GeneralName> names = GeneralName.AlternativesOf(certificate);
        if (!subject.IsEmpty) names = names.Append(new GeneralName(GeneralNameKind.DirectoryName, "", certificate.Subject));
        return names.Concat(subject.Emails.Select(static mail => new GeneralName(GeneralNameKind.Rfc822Name, mail, default))).All(Allow);
    }

    private bool Allow(GeneralName name)
    {
        var permitted = Permitted.Where(subtree => subtree.Kind == name.Kind).ToList();
        return (permitted.Count == 0 || permitted.Exists(subtree => Subtree.Holds(subtree, name, excluding: false)))
            && !Excluded.Any(subtree => subtree.Kind == name.Kind && Subtree.Holds(subtree, name, excluding: true));
    }

    private static List<GeneralName> ReadBases(AsnReader body, Asn1Tag tag)
    {
        var bases = new List<GeneralName>();
        if (!body.HasData || !body.PeekTag().HasSameClassAndValue(tag)) return bases;
        var subtrees = body.ReadSequence(tag);
        while (subtrees.HasData)
        {
            var subtree = subtrees.ReadSequence();
            bases.Add(GeneralName.Read(subtree));
            subtree.ThrowIfNotEmpty(); // minimum is DEFAULT 0 and maximum absent
        }

        return bases.Count > 0 ? bases : throw new AsnContentException();
    }
}
