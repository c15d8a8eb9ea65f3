using TalkyWalky.App.Http;
using TalkyWalky.Client;
using TalkyWalky.Wire;

namespace TalkyWalky.App.Api;

/// <summary>Names and ids in paths and bodies, bounded before anything is done with them.</summary>
internal static class Names
{
    public const string Person = "person", Room = "room";
    private const string PersonPrefix = $"{Person}/", RoomPrefix = $"{Room}/";

    /// <summary>An act on the conversation that the path names: person/USERNAME or room/ID.</summary>
    public static async Task<Answer<T>> InAsync<T>(Call call, Func<Target, Task<Answer<T>>> act)
        where T : notnull
    {
        var name = call.Segment("name");
        return call.Segment("kind") switch
        {
            Person when IsUsername(name) => await act(Target.Person(name)),
            Room when Digest.TryParse(name, out _) => await act(Target.Room(name)),
            Person => Problem.Invalid($"A username has 1 to {Limits.DirectoryUsernameMax} characters."),
            Room => Problem.Invalid("A room's id has 64 hex digits."),
            _ => Problem.NotFound("A conversation is person/USERNAME or room/ID."),
        };
    }

    /// <summary>person/USERNAME or room/ID.</summary>
    /// <param name="conversation">A person by the username as it is written.</param>
    /// <param name="id">Of a room.</param>
    public static string Key(Target conversation, string id) => conversation.IsRoom ? $"{RoomPrefix}{id}" : $"{PersonPrefix}{conversation.Name}";

    /// <summary>Whether a text is one.</summary>
    public static bool IsKey(string text) =>
        text.StartsWith(PersonPrefix, StringComparison.Ordinal) ? IsUsername(text[PersonPrefix.Length..])
        : text.StartsWith(RoomPrefix, StringComparison.Ordinal) && Digest.TryParse(text[RoomPrefix.Length..], out _);

    public static async Task<Answer<T>> InRoomAsync<T>(Call call, Func<string, Task<Answer<T>>> act)
        where T : notnull => call.Segment("id") is var id && Digest.TryParse(id, out _) ? await act(id) : Problem.Invalid("A room's id has 64 hex digits.");

    public static async Task<Answer<T>> OnDeviceAsync<T>(Call call, Func<string, Task<Answer<T>>> act)
        where T : notnull => call.Segment("id") is var id && DeviceId.TryParse(id, out _) ? await act(id) : Problem.Invalid("A device's id has 32 hex digits.");

    /// <summary>Null where a list of names holds it.</summary>
    public static bool IsUsername(string? name) => name is { Length: > 0 and <= Limits.DirectoryUsernameMax } && !name.Any(char.IsControl);

    /// <summary>A UUID as crypto.randomUUID() writes it, or its 32 digits.</summary>
    public static bool TryMessage(string text, out MessageId id) =>
        MessageId.TryParse(Guid.TryParseExact(text, "D", out var guid) ? guid.ToString("N") : text, out id);
}
