namespace TalkyWalky.Client.Unlock;

/// <summary>Where a secret that this computer made itself is kept.</summary>
public enum SecretPlace
{
    Keychain,
    File,
}

public abstract record NewSecret
{
    private NewSecret() { }

    /// <param name="Note">A sentence for the person: where it lies.</param>
    public sealed record Kept(string Passphrase, SecretPlace Place, string Note) : NewSecret
    {
        public override string ToString() => $"Kept {{ {Place} }}";
    }

    /// <param name="Why">A sentence that says what to do.</param>
    public sealed record Failed(string Why) : NewSecret;
}
