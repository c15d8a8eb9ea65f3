using System.Text.Json;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Store;

/// <summary>The encryption certificates that messages to a person were last sealed to: whom direct mode seals for while there is no server to ask. Each is verified again before use.</summary>
internal sealed class KnownDeviceRows(Rows rows)
{
    /// <summary>DER.</summary>
    public IReadOnlyList<byte[]> Of(UserId user) =>
        rows.Settings.Get(Name(user)) is { } json ? JsonSerializer.Deserialize(json, ClientJson.Default.ListByteArray) ?? [] : [];

    public void Set(UserId user, IEnumerable<ReadOnlyMemory<byte>> certificates)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(certificates.Select(static der => der.ToArray()).ToList(), ClientJson.Default.ListByteArray);
        if (!rows.Settings.Get(Name(user)).AsSpan().SequenceEqual(json)) rows.Settings.Set(Name(user), json);
    }

    private static string Name(UserId user) => $"known-devices/{user}";
}
