using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Gateway.Publishing;

/// <summary>Why a request is refused.</summary>
/// <param name="Text">A sentence for a person.</param>
internal readonly record struct Refusal(RefusalCode Code, string Text)
{
    public bool IsSet => Code != RefusalCode.Unspecified;

    public static Refusal Malformed(string text) => new(RefusalCode.Malformed, text);

    public static Refusal NotAllowed(string text) => new(RefusalCode.NotAllowed, text);

    public static Refusal TooLarge(string text) => new(RefusalCode.TooLarge, text);

    public static Refusal DevicesChanged { get; } =
        new(RefusalCode.DevicesChanged, "the devices of this conversation changed; look them up and seal anew");

    public static Refusal NoDevices { get; } = new(RefusalCode.NoDevices, "this person has no device that can receive now; the message waits here");

    public static Refusal NobodyElse { get; } =
        new(RefusalCode.NoDevices, "nobody else in this room has a device that can receive now; there is nothing to send");

    public static Refusal EpochChanged { get; } = new(RefusalCode.EpochChanged, "the room changed meanwhile; fetch its ledger and try again");

    /// <summary>The same for a room that there is: who may not read it shall not learn of it.</summary>
    public static Refusal NoRoom { get; } = new(RefusalCode.NotAllowed, "there is no such room, or you are not in it");

    public static Refusal MailboxFull { get; } =
        new(RefusalCode.MailboxFull, "every mailbox of this conversation is full; it can go on when one of its devices has fetched its messages");

    public static Refusal Busy { get; } = new(RefusalCode.Busy, "the server cannot do this right now; try again later");

    public static Refusal OutcomeUnknown { get; } =
        new(RefusalCode.OutcomeUnknown, "the server does not know whether the message was stored; send the same bytes again");

    public ServerFrame ToFrame(ulong request) => new() { Refused = new Refused { Request = request, Code = Code, Text = Text } };
}
