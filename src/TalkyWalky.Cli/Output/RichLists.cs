using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;
using TalkyWalky.Cli.Commands;
using TalkyWalky.Client;

namespace TalkyWalky.Cli.Output;

/// <summary>Rooms, members, conversations and devices as tables.</summary>
internal static class RichLists
{
    public static string Rooms(IEnumerable<RoomInfo> rooms) => Rich.Render(RoomsTable(rooms), Rich.ConsoleWidth());

    public static IRenderable RoomsTable(IEnumerable<RoomInfo> rooms)
    {
        var table = Table("room", "id", "you", "kind", "members", "topic");
        foreach (var room in rooms)
        {
            table.AddRow(
                room.Frozen is null ? Rich.Name(room.Name) : $"[red bold]{Safe(room.Name)}[/]", $"[grey58]{PlainLists.ShortId(room)}[/]", RoomReport.Rank(room.Own),
                PlainLists.Kind(room), room.Members.ToString(CultureInfo.InvariantCulture), Safe(room.Topic));
        }

        return table;
    }

    public static string Members(IEnumerable<RoomMember> members) => Rich.Render(MembersTable(members), Rich.ConsoleWidth());

    public static IRenderable MembersTable(IEnumerable<RoomMember> members)
    {
        var table = Table("who", "called", "role", "");
        foreach (var member in members)
            table.AddRow(Rich.Name(member.Username), Safe(member.Name ?? ""), RoomReport.Rank(member.Rank), member.IsAsleep ? "[yellow]asleep[/]" : "");
        return table;
    }

    public static string Conversations(IEnumerable<ConversationInfo> conversations, TimeZoneInfo zone)
    {
        var table = Table("with", "unread", "", "last", "");
        foreach (var one in conversations)
        {
            var unread = one.Unread > 0 ? $"[bold green]{one.Unread.ToString(CultureInfo.InvariantCulture)}[/]" : "";
            table.AddRow(
                one.Target.IsRoom ? $"[grey58]room[/] {Rich.Name(one.Target.Name)}" : Rich.Name(one.Target.Name), unread, one.IsMuted ? "[grey58]muted[/]" : "",
                one.Last is { } last ? PlainMessage.Minute(last.SentAt, zone) : "", one.Last is { } text ? Markup.Escape(PlainLists.Snippet(text)) : "");
        }

        return Rich.Render(table, Rich.ConsoleWidth());
    }

    public static string Devices(IEnumerable<DeviceInfo> devices, TimeZoneInfo zone)
    {
        var table = Table("device", "name", "standing", "", "key");
        foreach (var device in devices)
        {
            var colour = device.Standing switch { DeviceStanding.Active => "green", DeviceStanding.Revoked => "red", _ => "yellow" };
            table.AddRow(
                $"{device.Device.ToString()[..8]}{(device.IsThis ? " [grey58](this one)[/]" : "")}", Markup.Escape(PlainLists.Name(device)),
                $"[{colour}]{PlainLists.Standing(device.Standing)}[/]", PlainLists.Seen(device, zone), $"[grey58]{PlainLists.Fingerprint(device.KeyFingerprint)}[/]");
        }

        return Rich.Render(table, Rich.ConsoleWidth());
    }

    private static string Safe(string text) => Markup.Escape(Inert.Line(text));

    private static Table Table(params string[] columns)
    {
        var table = new Table().Border(TableBorder.Rounded).BorderColor(Color.Grey37);
        foreach (var column in columns) table.AddColumn($"[grey]{column}[/]");
        return table;
    }
}
