using TalkyWalky.Engines.Ldap.Flavours;

namespace TalkyWalky.Engines.Ldap.Entries;

/// <summary>Somebody's entry, and what it means here.</summary>
internal sealed record Person(LdapEntry Entry, Account Account, Standing Standing);
