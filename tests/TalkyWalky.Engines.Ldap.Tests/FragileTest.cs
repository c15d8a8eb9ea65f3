using TalkyWalky.Harness;

namespace TalkyWalky.Engines.Ldap.Tests;

/// <summary>Ada in a directory that a test may break.</summary>
public abstract class FragileTest(Slapd server) : IAsyncLifetime
{
    protected const string Password = "Correct horse battery 9";
    protected static readonly CancellationToken None = CancellationToken.None;

    protected Slapd Server { get; } = server;

    protected TestDirectory Test { get; } = new(server, LdapKind.OpenLdap);

    protected LdapDirectory Directory { get; private set; } = null!;

    protected Account Ada { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Directory = await Test.StartAsync();
        Ada = Assert.IsType<AddOutcome.Added>(await Directory.AddAsync(new NewAccount("ada", Password, "Ada L.", null), None)).Account;
    }

    public Task DisposeAsync() => Test.DeleteAsync();
}
