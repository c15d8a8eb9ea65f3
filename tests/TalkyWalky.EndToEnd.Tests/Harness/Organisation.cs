using System.Net;
using System.Net.Sockets;

namespace TalkyWalky.EndToEnd.Tests.Harness;

/// <summary>
/// A server with two people, ada and bob, made once by the real programs. Each test gets a copy of it on the same port, so the tests of this
/// collection run one after the other.
/// </summary>
public class Organisation : IAsyncLifetime
{
    private const int AtOnce = 4;

    private readonly string _template = Directory.CreateTempSubdirectory("tw-template-").FullName;
    private readonly List<string> _copies = [];
    private readonly int _port = FreePort();

    internal string Join { get; private set; } = "";

    protected virtual IReadOnlyList<string> Names => ["ada", "bob"];

    public async Task InitializeAsync()
    {
        await using var place = new Place(_template, _port);
        var server = await place.StartServerAsync();
        Join = place.Join;
        foreach (var few in Names.Chunk(AtOnce)) await Task.WhenAll(few.Select(name => place.Member(name).RegisterAsync()));
        Assert.Equal(0, await server.SignalAsync("TERM"));
    }

    /// <summary>A copy of the organisation, nothing of it running.</summary>
    internal async Task<Place> CopyAsync()
    {
        var folder = Directory.CreateTempSubdirectory("tw-test-").FullName;
        _copies.Add(folder);
        (await Programs.RunAsync("cp", ["-a", _template + "/.", folder])).Expect(0);
        return new Place(folder, _port) { Join = Join };
    }

    public Task DisposeAsync()
    {
        foreach (var folder in _copies.Append(_template)) Directory.Delete(folder, recursive: true);
        return Task.CompletedTask;
    }

    internal static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

/// <summary>A server with three people and one who is up to no good.</summary>
public sealed class Quartet : Organisation
{
    protected override IReadOnlyList<string> Names => ["ada", "bob", "cyd", "mal"];
}

/// <summary>A server with twenty people.</summary>
public sealed class Team : Organisation
{
    internal static IReadOnlyList<string> Everyone { get; } = [.. Enumerable.Range(1, 20).Select(static n => $"m{n:00}")];

    protected override IReadOnlyList<string> Names => Everyone;
}

[CollectionDefinition(Name)]
public sealed class OneAfterTheOther : ICollectionFixture<Organisation>
{
    public const string Name = "real programs";
}
