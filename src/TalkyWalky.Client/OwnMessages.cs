using System.Text.Json.Serialization;
using TalkyWalky.Wire;

namespace TalkyWalky.Client;

/// <summary>What a person can change of the own names, settings, read state, drafts, alarms and history. All but drafts, alarms and history is in step on every device of the person.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "ask")]
[JsonDerivedType(typeof(SetName), "name")]
[JsonDerivedType(typeof(RevertName), "revert")]
[JsonDerivedType(typeof(NameHistory), "names")]
[JsonDerivedType(typeof(ClearNameHistory), "clearNames")]
[JsonDerivedType(typeof(Mute), "mute")]
[JsonDerivedType(typeof(CloseConversation), "close")]
[JsonDerivedType(typeof(MarkRead), "read")]
[JsonDerivedType(typeof(Settings), "settings")]
[JsonDerivedType(typeof(ClearHistory), "clearHistory")]
[JsonDerivedType(typeof(Discard), "discard")]
[JsonDerivedType(typeof(KeepDraft), "draft")]
[JsonDerivedType(typeof(Drafts), "drafts")]
[JsonDerivedType(typeof(Alarms), "alarms")]
[JsonDerivedType(typeof(Acknowledge), "acknowledge")]
public abstract record OwnRequest
{
    private OwnRequest() { }

    public sealed record SetName(string Name) : OwnRequest;

    /// <summary>Back to the directory's name.</summary>
    public sealed record RevertName : OwnRequest;

    public sealed record NameHistory : OwnRequest;

    public sealed record ClearNameHistory : OwnRequest;

    public sealed record Mute(Target Conversation, bool IsMuted) : OwnRequest;

    /// <summary>Hides a conversation until something new comes.</summary>
    public sealed record CloseConversation(Target Conversation) : OwnRequest;

    /// <summary>Everything up to this place (<see cref="ChatMessage.Position"/>) was seen; null: everything.</summary>
    public sealed record MarkRead(Target Conversation, long? UpTo) : OwnRequest;

    /// <summary>What is null stays as it is.</summary>
    public sealed record Settings(bool? DeliveredReceipts, bool? ReadReceipts, bool? Typing) : OwnRequest;

    /// <summary>Deletes messages from this device's disk for good. Null: of all conversations.</summary>
    public sealed record ClearHistory(Target? Conversation) : OwnRequest;

    /// <summary>
    /// Takes an own message that was refused (<see cref="MessageState.Failed"/>) out of the history. Who tries again sends the text under a new id, then discards this one:
    /// an id that has failed is never sent again.
    /// </summary>
    public sealed record Discard(Target Conversation, MessageId Message) : OwnRequest;

    /// <summary>Keeps what was begun and not sent, sealed, on this device; an empty text forgets it. At most <see cref="Wire.Limits.Text"/> characters.</summary>
    public sealed record KeepDraft(Target Conversation, string Text) : OwnRequest
    {
        public override string ToString() => "KeepDraft { }";
    }

    public sealed record Drafts : OwnRequest;

    public sealed record Alarms : OwnRequest;

    /// <summary>The person has seen an alarm; it is kept no longer.</summary>
    public sealed record Acknowledge(long Alarm) : OwnRequest;
}

[JsonPolymorphic(TypeDiscriminatorPropertyName = "answer")]
[JsonDerivedType(typeof(Done), "done")]
[JsonDerivedType(typeof(Names), "names")]
[JsonDerivedType(typeof(Settings), "settings")]
[JsonDerivedType(typeof(Cleared), "cleared")]
[JsonDerivedType(typeof(Drafts), "drafts")]
[JsonDerivedType(typeof(Alarms), "alarms")]
[JsonDerivedType(typeof(Refused), "refused")]
[JsonDerivedType(typeof(Unreachable), "unreachable")]
public abstract record OwnAnswer
{
    private OwnAnswer() { }

    public sealed record Done : OwnAnswer;

    /// <summary>The newest first.</summary>
    /// <param name="Current">As everyone sees it now.</param>
    public sealed record Names(string Current, IReadOnlyList<UsedName> Used) : OwnAnswer;

    public sealed record Settings(bool DeliveredReceipts, bool ReadReceipts, bool Typing) : OwnAnswer;

    public sealed record Cleared(long Messages) : OwnAnswer;

    public sealed record Drafts(IReadOnlyList<Draft> Kept) : OwnAnswer;

    /// <summary>Those that nobody has acknowledged, the oldest first.</summary>
    public sealed record Alarms(IReadOnlyList<Alarm> Kept) : OwnAnswer;

    public sealed record Refused(string Why) : OwnAnswer;

    public sealed record Unreachable(string Why) : OwnAnswer;
}

/// <param name="Name">Empty: the directory's name.</param>
public sealed record UsedName(string Name, DateTimeOffset Since);

public sealed record Draft(ConversationId Conversation, Target Target, string Text)
{
    public override string ToString() => "Draft { }";
}

/// <summary>A sentence that says what to do, because somebody tampers or seems to.</summary>
/// <param name="Added">The device that it is about, which can be revoked; null when it is about something else.</param>
public sealed record Alarm(long Id, string Text, AddedDevice? Added = null);

/// <summary>A device of this person that, as far as can be proven, no other one let in.</summary>
/// <param name="Name">As the server tells it.</param>
/// <param name="Since">The time of its entry in the transparency log.</param>
/// <param name="By">As the log says.</param>
public sealed record AddedDevice(DeviceId Device, string? Name, DateTimeOffset Since, AdmittedBy By);
