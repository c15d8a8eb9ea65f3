using System.Buffers.Binary;
using System.Text;

namespace TalkyWalky.Client.Store;

/// <summary>Single values of a profile, each sealed under its name.</summary>
internal sealed class SettingRows(Rows rows)
{
    private const string Column = "setting.value";

    public byte[]? Get(string name) =>
        rows.Blob("SELECT value FROM setting WHERE name = ?1", name) is { } value ? rows.Open(Column, Encoding.ASCII.GetBytes(name), value) : null;

    public void Set(string name, ReadOnlySpan<byte> value) => rows.Execute(
        "INSERT INTO setting(name, value) VALUES (?1, ?2) ON CONFLICT(name) DO UPDATE SET value = excluded.value",
        name, rows.Seal(Column, Encoding.ASCII.GetBytes(name), value));

    public void Remove(string name) => rows.Execute("DELETE FROM setting WHERE name = ?1", name);

    public ulong GetNumber(string name) => Get(name) is { Length: 8 } value ? BinaryPrimitives.ReadUInt64BigEndian(value) : 0;

    public void SetNumber(string name, ulong number)
    {
        Span<byte> value = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(value, number);
        Set(name, value);
    }
}

internal static class SettingNames
{
    public const string Profile = "profile", IdentityKey = "identity.key", IdentityCertificate = "identity.certificate", NextEncryptionKey = "encryption.next",
        Generation = "generation", LoggedOut = "logged-out", KnownDevices = "devices", AwaitsApproval = "awaits-approval",
        StateGiven = "state.given", Connected = "connected", HistorySince = "history.since", OwnList = "own-list", LetIn = "let-in";
}
