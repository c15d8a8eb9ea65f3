using System.Xml.Linq;

namespace TalkyWalky.Architecture.Tests;

/// <summary>The walls of docs/architecture.md, read from the project files.</summary>
public sealed class ProjectGraphTests
{
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Wire"] = [],
        ["Pki"] = ["Wire"],
        ["Ledger"] = ["Pki", "Wire"],
        ["Crypto"] = ["Ledger", "Pki", "Wire"],
        ["Engines"] = ["Wire"],
        ["Engines.Embedded"] = ["Engines", "Wire"],
        ["Engines.Ldap"] = ["Engines", "Wire"],
        ["Engines.RabbitMq"] = ["Engines", "Wire"],
        ["Engines.Postgres"] = ["Engines", "Wire"],
        ["Gateway"] = ["Ledger", "Pki", "Engines", "Wire"],
        ["Authority"] = ["Pki", "Engines", "Wire"],
        ["Server"] = ["Gateway", "Authority", "Engines", "Engines.Embedded", "Engines.Ldap", "Engines.RabbitMq", "Engines.Postgres", "Ledger", "Pki", "Wire"],
        ["Client"] = ["Crypto", "Ledger", "Pki", "Wire"],
        ["App"] = ["Client", "Wire"],
        ["Cli"] = ["Client", "App", "Wire"],
    };

    public static TheoryData<string> Projects => new(Source.Projects.Select(project => project.Name));

    [Theory]
    [MemberData(nameof(Projects))]
    public void Project_References_OnlyWhatTheArchitectureAllows(string project)
    {
        Assert.True(Allowed.ContainsKey(project), $"{project} is not in docs/architecture.md");
        Assert.Empty(Source.References(project).Except(Allowed[project], StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("Gateway")]
    [InlineData("Authority")]
    [InlineData("Server")]
    public void Server_NeverReachesCryptoOrClient(string project)
    {
        var reached = Source.Closure(project);
        Assert.DoesNotContain("Crypto", reached);
        Assert.DoesNotContain("Client", reached);
    }

    [Fact]
    public void Gateway_NeverReachesAuthority() => Assert.DoesNotContain("Authority", Source.Closure("Gateway"));

    [Fact]
    public void OnlyHosts_NameAdapters()
    {
        var users = Source.Projects.Where(project => Source.References(project.Name).Any(name => name.StartsWith("Engines.", StringComparison.Ordinal)));
        Assert.Equal(["Server"], users.Select(project => project.Name));
    }

    [Fact]
    public void Solution_HoldsEveryProject()
    {
        var listed = XDocument.Load(Path.Combine(Source.Root, "TalkyWalky.slnx")).Descendants("Project").Select(node => node.Attribute("Path")!.Value);
        var present = Source.Files("*.csproj").Select(file => Path.GetRelativePath(Source.Root, file));
        Assert.Equal(present.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Packages_ArePinnedCentrally()
    {
        foreach (var file in Source.Files("*.csproj"))
        {
            Assert.DoesNotContain(XDocument.Load(file).Descendants("PackageReference"), node => node.Attribute("Version") is not null || node.Attribute("VersionOverride") is not null);
            Assert.True(File.Exists(Path.Combine(Path.GetDirectoryName(file)!, "packages.lock.json")), $"{file} has no lock file");
        }
    }
}
