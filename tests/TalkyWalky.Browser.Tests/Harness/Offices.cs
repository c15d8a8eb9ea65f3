using TalkyWalky.Harness;

namespace TalkyWalky.Browser.Tests.Harness;

/// <summary>A server with ada, bob and cyd, made once for the classes of a collection, which run one after the other.</summary>
public sealed class Trio : Organisation
{
    protected override IReadOnlyList<string> Names => ["ada", "bob", "cyd"];
}

/// <summary>The tests run in as many collections as a small machine has cores; each has an organisation of its own.</summary>
[CollectionDefinition(Name)]
public sealed class FirstHalf : ICollectionFixture<Trio>
{
    public const string Name = "the app, first half";
}

[CollectionDefinition(Name)]
public sealed class SecondHalf : ICollectionFixture<Trio>
{
    public const string Name = "the app, second half";
}

/// <summary>A copy of the organisation for one test class: its server runs, and people sit down as they are needed.</summary>
public sealed class Office(Trio organisation) : IAsyncLifetime
{
    private readonly Dictionary<string, Desk> _desks = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Window> _windows = new(StringComparer.Ordinal);
    private Place? _place;

    internal Place Place => _place ?? throw new InvalidOperationException("the office is not open");

    internal RunningProgram Server { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        _place = await organisation.CopyAsync();
        await StartServerAsync();
    }

    internal async Task StartServerAsync() => Server = await Place.StartServerAsync();

    internal async Task<Desk> DeskAsync(string name)
    {
        if (_desks.TryGetValue(name, out var known)) return known;
        return _desks[name] = await Desk.OpenAsync(Place.Member(name));
    }

    /// <summary>The one window that this person has open.</summary>
    internal async Task<Window> WindowAsync(string name)
    {
        if (_windows.TryGetValue(name, out var known)) return known;
        return _windows[name] = await (await DeskAsync(name)).WindowAsync();
    }

    /// <summary>Restarts a person's program, and opens its window again.</summary>
    internal async Task<Window> RestartAsync(string name)
    {
        _windows.Remove(name);
        await (await DeskAsync(name)).RestartAsync();
        return await WindowAsync(name);
    }

    /// <summary>No window did what no page of ours may do.</summary>
    internal async Task CheckAsync()
    {
        foreach (var window in _windows.Values)
        {
            await window.Page.EvaluateAsync("1"); // what was reported before has arrived
            Assert.Empty(window.Troubles);
        }
    }

    public async Task DisposeAsync()
    {
        foreach (var desk in _desks.Values) await desk.DisposeAsync();
        await Place.DisposeAsync();
    }
}
