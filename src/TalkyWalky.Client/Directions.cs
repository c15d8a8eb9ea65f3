namespace TalkyWalky.Client;

/// <summary>How a person does what a notice asks for, where the notice is read: parts of its sentence.</summary>
/// <param name="Approve">A device by its short id.</param>
/// <param name="Revoke">A device by its short id.</param>
/// <param name="Accept">An invitation, by the room's short id.</param>
public sealed record Directions(Func<string, string> Approve, Func<string, string> Revoke, Func<string, string> Accept)
{
    public static Directions Commands { get; } = new(
        static device => $"approve it with: talkywalky device approve {device}",
        static device => $"revoke it with: talkywalky device revoke {device}",
        static room => $"get in with: talkywalky room join {room}");

    public static Directions App { get; } = new(
        static _ => "approve it in Settings, under Devices",
        static _ => "revoke it in Settings, under Devices",
        static _ => "open it in the list of conversations to get in");
}
