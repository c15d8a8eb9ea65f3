using TalkyWalky.Pki;
using TalkyWalky.Testing;

namespace TalkyWalky.Authority.Tests;

/// <summary>One CA for all tests that only read it: deriving its key from the passphrase takes a quarter of a second.</summary>
internal static class TestAuthority
{
    public const string Organisation = "Example Ltd", Domain = "example.org", Passphrase = "correct horse battery";

    public static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    public static readonly Uri PublicUrl = new("https://chat.example.org:8443");

    private static readonly Lazy<CertificateAuthority> Made = new(() => MakeAt(Now));

    private static readonly Lazy<CertificateAuthority> MadeNow = new(() => MakeAt(DateTimeOffset.UtcNow));

    public static CertificateAuthority Shared => Made.Value;

    /// <summary>Valid by the real clock, which curl and openssl go by.</summary>
    public static CertificateAuthority SharedNow => MadeNow.Value;

    public static CertificateAuthority Make(string folder, Uri? publicUrl = null, DateTimeOffset? at = null, IKeySource? keys = null) =>
        CertificateAuthority.Initialise(Path.Combine(folder, "ca"), Organisation, Domain, Passphrase, keys ?? KeyPool.Shared, at ?? Now, publicUrl);

    private static CertificateAuthority MakeAt(DateTimeOffset at)
    {
        using var folder = new TempFolder(); // the open authority needs its files no more
        return Make(folder.Path, at: at);
    }
}

/// <summary>A clock that moves when a test says so.</summary>
internal sealed class ManualTime(DateTimeOffset start, double hurry = 1) : TimeProvider
{
    private DateTimeOffset _now = start;

    public override DateTimeOffset GetUtcNow() => _now;

    public void Advance(TimeSpan by) => _now += by;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => base.CreateTimer(callback, state, Hurry(dueTime), Hurry(period));

    private TimeSpan Hurry(TimeSpan time) => time == Timeout.InfiniteTimeSpan ? time : time / hurry;
}

internal sealed class TempFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("talkywalky-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
