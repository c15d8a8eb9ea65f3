namespace TalkyWalky.Crypto;

/// <summary>The one suite of protocol v1: RSA-3072 identity and encryption keys, P-256 session keys, AES-256-GCM. Named in all that is signed or derived.</summary>
internal static class Suite
{
    public const string Name = "RSA3072-P256-A256GCM";

    public static ReadOnlySpan<byte> Utf8 => "RSA3072-P256-A256GCM"u8;
}
