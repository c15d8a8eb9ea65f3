using System.Formats.Asn1;

namespace TalkyWalky.Pki.Validation;

/// <summary>
/// Certificate policies along a path (RFC 5280 §6.1), for a caller to whom every policy is right: then only the newest row of the policy tree counts, and in it each policy once
/// (RFC 9618 §3).
/// </summary>
internal sealed class PolicySet(int length)
{
    // valid_policy -> expected_policy_set; null once there is no tree any more.
    private Dictionary<string, HashSet<string>>? _row = new(StringComparer.Ordinal) { [Oids.AnyPolicy] = Only(Oids.AnyPolicy) };
    private int _explicit = length + 1;
    private int _anyInhibited = length + 1;
    private int _mappingInhibited = length + 1;

    /// <summary>Goes on by the next certificate below the anchor; false when the path demands a policy that it does not have. Throws <see cref="AsnContentException"/>.</summary>
    public bool Pass(ParsedCertificate certificate, bool isSelfIssued, bool isLast)
    {
        Narrow(certificate, isSelfIssued, isLast);
        if (_explicit == 0 && _row is null) return false;
        var constraints = ReadConstraints(certificate);
        if (isLast)
        {
            if (_explicit > 0) _explicit--;
            if (constraints.Explicit == 0) _explicit = 0;
            return _explicit > 0 || _row is not null;
        }

        if (!Map(certificate)) return false;
        if (!isSelfIssued) (_explicit, _mappingInhibited, _anyInhibited) = (Math.Max(0, _explicit - 1), Math.Max(0, _mappingInhibited - 1), Math.Max(0, _anyInhibited - 1));
        _explicit = Math.Min(_explicit, constraints.Explicit ?? int.MaxValue);
        _mappingInhibited = Math.Min(_mappingInhibited, constraints.Mapping ?? int.MaxValue);
        if (certificate.Find(Oids.InhibitAnyPolicy) is { } inhibit) _anyInhibited = Math.Min(_anyInhibited, ReadSkip(new AsnReader(inhibit.Value, AsnEncodingRules.DER)));
        return true;
    }

    private static bool IsAny(string policy) => string.Equals(policy, Oids.AnyPolicy, StringComparison.Ordinal);

    private static HashSet<string> Only(string policy) => new([policy], StringComparer.Ordinal);

    // §6.1.3 (d), (e)
    private void Narrow(ParsedCertificate certificate, bool isSelfIssued, bool isLast)
    {
        var policies = certificate.Find(Oids.CertificatePolicies) is { } extension ? ReadPolicies(extension.Value) : null;
        if (_row is null || policies is null)
        {
            _row = null;
            return;
        }

        var expected = _row.Values.SelectMany(static set => set).ToHashSet(StringComparer.Ordinal);
        var next = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        foreach (var policy in policies)
            if (!IsAny(policy) && (expected.Contains(policy) || _row.ContainsKey(Oids.AnyPolicy))) next[policy] = Only(policy);
        if (policies.Contains(Oids.AnyPolicy) && (_anyInhibited > 0 || (isSelfIssued && !isLast)))
            foreach (var policy in expected) next.TryAdd(policy, Only(policy));
        _row = next.Count > 0 ? next : null;
    }

    // §6.1.4 (a), (b)
    private bool Map(ParsedCertificate certificate)
    {
        if (certificate.Find(Oids.PolicyMappings) is not { } extension) return true;
        var mappings = ReadMappings(extension.Value);
        if (mappings.Any(static pair => IsAny(pair.From) || IsAny(pair.To))) return false;
        if (_row is null) return true;
        foreach (var group in mappings.GroupBy(static pair => pair.From, StringComparer.Ordinal))
        {
            if (_mappingInhibited == 0) _row.Remove(group.Key);
            else if (_row.ContainsKey(group.Key) || _row.ContainsKey(Oids.AnyPolicy)) _row[group.Key] = group.Select(static pair => pair.To).ToHashSet(StringComparer.Ordinal);
        }

        if (_row.Count == 0) _row = null;
        return true;
    }

    private static HashSet<string> ReadPolicies(ReadOnlyMemory<byte> der)
    {
        var policies = new HashSet<string>(StringComparer.Ordinal);
        var list = ReadSequence(der);
        while (list.HasData)
        {
            var information = list.ReadSequence();
            if (!policies.Add(information.ReadObjectIdentifier())) throw new AsnContentException(); // §4.2.1.4: once each
            if (information.HasData) information.ReadSequence(); // qualifiers are for people
            information.ThrowIfNotEmpty();
        }

        return policies.Count > 0 ? policies : throw new AsnContentException();
    }

    private static List<(string From, string To)> ReadMappings(ReadOnlyMemory<byte> der)
    {
        var mappings = new List<(string From, string To)>();
        var list = ReadSequence(der);
        while (list.HasData)
        {
            var pair = list.ReadSequence();
            mappings.Add((pair.ReadObjectIdentifier(), pair.ReadObjectIdentifier()));
            pair.ThrowIfNotEmpty();
        }

        return mappings.Count > 0 ? mappings : throw new AsnContentException();
    }

    private static (int? Explicit, int? Mapping) ReadConstraints(ParsedCertificate certificate)
    {
        if (certificate.Find(Oids.PolicyConstraints) is not { } extension) return (null, null);
        var body = ReadSequence(extension.Value);
        if (!body.HasData) throw new AsnContentException(); // §4.2.1.11: never empty
        int? Skip(int number) => body.HasData && body.PeekTag().HasSameClassAndValue(new Asn1Tag(TagClass.ContextSpecific, number))
            ? ReadSkip(body, new Asn1Tag(TagClass.ContextSpecific, number))
            : null;
        var constraints = (Skip(0), Skip(1));
        body.ThrowIfNotEmpty();
        return constraints;
    }

    private static int ReadSkip(AsnReader reader, Asn1Tag? tag = null)
    {
        var skip = reader.ReadInteger(tag);
        return skip.Sign < 0 ? throw new AsnContentException() : (int)System.Numerics.BigInteger.Min(skip, int.MaxValue);
    }

    private static AsnReader ReadSequence(ReadOnlyMemory<byte> der)
    {
        var outer = new AsnReader(der, AsnEncodingRules.DER);
        var sequence = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        return sequence;
    }
}
