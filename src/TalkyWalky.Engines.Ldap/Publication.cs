using System.DirectoryServices.Protocols;
using TalkyWalky.Engines.Ldap.Connections;
using TalkyWalky.Engines.Ldap.Entries;

namespace TalkyWalky.Engines.Ldap;

/// <summary>A person's certificates in their entry (RFC 4523 §2.1).</summary>
internal static class Publication
{
    public static ChangeOutcome Publish(LdapLink link, string dn, string attribute, IReadOnlyCollection<byte[]> certificates, Func<ReadOnlyMemory<byte>, bool> isOurs)
    {
        if (Search.One(link, dn, attribute) is not { } entry) return new ChangeOutcome.Unknown();
        var there = entry.Values(attribute).ToList();
        var old = there.Where(value => isOurs(value) && !Contains(certificates, value));
        var missing = certificates.Where(value => !Contains(there, value));
        DirectoryAttributeModification[] changes =
            [.. Modification(DirectoryAttributeOperation.Delete, attribute, old), .. Modification(DirectoryAttributeOperation.Add, attribute, missing)];
        return changes.Length == 0
            ? new ChangeOutcome.Done()
            : Refusal.Outcome(link.Send<ModifyResponse>(new ModifyRequest(dn, changes)), $"publish certificates in {attribute}");
    }

    private static IEnumerable<DirectoryAttributeModification> Modification(DirectoryAttributeOperation operation, string attribute, IEnumerable<byte[]> values)
    {
        var modification = new DirectoryAttributeModification { Operation = operation, Name = attribute };
        foreach (var value in values) modification.Add(value);
        if (modification.Count > 0) yield return modification;
    }

    private static bool Contains(IEnumerable<byte[]> values, byte[] value) => values.Any(other => other.AsSpan().SequenceEqual(value));
}
