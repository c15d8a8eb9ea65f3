using TalkyWalky.Engines.Specifications;

namespace TalkyWalky.Engines.Ldap.Tests;

[Collection(ActiveDirectory.Name)]
public sealed class ActiveDirectoryDirectoryTests(EmptyDomain domain) : DirectorySpecification
{
    private readonly TestDirectory _directory = new(domain.Server, LdapKind.ActiveDirectory);

    protected override async Task<IDirectory> StartAsync() => await _directory.StartAsync();

    protected override async Task<IDirectory> RestartAsync()
    {
        await domain.Server.RestartAsync();
        return _directory.Open(_directory.Options);
    }

    protected override Task StopAsync() => _directory.DeleteAsync();
}
