using System.Security.Cryptography;
using TalkyWalky.Client.Agent;

namespace TalkyWalky.Client.Unlock;

/// <summary>
/// What unlocks a profile without asking anybody here: the file that TALKYWALKY_PASSPHRASE_FILE names, else the system's keychain where the profile's secret was put
/// there, else the key file that was made with the profile (docs/cli.md, "What unlocks a profile").
/// </summary>
/// <param name="profile">Full path.</param>
/// <param name="variable">An environment variable, null when unset.</param>
public sealed class KeptSecret(string profile, Func<string, string?> variable, TimeProvider time)
{
    public const string FileVariable = "TALKYWALKY_PASSPHRASE_FILE", KeychainVariable = "TALKYWALKY_KEYCHAIN";

    private readonly SecretTool _keychain = new(variable, time);

    // Off: nothing new is put there. What lies there already is still found.
    private bool MayUseKeychain => !string.Equals(variable(KeychainVariable), "off", StringComparison.Ordinal);

    /// <summary>Null: none is kept, so a person must be asked. Missing: one is, and cannot be used as it is.</summary>
    public async Task<PassphraseAnswer?> FindAsync(CancellationToken cancellation)
    {
        if (variable(FileVariable) is { Length: > 0 } named) return SecretFile.Read(named, FileVariable, profile);
        if (KeychainNote.Read(profile) is { } id) return await FromKeychainAsync(id, cancellation);
        var keyFile = ProfilePaths.KeyFile(profile, variable);
        return File.Exists(keyFile) ? SecretFile.Read(keyFile, "the key file", profile) : null;
    }

    /// <summary>Where <see cref="MakeAsync"/> would keep a new one. Takes at most three seconds.</summary>
    public async Task<SecretPlace> PlaceAsync(CancellationToken cancellation) =>
        MayUseKeychain && await _keychain.AnswersAsync(cancellation) ? SecretPlace.Keychain : SecretPlace.File;

    /// <summary>
    /// Makes 256 random bits and keeps them, durably, for a profile that has no secret yet. The system may ask the person to unlock the keychain; after two
    /// minutes without an answer a key file is made.
    /// </summary>
    public async Task<NewSecret> MakeAsync(CancellationToken cancellation)
    {
        var passphrase = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        if (await PlaceAsync(cancellation) == SecretPlace.Keychain)
        {
            var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
            if (await _keychain.KeepAsync(id, $"TalkyWalky ({profile})", passphrase, cancellation))
            {
                KeychainNote.Write(profile, id);
                return new NewSecret.Kept(passphrase, SecretPlace.Keychain, "The system's keychain now unlocks this profile.");
            }
        }

        return await MakeFileAsync(passphrase);
    }

    private async Task<PassphraseAnswer> FromKeychainAsync(string id, CancellationToken cancellation) =>
        await _keychain.FindAsync(id, cancellation) is { } secret
            ? new PassphraseAnswer.Known(secret)
            : new PassphraseAnswer.Missing(
                $"the secret of {profile} lies in the system's keychain, which does not give it out; unlock the keychain, start this from the desktop, or name a file with the secret in {FileVariable}");

    private async Task<NewSecret> MakeFileAsync(string passphrase)
    {
        var file = ProfilePaths.KeyFile(profile, variable);
        if (ProfilePaths.IsInside(file, profile))
            return new NewSecret.Failed($"the key file would lie inside the profile; choose another --profile, or set {FileVariable}");
        await SecretFile.WriteNewAsync(file, passphrase);
        return new NewSecret.Kept(passphrase, SecretPlace.File, $"A key file now unlocks this profile: {file} (keep it out of backups of the profile).");
    }
}
