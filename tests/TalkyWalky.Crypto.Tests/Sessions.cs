using TalkyWalky.Wire;

namespace TalkyWalky.Crypto.Tests;

/// <summary>Both halves of a session without the grant that usually carries them.</summary>
internal static class Sessions
{
    public static readonly DateTimeOffset Time = DateTimeOffset.FromUnixTimeMilliseconds(1_790_000_000_123);

    public static (SendingSession Sender, ReceivingSession Receiver) Start()
    {
        var conversation = new ConversationId(Digest.Sha256("conversation"u8));
        var certificate = Digest.Sha256("certificate"u8);
        var seed = System.Security.Cryptography.RandomNumberGenerator.GetBytes(32);
        var context = new SessionContext(conversation, 0, null, certificate);
        var id = KeySchedule.IdOf(seed, context);
        var key = SessionKey.Generate();
        var reader = SessionKey.TryLoadPublic(key.Point)!;
        return (
            SendingSession.Start(SessionPlace.Start(id, context, seed), Time, Digest.Sha256("root"u8), ChainKey.Start(seed, id), key),
            ReceivingSession.Start(SessionPlace.Start(id, context, seed), UserId.New(), DeviceId.New(), certificate, reader, ChainKey.Start(seed, id)));
    }

    /// <summary>Seals texts "0", "1", ... and moves the session on.</summary>
    public static SealedMessage[] SealMany(ref SendingSession sender, int count)
    {
        var messages = new SealedMessage[count];
        for (var i = 0; i < count; i++)
        {
            messages[i] = sender.Seal(MessageId.New(), new MessageBody.Text($"{i}"), Time);
            sender = messages[i].Next;
        }

        return messages;
    }

    public static string TextOf(OpenOutcome outcome) => Assert.IsType<MessageBody.Text>(Assert.IsType<OpenOutcome.Opened>(outcome).Body).Value;

    public static RejectReason ReasonOf(OpenOutcome outcome) => Assert.IsType<OpenOutcome.Rejected>(outcome).Reason;
}
