using TalkyWalky.Harness;

namespace TalkyWalky.Engines.Ldap.Tests;

[Collection(OpenLdap.Name)]
public sealed class OpenLdapDoctorTests(Slapd server) : DoctorSpecification(server, LdapKind.OpenLdap);

[Collection(ActiveDirectory.Name)]
public sealed class ActiveDirectoryDoctorTests(EmptyDomain domain) : DoctorSpecification(domain.Server, LdapKind.ActiveDirectory);
