using TalkyWalky.Engines.Specifications;
using TalkyWalky.Harness;

namespace TalkyWalky.Engines.Ldap.Tests;

[Collection(OpenLdap.Name)]
public sealed class OpenLdapDirectoryTests(Slapd server) : DirectorySpecification
{
    private readonly TestDirectory _directory = new(server, LdapKind.OpenLdap);

    /// <summary>slapd answers for pwdAccountLockedTime before it looks at the password, so that nobody can be told.</summary>
    protected override Type ToldOfDisabled => typeof(BindOutcome.Refused);

    protected override async Task<IDirectory> StartAsync() => await _directory.StartAsync();

    protected override async Task<IDirectory> RestartAsync()
    {
        await server.RestartAsync();
        return _directory.Open(_directory.Options);
    }

    protected override Task StopAsync() => _directory.DeleteAsync();
}
