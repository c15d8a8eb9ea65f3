using TalkyWalky.Testing;

namespace TalkyWalky.Harness;

/// <summary>
/// A server with two people, ada and bob, made once by the real programs. Each test gets a copy of it on the same port, so the tests of this
/// collection run one after the other.
/// </summary>
public class Organisation : IAsyncLifetime
{
    private const int AtOnce = 4;

    private readonly string _template = Directory.CreateTempSubdirectory("tw-template-").FullName;
    private readonly List<string> _copies = [];
    private readonly int _port = Ports.Free();

    public string Join { get; private set; } = "";

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
    public async Task<Place> CopyAsync()
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
}
