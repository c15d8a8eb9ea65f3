using TalkyWalky.Client.Agent;
using TalkyWalky.Client.Unlock;
using TalkyWalky.Testing;

namespace TalkyWalky.Client.Tests.Unlock;

/// <summary>The order of places, with a secret-tool that keeps secrets in files and writes down how it was called.</summary>
public sealed class KeptSecretTests : IDisposable
{
    private const UnixFileMode Runnable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly TempFolder _folder = new();
    private readonly Dictionary<string, string> _variables = new(StringComparer.Ordinal);

    public KeptSecretTests()
    {
        _variables["HOME"] = _folder["home"];
        _variables["PATH"] = _folder["bin"];
    }

    private string Profile => _folder["profile"];

    private KeptSecret Secret => new(Profile, _variables.GetValueOrDefault, TimeProvider.System);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Make_WithKeychain_KeepsItThereAndFindsItAgain()
    {
        InstallKeychain();
        Assert.Equal(SecretPlace.Keychain, await Secret.PlaceAsync(default));
        var made = Assert.IsType<NewSecret.Kept>(await Secret.MakeAsync(default));
        Assert.Equal(SecretPlace.Keychain, made.Place);
        Assert.Equal(44, made.Passphrase.Length);
        Assert.Equal(made.Passphrase, Assert.IsType<PassphraseAnswer.Known>(await Secret.FindAsync(default)).Passphrase);
        Assert.False(Directory.Exists(Path.Combine(_folder["home"], ".config")));
        var calls = await File.ReadAllTextAsync(_folder["calls"]);
        Assert.Contains("store --label=TalkyWalky", calls, StringComparison.Ordinal);
        Assert.DoesNotContain(made.Passphrase, calls, StringComparison.Ordinal);
        Assert.DoesNotContain(made.Passphrase, await File.ReadAllTextAsync(Path.Combine(Profile, "keychain")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Find_ProfileThatMoved_IsFoundByItsName()
    {
        InstallKeychain();
        var made = Assert.IsType<NewSecret.Kept>(await Secret.MakeAsync(default));
        Directory.Move(Profile, _folder["elsewhere"]);
        var moved = new KeptSecret(_folder["elsewhere"], _variables.GetValueOrDefault, TimeProvider.System);
        Assert.Equal(made.Passphrase, Assert.IsType<PassphraseAnswer.Known>(await moved.FindAsync(default)).Passphrase);
    }

    [Fact]
    public async Task Find_KeychainLostIt_SaysWhereItLies()
    {
        InstallKeychain();
        await Secret.MakeAsync(default);
        Directory.Delete(_folder["secrets"], recursive: true);
        Assert.Contains("keychain", Assert.IsType<PassphraseAnswer.Missing>(await Secret.FindAsync(default)).Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Find_FileNamedByTheVariable_ComesBeforeTheKeychain()
    {
        InstallKeychain();
        await Secret.MakeAsync(default);
        await File.WriteAllTextAsync(_folder["named"], "open sesame\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(_folder["named"], UnixFileMode.UserRead);
        _variables[KeptSecret.FileVariable] = _folder["named"];
        Assert.Equal("open sesame", Assert.IsType<PassphraseAnswer.Known>(await Secret.FindAsync(default)).Passphrase);
    }

    [Fact]
    public async Task Find_NothingKept_AsksNoKeychain()
    {
        InstallKeychain();
        Assert.Null(await Secret.FindAsync(default));
        Assert.False(File.Exists(_folder["calls"]));
    }

    [Theory]
    [InlineData("off", "store refuses nothing")]
    [InlineData("", "refuses")]
    public async Task Make_KeychainIsOffOrRefuses_MakesAKeyFile(string keychain, string behaviour)
    {
        InstallKeychain(refuses: behaviour == "refuses");
        _variables[KeptSecret.KeychainVariable] = keychain;
        var made = Assert.IsType<NewSecret.Kept>(await Secret.MakeAsync(default));
        Assert.Equal(SecretPlace.File, made.Place);
        Assert.Equal(made.Passphrase, Assert.IsType<PassphraseAnswer.Known>(await Secret.FindAsync(default)).Passphrase);
        Assert.False(File.Exists(Path.Combine(Profile, "keychain")));
    }

    [Fact]
    public async Task Place_WithoutSessionBus_IsAFile()
    {
        InstallKeychain();
        _variables.Remove("DBUS_SESSION_BUS_ADDRESS");
        Assert.Equal(SecretPlace.File, await Secret.PlaceAsync(default));
        Assert.False(File.Exists(_folder["calls"]));
    }

    private void InstallKeychain(bool refuses = false)
    {
        _variables["DBUS_SESSION_BUS_ADDRESS"] = "unix:path=/nowhere";
        Directory.CreateDirectory(_folder["bin"]);
        var program = Path.Combine(_folder["bin"], "secret-tool");
        File.WriteAllText(
            program,
            $$"""
              #!/bin/sh
              PATH=/usr/bin:/bin
              echo "$*" >>'{{_folder["calls"]}}'
              for id; do :; done
              case $1 in
                search) exit 0 ;;
                store) {{(refuses ? "cat >/dev/null; exit 1" : $"mkdir -p '{_folder["secrets"]}' && cat >'{_folder["secrets"]}'/\"$id\"")}} ;;
                lookup) cat '{{_folder["secrets"]}}'/"$id" 2>/dev/null ;;
              esac
              """);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(program, Runnable);
    }
}
