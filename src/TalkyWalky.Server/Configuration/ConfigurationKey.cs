namespace TalkyWalky.Server.Configuration;

/// <summary>Reads a value; false when it is not one of those allowed.</summary>
internal delegate bool SettingReader<T>(Setting setting, out T value);

/// <summary>One thing that can be set.</summary>
/// <param name="Name">section.key as in the file.</param>
/// <param name="Allowed">Ends the sentence "give ...".</param>
internal abstract record ConfigurationKey(string Name, string Allowed)
{
    public const string EnvironmentPrefix = "TALKYWALKYD_";

    /// <summary>Set for a secret, which is never printed and refused in the file: the key that names a file with it instead.</summary>
    public ConfigurationKey? SecretFile { get; init; }

    public bool IsSecret => SecretFile is not null;

    public string Section => Name.Contains('.', StringComparison.Ordinal) ? Name[..Name.IndexOf('.', StringComparison.Ordinal)] : "";

    public string EnvironmentName => EnvironmentPrefix + Name.Replace(".", "__", StringComparison.Ordinal).ToUpperInvariant();
}

internal sealed record ConfigurationKey<T>(string Name, T Default, string Allowed, SettingReader<T> TryRead) : ConfigurationKey(Name, Allowed);
