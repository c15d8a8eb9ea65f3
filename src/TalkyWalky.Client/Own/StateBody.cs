using System.Globalization;
using TalkyWalky.Client.Store;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Own;

/// <summary>What a device tells the person's other ones: what changed, or the question for all of it (docs/protocol.md section 5.5).</summary>
internal static class StateBody
{
    public const string Kind = "state", RequestKind = "state-request";

    /// <summary>Entries of one body, bytes of a name and of a value: together far below the bound of a body.</summary>
    public const int MaxEntries = 100, MaxName = 80, MaxValue = 512;

    private static readonly long MaxTime = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    public static ReadOnlySpan<byte> Request => "{\"kind\":\"state-request\"}"u8;

    public static byte[] Write(IReadOnlyList<StateEntry> entries)
    {
        using var json = new CanonicalJsonWriter(4096);
        json.Raw("{\"kind\":\"state\",\"entries\":["u8);
        for (var i = 0; i < entries.Count; i++)
        {
            var entry = entries[i];
            if (i > 0) json.Raw(","u8);
            json.Raw("{\"name\":"u8).String(entry.Name).Raw(",\"time\":"u8).Number(entry.Time).Raw(",\"device\":"u8).String(entry.Device.ToString());
            json.Raw(",\"value\":"u8).String(entry.Value).Raw("}"u8);
        }

        return json.Raw("]}"u8).Written.ToArray();
    }

    /// <summary>Null for anything but what <see cref="Write"/> gives.</summary>
    public static List<StateEntry>? TryRead(ReadOnlySpan<byte> text)
    {
        var reader = new CanonicalJsonReader(text);
        if (!reader.Literal("{\"kind\":\"state\",\"entries\":["u8)) return null;
        var entries = new List<StateEntry>();
        do
        {
            if (entries.Count == MaxEntries || TryReadEntry(ref reader) is not { } entry) return null;
            entries.Add(entry);
        }
        while (reader.Literal(","u8));
        return reader.Literal("]}"u8) && reader.AtEnd ? entries : null;
    }

    private static StateEntry? TryReadEntry(ref CanonicalJsonReader reader) =>
        reader.Literal("{\"name\":"u8) && reader.String(MaxName, out var name) && IsName(name)
        && reader.Literal(",\"time\":"u8) && reader.Number(MaxTime, out var time)
        && reader.Literal(",\"device\":"u8) && reader.String(32, out var deviceText) && DeviceId.TryParse(deviceText, out var device)
        && reader.Literal(",\"value\":"u8) && reader.String(MaxValue, out var value)
        && reader.Literal("}"u8)
            ? new StateEntry(name, time, device, value)
            : null;

    private static bool IsName(string name) => name switch
    {
        OwnSettings.Delivered or OwnSettings.Read or OwnSettings.TypingName or NameHistory.Cleared => true,
        _ when name.StartsWith(NameHistory.Prefix, StringComparison.Ordinal) =>
            name.Length == NameHistory.Prefix.Length + 15 && long.TryParse(name.AsSpan(NameHistory.Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out _),
        _ => ConversationOf(name) is not null,
    };

    /// <summary>What a name is about: the part before the conversation, and the conversation.</summary>
    public static (string What, ConversationId Conversation)? ConversationOf(string name)
    {
        foreach (var what in (ReadOnlySpan<string>)[ConversationDesk.Read, ConversationDesk.Muted, ConversationDesk.Closed])
        {
            if (name.StartsWith(what, StringComparison.Ordinal) && Digest.TryParse(name[what.Length..], out var digest)) return (what, new ConversationId(digest));
        }

        return null;
    }
}
