using System.Globalization;
using TalkyWalky.Cli.Commands;
using TalkyWalky.Client;

namespace TalkyWalky.Cli.Output;

/// <summary>Rooms, members, conversations and devices as one plain line each.</summary>
internal static class PlainLists
{
    public static string Room(RoomInfo room)
    {
        var topic = room.Topic.Length > 0 ? $": {Inert.Line(room.Topic)}" : "";
        return $"{Inert.Line(room.Name)} ({ShortId(room)}): {RoomReport.Rank(room.Own)}, {Kind(room)}, {People(room.Members)}{topic}";
    }

    public static IEnumerable<(string Name, string Value)> RoomFields(RoomInfo room)
    {
        yield return ("room", Inert.Line(room.Name));
        yield return ("id", room.Room.ToString());
        yield return ("topic", Inert.Line(room.Topic));
        yield return ("you", RoomReport.Rank(room.Own));
        yield return ("people come in", room.IsOpen ? "by themselves" : "by invitation");
        yield return ("members", room.Members.ToString(CultureInfo.InvariantCulture));
        yield return ("changes", room.Epoch.ToString(CultureInfo.InvariantCulture));
        if (room.IsClosed) yield return ("closed", "nobody can write here any more");
        if (!room.IsVerified) yield return ("verified", "no: this is what the server says; join to check it");
        if (room.Frozen is { } why) yield return ("ALARM", Inert.Line(why));
    }

    public static string Kind(RoomInfo room)
    {
        if (room.Frozen is not null) return "FROZEN";
        if (room.IsClosed) return "closed";
        return (room.IsOpen ? "open" : "by invitation") + (room.IsVerified ? "" : " (the server says)");
    }

    public static string ShortId(RoomInfo room) => room.Room.ToString()[..8];

    public static string People(int count) => count == 1 ? "1 member" : string.Create(CultureInfo.InvariantCulture, $"{count} members");

    public static string Member(RoomMember member) =>
        $"{PlainMessage.Who(member.Username, member.Name)}: {RoomReport.Rank(member.Rank)}{(member.IsAsleep ? ", asleep" : "")}";

    public static string Conversation(ConversationInfo one, TimeZoneInfo zone)
    {
        var last = one.Last is { } message ? $"; {PlainMessage.Minute(message.SentAt, zone)} {Snippet(message)}" : "";
        return $"{PlainMessage.Title(one.Target)}: {one.Unread.ToString(CultureInfo.InvariantCulture)} unread{(one.IsMuted ? ", muted" : "")}{last}";
    }

    /// <summary>Who wrote it and how it begins.</summary>
    public static string Snippet(ChatMessage message)
    {
        const int Longest = 60;
        var text = Inert.Line((message.File is null ? message.Text : PlainMessage.Said(message)).ReplaceLineEndings(" "));
        var elements = new StringInfo(text);
        return $"{Inert.Line(message.From)}: {(elements.LengthInTextElements > Longest ? elements.SubstringByTextElements(0, Longest) + "…" : text)}";
    }

    public static string Device(DeviceInfo device, TimeZoneInfo zone) =>
        $"{device.Device.ToString()[..8]} {Name(device)}: {Standing(device.Standing)}{(device.IsThis ? ", this one" : "")}, {Seen(device, zone)}, key {Fingerprint(device.KeyFingerprint)}";

    public static string Name(DeviceInfo device) => device.Name is { Length: > 0 } name ? Inert.Line(name) : "(no name)";

    public static string Standing(DeviceStanding standing) => standing switch
    {
        DeviceStanding.Active => "active",
        DeviceStanding.Pending => "waits for approval",
        DeviceStanding.Asleep => "asleep",
        _ => "revoked",
    };

    public static string Seen(DeviceInfo device, TimeZoneInfo zone) => device switch
    {
        { Standing: DeviceStanding.Pending } => $"asked {PlainMessage.Minute(device.AddedAt, zone)}",
        { LastLogin: { } time } => $"last seen {PlainMessage.Minute(time, zone)}",
        _ => $"added {PlainMessage.Minute(device.AddedAt, zone)}",
    };

    /// <summary>In groups of four, as people compare it.</summary>
    public static string Fingerprint(string hex) => string.Join(' ', hex.Chunk(4).Select(static four => new string(four)));
}
