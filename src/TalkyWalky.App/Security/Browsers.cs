namespace TalkyWalky.App.Security;

/// <summary>
/// Who was let in. A browser has one cookie for all its windows on this port, and each window has a key of its own beside it: a cookie alone also reaches the other ports
/// of this computer, because browsers do not tell ports apart for cookies (RFC 6265 section 8.5).
/// </summary>
internal sealed class Browsers
{
    public const int MaxBrowsers = 16, MaxKeys = 32;

    private readonly Lock _gate = new();
    // Those used last are at the end.
    private readonly List<Browser> _known = [];

    /// <summary>Adds a window to the browser of this cookie, or to a new one. What was not used for longest goes when there are too many.</summary>
    public (string Cookie, string Key) Enter(string? cookie)
    {
        var key = Secret.New();
        lock (_gate)
        {
            var browser = Find(cookie);
            if (browser is null)
            {
                cookie = Secret.New();
                browser = new Browser(Secret.Hash(cookie), []);
                if (_known.Count == MaxBrowsers) _known.RemoveAt(0);
                _known.Add(browser);
            }

            if (browser.Keys.Count == MaxKeys) browser.Keys.RemoveAt(0);
            browser.Keys.Add(Secret.Hash(key));
            return (cookie!, key);
        }
    }

    public bool IsIn(string? cookie, string? key)
    {
        if (key is not { Length: Secret.Length }) return false;
        var hash = Secret.Hash(key);
        lock (_gate)
        {
            if (Find(cookie) is not { } browser || browser.Keys.FindIndex(known => Secret.IsSame(known, hash)) is not (>= 0 and var at)) return false;
            MoveToEnd(_known, _known.IndexOf(browser));
            MoveToEnd(browser.Keys, at);
            return true;
        }
    }

    private Browser? Find(string? cookie)
    {
        if (cookie is not { Length: Secret.Length }) return null;
        var hash = Secret.Hash(cookie);
        return _known.Find(browser => Secret.IsSame(browser.Cookie, hash));
    }

    private static void MoveToEnd<T>(List<T> list, int at)
    {
        var one = list[at];
        list.RemoveAt(at);
        list.Add(one);
    }

    private sealed record Browser(byte[] Cookie, List<byte[]> Keys);
}
