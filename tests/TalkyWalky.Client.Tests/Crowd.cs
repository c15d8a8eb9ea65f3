using System.Collections;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Tests;

/// <summary>Several people, connected.</summary>
internal sealed class Crowd : IReadOnlyList<TestClient>, IAsyncDisposable
{
    private readonly List<TestClient> _people = [];

    public int Count => _people.Count;

    public TestClient this[int index] => _people[index];

    public static async Task<Crowd> OpenAsync(JoinLink link, params string[] names)
    {
        var crowd = new Crowd();
        foreach (var name in names)
        {
            crowd._people.Add(await TestClient.RegisterAsync(link, name));
            await crowd[^1].OpenAsync();
        }

        return crowd;
    }

    public IEnumerator<TestClient> GetEnumerator() => _people.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public async ValueTask DisposeAsync()
    {
        foreach (var one in _people) await one.DisposeAsync();
    }
}
