namespace TalkyWalky.Client.Agent;

/// <summary>Outcomes and events as replies and back.</summary>
internal static class AgentReplies
{
    public static AgentReply Incomplete(AgentRequest request) => new(AgentReplyKind.Failed) { Text = $"the request {request.Op} lacks a field" };

    public static AgentReply From(SendOutcome outcome) => outcome switch
    {
        SendOutcome.Sent sent => new AgentReply(AgentReplyKind.Sent) { Message = sent.Message },
        SendOutcome.Queued queued => new AgentReply(AgentReplyKind.Queued) { Message = queued.Message, Text = queued.Why },
        SendOutcome.Refused refused => new AgentReply(AgentReplyKind.Refused) { Text = refused.Why },
        SendOutcome.NotLoggedIn locked => new AgentReply(AgentReplyKind.NotLoggedIn) { Text = locked.Why },
        _ => throw new InvalidOperationException($"unknown outcome {outcome.GetType().Name}"),
    };

    public static AgentReply From(LoginOutcome outcome) => outcome switch
    {
        LoginOutcome.LoggedIn => new AgentReply(AgentReplyKind.LoggedIn),
        LoginOutcome.Pending pending => new AgentReply(AgentReplyKind.Pending) { Text = pending.Why, RetryAfter = pending.RetryAfter, Fingerprint = pending.KeyFingerprint },
        LoginOutcome.Refused refused => new AgentReply(AgentReplyKind.Refused) { Text = refused.Why },
        LoginOutcome.Unreachable unreachable => new AgentReply(AgentReplyKind.Unreachable) { Text = unreachable.Why },
        _ => throw new InvalidOperationException($"unknown outcome {outcome.GetType().Name}"),
    };

    public static AgentReply From(ChatEvent happening) => happening switch
    {
        ChatEvent.Received received => new AgentReply(AgentReplyKind.Received) { Message = received.Message },
        ChatEvent.StateChanged changed => new AgentReply(AgentReplyKind.StateChanged) { Message = changed.Message },
        ChatEvent.PresenceChanged presence => new AgentReply(AgentReplyKind.PresenceChanged) { Person = presence.Person },
        ChatEvent.ConnectionChanged connection => new AgentReply(AgentReplyKind.ConnectionChanged) { Connection = connection.State, Text = connection.Trouble },
        ChatEvent.Notice notice => new AgentReply(AgentReplyKind.Notice) { Text = notice.Text },
        ChatEvent.Alarm alarm => new AgentReply(AgentReplyKind.Alarm) { Alarm = new Alarm(alarm.Id, alarm.Text, alarm.Added) },
        ChatEvent.RoomChanged room => new AgentReply(AgentReplyKind.RoomChanged) { Room = room.Room },
        ChatEvent.ConversationChanged changed => new AgentReply(AgentReplyKind.ConversationChanged) { Conversation = changed.Conversation },
        ChatEvent.Typing typing => new AgentReply(AgentReplyKind.Typing) { In = typing.In, Text = typing.From, Place = typing.Conversation },
        ChatEvent.DevicesChanged devices => new AgentReply(AgentReplyKind.DevicesChanged) { Devices = devices.Devices },
        _ => throw new InvalidOperationException($"unknown event {happening.GetType().Name}"),
    };

    public static ChatEvent? ToEvent(AgentReply reply) => reply switch
    {
        { Kind: AgentReplyKind.Received, Message: { } message } => new ChatEvent.Received(message),
        { Kind: AgentReplyKind.StateChanged, Message: { } message } => new ChatEvent.StateChanged(message),
        { Kind: AgentReplyKind.PresenceChanged, Person: { } person } => new ChatEvent.PresenceChanged(person),
        { Kind: AgentReplyKind.ConnectionChanged, Connection: { } state } => new ChatEvent.ConnectionChanged(state, reply.Text),
        { Kind: AgentReplyKind.Notice, Text: { } text } => new ChatEvent.Notice(text),
        { Kind: AgentReplyKind.Alarm, Alarm: { } alarm } => new ChatEvent.Alarm(alarm.Id, alarm.Text, alarm.Added),
        { Kind: AgentReplyKind.RoomChanged, Room: { } room } => new ChatEvent.RoomChanged(room),
        { Kind: AgentReplyKind.ConversationChanged, Conversation: { } conversation } => new ChatEvent.ConversationChanged(conversation),
        { Kind: AgentReplyKind.Typing, In: { } conversation, Text: { } from, Place: { } id } => new ChatEvent.Typing(conversation, from, id),
        { Kind: AgentReplyKind.DevicesChanged, Devices: { } devices } => new ChatEvent.DevicesChanged(devices),
        _ => null,
    };
}
