using TalkyWalky.Client;

namespace TalkyWalky.Cli.Chat;

/// <summary>Who is typing where, as far as they say: each word holds for six seconds.</summary>
internal sealed class Typists(TimeProvider time)
{
    private const int Most = 64;
    private static readonly TimeSpan Holds = TimeSpan.FromSeconds(6);

    private readonly Dictionary<(Target In, string From), long> _heard = [];

    /// <summary>True when that is news.</summary>
    public bool Heard(Target where, string from)
    {
        Forget();
        var isNew = !_heard.ContainsKey((where, from));
        if (isNew && _heard.Count >= Most) return false;
        _heard[(where, from)] = time.GetTimestamp();
        return isNew;
    }

    /// <summary>The message that was typed is here.</summary>
    public void Wrote(string from)
    {
        foreach (var key in _heard.Keys.Where(key => string.Equals(key.From, from, StringComparison.OrdinalIgnoreCase)).ToList()) _heard.Remove(key);
    }

    /// <summary>"bob is typing", or null.</summary>
    public string? In(Place place)
    {
        Forget();
        var names = _heard.Keys.Where(key => place.Is(key.In)).Select(static key => key.From).Order(StringComparer.Ordinal).ToList();
        return names switch
        {
            [] => null,
            [var one] => $"{one} is typing",
            [var one, var two] => $"{one} and {two} are typing",
            _ => $"{names.Count} people are typing",
        };
    }

    private void Forget()
    {
        foreach (var (key, at) in _heard.ToList())
            if (time.GetElapsedTime(at) > Holds) _heard.Remove(key);
    }
}
