namespace TalkyWalky.Client.Rooms;

/// <summary>One way in which a server, or a member together with it, can be caught.</summary>
/// <param name="Kind">For the log.</param>
/// <param name="Freezes">Signed evidence that the room has two histories: nothing more is sent there.</param>
/// <param name="Sentence">{0} is the room's name.</param>
internal sealed record RoomAlarm(string Kind, bool Freezes, System.Text.CompositeFormat Sentence)
{
    public RoomAlarm(string kind, bool freezes, string sentence) : this(kind, freezes, System.Text.CompositeFormat.Parse(sentence)) { }
}

/// <summary>Every alarm of a room (docs/protocol.md section 4), in plain words, with what to do.</summary>
internal static class RoomAlarms
{
    private const string Tell = "Tell your administrator: the server, or someone who controls it, is tampering.";

    public static readonly RoomAlarm Forged = new(
        "a commit that nobody signed", freezes: false, "The server sent a change of the room \"{0}\" that nobody of your organisation signed. It was refused and changed nothing. " + Tell);

    public static readonly RoomAlarm Unlogged = new(
        "a commit by an identity that the log does not show", freezes: false,
        "The server sent a change of the room \"{0}\" that somebody signed with a key which the transparency log does not show. It was refused and changed nothing. " + Tell);

    public static readonly RoomAlarm NotAllowed = new(
        "a commit that its author had no right to", freezes: false, "The server sent a change of the room \"{0}\" that its author had no right to make. It was refused and changed nothing. " + Tell);

    public static readonly RoomAlarm Forked = new(
        "two commits on one parent", freezes: true, "The room \"{0}\" has two histories: not everybody is shown the same members. Nothing more is sent there. " + Tell);

    public static readonly RoomAlarm RolledBack = new(
        "a rolled-back ledger", freezes: false, "The server shows the room \"{0}\" as it was earlier and hides newer changes. This device goes on with what it knows. " + Tell);

    public static readonly RoomAlarm OtherHead = new(
        "another head at the same epoch", freezes: false, "The server names another state of the room \"{0}\" than the one that its members signed. This device goes on with what it verified. " + Tell);

    public static readonly RoomAlarm Withheld = new(
        "commits withheld", freezes: false, "The server withholds changes of the room \"{0}\" that other members know. Messages that depend on them wait here. " + Tell);

    public static readonly RoomAlarm Ghost = new(
        "a message from outside the roster", freezes: false, "Somebody who is not in the room \"{0}\" sent something to it, and the server passed it on. It was refused. " + Tell);

    public static readonly RoomAlarm OtherReaders = new(
        "the server insists on other recipients", freezes: false,
        "The server does not accept messages to the room \"{0}\" for the devices of its members: it may want somebody else to read along. Nothing is sent until it agrees. " + Tell);

    public static readonly RoomAlarm Missing = new(
        "a room hidden", freezes: false, "The server does not list the room \"{0}\" any more although you are in it. This device keeps what it verified. " + Tell);
}
