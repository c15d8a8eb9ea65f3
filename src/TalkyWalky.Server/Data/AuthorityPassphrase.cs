using System.Buffers.Text;
using System.Security.Cryptography;
using TalkyWalky.Server.Configuration;

namespace TalkyWalky.Server.Data;

/// <summary>Where the passphrase of the certificate authority's keys comes from: the environment, a named file, or DATA/ca.passphrase.</summary>
internal static class AuthorityPassphrase
{
    public const int MinLength = 8;

    /// <summary>The passphrase of the authority that exists. Throws when there is none.</summary>
    public static string Find(DataFolder folder, PassphraseSettings settings) =>
        TryFind(folder, settings)
        ?? throw new ServerException(
            $"the passphrase of the certificate authority is missing: {folder.Passphrase} is gone or empty; restore it, or set {ConfigurationKeys.PassphraseFile.Name} or {ConfigurationKeys.Passphrase.EnvironmentName}");

    /// <summary>For an authority to be made: the one that is set, the one a start that broke off has left, or a fresh one, on disk before it is used.</summary>
    public static string FindOrMake(DataFolder folder, PassphraseSettings settings)
    {
        if (TryFind(folder, settings) is { } known) return known;
        var made = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        OwnerFile.Write(folder.Passphrase, made + "\n");
        return made;
    }

    public static string? TryFind(DataFolder folder, PassphraseSettings settings) => FromSettings(settings) ?? NotEmpty(OwnerFile.TryReadSecret(folder.Passphrase));

    private static string? FromSettings(PassphraseSettings settings)
    {
        if (settings.Passphrase is { } passphrase) return passphrase;
        if (settings.PassphraseFile is not { } file) return null;
        var read = OwnerFile.TryReadSecret(file)
            ?? throw new ServerException($"{file}, named by {ConfigurationKeys.PassphraseFile.Name}, does not exist; put the certificate authority's passphrase there");
        return Check(read, file);
    }

    public static string Check(string passphrase, string source) => passphrase.Length >= MinLength
        ? passphrase
        : throw new ServerException($"the passphrase from {source} is shorter than {MinLength} characters; give a longer one in its first line");

    private static string? NotEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
