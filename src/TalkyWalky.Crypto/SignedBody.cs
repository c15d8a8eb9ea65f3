using TalkyWalky.Pki.Jose;
using TalkyWalky.Wire;

namespace TalkyWalky.Crypto;

/// <summary>What the session key signs: a body and its place, padded to a Padmé bucket.</summary>
/// <param name="Previous">SHA-256 of the compact JWE at n - 1; null at 0.</param>
/// <param name="Time">Unix milliseconds.</param>
internal sealed record SignedBody(ConversationId Conversation, ulong Epoch, SessionId Session, int N, MessageId Id, Digest? Previous, long Time, MessageBody Body)
{
    public static readonly long MaxTime = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    /// <summary>Integers beyond 2^53 - 1 do not survive every JSON reader (RFC 7493 §2.2).</summary>
    public const long MaxEpoch = (1L << 53) - 1;

    /// <summary>Writes the padded JSON; the caller disposes the writer, which zeroes it.</summary>
    public void Write(CanonicalJsonWriter json)
    {
        Span<byte> bytes = stackalloc byte[Digest.Size];
        Conversation.Value.Write(bytes);
        json.Raw("{\"conv\":"u8).Base64Url(bytes).Raw(",\"epoch\":"u8).Number((long)Epoch);
        Session.Value.Write(bytes);
        json.Raw(",\"sid\":"u8).Base64Url(bytes).Raw(",\"n\":"u8).Number(N).Raw(",\"id\":"u8).String(Id.ToString()).Raw(",\"prev\":"u8);
        if (Previous is { } previous)
        {
            previous.Write(bytes);
            json.Base64Url(bytes);
        }
        else
        {
            json.Raw("\"\""u8);
        }

        json.Raw(",\"time\":"u8).Number(Time).Raw(",\"body\":"u8);
        BodyCodec.Write(json, Body);
        json.Raw(",\"pad\":\""u8);
        var length = json.Length + 2;
        json.Zeros(Padme.Bucket(length) - length).Raw("\"}"u8);
    }

    public static SignedBody? TryRead(ReadOnlySpan<byte> text)
    {
        Span<byte> conversation = stackalloc byte[Digest.Size];
        Span<byte> session = stackalloc byte[Digest.Size];
        var reader = new CanonicalJsonReader(text);
        if (!reader.Literal("{\"conv\":"u8)
            || !reader.Base64Url(conversation)
            || !reader.Literal(",\"epoch\":"u8)
            || !reader.Number(MaxEpoch, out var epoch)
            || !reader.Literal(",\"sid\":"u8)
            || !reader.Base64Url(session)
            || !reader.Literal(",\"n\":"u8)
            || !reader.Number(Limits.MessagesPerSession - 1, out var n)
            || !reader.Literal(",\"id\":"u8)
            || !reader.String(32, out var idText)
            || !MessageId.TryParse(idText, out var id)
            || !reader.Literal(",\"prev\":"u8)
            || !TryReadPrevious(ref reader, (int)n, out var previous)
            || !reader.Literal(",\"time\":"u8)
            || !reader.Number(MaxTime, out var time)
            || !reader.Literal(",\"body\":"u8)
            || BodyCodec.TryRead(ref reader) is not { } body
            || !IsPadding(ref reader, text.Length)) return null;
        ConversationId.TryRead(conversation, out var conversationId);
        SessionId.TryRead(session, out var sessionId);
        return new SignedBody(conversationId, (ulong)epoch, sessionId, (int)n, id, previous, time, body);
    }

    private static bool TryReadPrevious(ref CanonicalJsonReader reader, int n, out Digest? previous)
    {
        previous = null;
        if (n == 0) return reader.Literal("\"\""u8);
        Span<byte> bytes = stackalloc byte[Digest.Size];
        if (!reader.Base64Url(bytes) || !Digest.TryRead(bytes, out var digest)) return false;
        previous = digest;
        return true;
    }

    // Exactly the padding that Write gives: one spelling for each message.
    private static bool IsPadding(ref CanonicalJsonReader reader, int total)
    {
        if (!reader.Literal(",\"pad\":\""u8)) return false;
        var zeros = reader.Remaining - 2;
        return reader.Zeros(zeros) && Padme.Bucket(total - zeros) == total && reader.Literal("\"}"u8) && reader.AtEnd;
    }
}
