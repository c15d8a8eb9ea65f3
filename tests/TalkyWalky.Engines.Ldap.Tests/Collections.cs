using TalkyWalky.Harness;

namespace TalkyWalky.Engines.Ldap.Tests;

/// <summary>Tests that share one slapd.</summary>
[CollectionDefinition(Name)]
public sealed class OpenLdap : ICollectionFixture<Slapd>
{
    public const string Name = "OpenLDAP";
}

/// <summary>Tests that share one slapd and stop it, pause it, cut it off.</summary>
[CollectionDefinition(Name)]
public sealed class FragileOpenLdap : ICollectionFixture<Slapd>
{
    public const string Name = "OpenLDAP that fails";
}

/// <summary>Tests that share one domain controller. Names are unique in a domain, so that its own people give way.</summary>
[CollectionDefinition(Name)]
public sealed class ActiveDirectory : ICollectionFixture<EmptyDomain>
{
    public const string Name = "Active Directory";
}

public sealed class EmptyDomain : IAsyncLifetime
{
    public DomainController Server { get; } = new();

    public async Task InitializeAsync()
    {
        await Server.InitializeAsync();
        var people = (await Server.SearchAsync("(&(objectClass=user)(mail=*@corp.example.org))", "dn")).Split('\n').Where(static line => line.StartsWith("dn: ", StringComparison.Ordinal));
        await Server.ModifyAsync(string.Join('\n', people.Select(static dn => $"{dn}\nchangetype: delete\n")));
    }

    public Task DisposeAsync() => Server.DisposeAsync();
}
