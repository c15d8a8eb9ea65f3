using System.Diagnostics;
using TalkyWalky.Client.Agent;
using TalkyWalky.Client.Unlock;
using TalkyWalky.Testing;

namespace TalkyWalky.Client.Tests.Unlock;

/// <summary>A session bus of its own with GNOME's keychain on it.</summary>
public sealed class RealKeychainTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Make_GnomeKeyring_KeepsTheSecret()
    {
        await using var session = Start(unlocks: true);
        var secret = Secret(await session.AddressAsync());
        var made = Assert.IsType<NewSecret.Kept>(await secret.MakeAsync(default));
        Assert.Equal(SecretPlace.Keychain, made.Place);
        Assert.Equal(made.Passphrase, Assert.IsType<PassphraseAnswer.Known>(await secret.FindAsync(default)).Passphrase);
    }

    /// <summary>As over SSH: a keychain that nobody can unlock here, because there is no display to ask on.</summary>
    [Fact]
    public async Task Make_LockedGnomeKeyring_MakesAKeyFile()
    {
        await using var session = Start(unlocks: false);
        var made = Assert.IsType<NewSecret.Kept>(await Secret(await session.AddressAsync()).MakeAsync(default));
        Assert.Equal(SecretPlace.File, made.Place);
    }

    private KeptSecret Secret(string bus) => new(
        _folder["profile"],
        name => name switch { "HOME" => _folder["home"], "DBUS_SESSION_BUS_ADDRESS" => bus, "PATH" => Environment.GetEnvironmentVariable("PATH"), _ => null },
        TimeProvider.System);

    private Session Start(bool unlocks)
    {
        Directory.CreateDirectory(_folder["home"]);
        var unlock = unlocks ? "printf 'a keychain password' | gnome-keyring-daemon --unlock --components=secrets --daemonize >/dev/null; " : "";
        var start = new ProcessStartInfo("dbus-run-session", ["--", "sh", "-c", $"{unlock}echo \"$DBUS_SESSION_BUS_ADDRESS\"; exec cat"])
        {
            UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment["HOME"] = start.Environment["XDG_RUNTIME_DIR"] = _folder["home"];
        foreach (var name in (string[])["DISPLAY", "WAYLAND_DISPLAY", "XDG_DATA_HOME", "XDG_CACHE_HOME"]) start.Environment.Remove(name);
        return new Session(Process.Start(start)!);
    }

    /// <summary>Ends with its standard input; the bus takes what it started along.</summary>
    private sealed class Session(Process process) : IAsyncDisposable
    {
        private readonly Task _complaints = process.StandardError.BaseStream.CopyToAsync(Stream.Null);

        public async Task<string> AddressAsync() => (await process.StandardOutput.ReadLineAsync().WaitAsync(Patience))!;

        public async ValueTask DisposeAsync()
        {
            process.StandardInput.Close();
            await process.WaitForExitAsync().WaitAsync(Patience);
            await _complaints.WaitAsync(Patience);
            process.Dispose();
        }
    }
}
