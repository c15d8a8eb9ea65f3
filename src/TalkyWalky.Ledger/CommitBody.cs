using TalkyWalky.Pki.Jose;
using TalkyWalky.Wire;

namespace TalkyWalky.Ledger;

/// <summary>What a device signs (docs/protocol.md section 4.1).</summary>
/// <param name="Room">Not used by a create: its room is the hash of what is signed here.</param>
/// <param name="Previous">Not used by a create.</param>
/// <param name="Time">Unix milliseconds.</param>
internal sealed record CommitBody(ConversationId Room, ulong Epoch, Digest Previous, UserId Actor, DeviceId Device, RoomAction Action, long Time)
{
    /// <summary>Integers beyond 2^53 - 1 do not survive every JSON reader (RFC 7493 §2.2).</summary>
    public const long MaxEpoch = (1L << 53) - 1;

    public static readonly long MaxTime = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    private bool IsCreate => Action is RoomAction.Create;

    /// <summary>Why this cannot be signed, as a sentence; null when it can.</summary>
    public string? Problem() =>
        IsCreate != (Epoch == 1) ? "the commit of epoch 1 is the create, and no other is"
        : Epoch is 0 or > MaxEpoch ? "an epoch is 1 to 2^53 - 1"
        : Time < 0 || Time > MaxTime ? "a commit is dated 1970 or later"
        : ActionCodec.Problem(Action);

    public void Write(CanonicalJsonWriter json)
    {
        json.Raw("{\"v\":1,\"room\":"u8);
        WriteHash(json, Room.Value);
        json.Raw(",\"epoch\":"u8).Number((long)Epoch).Raw(",\"prev\":"u8);
        WriteHash(json, Previous);
        json.Raw(",\"actor\":"u8).String(Actor.ToString()).Raw(",\"device\":"u8).String(Device.ToString()).Raw(",\"action\":"u8);
        ActionCodec.Write(json, Action);
        json.Raw(",\"time\":"u8).Number(Time).Raw("}"u8);
    }

    /// <summary>Null for anything but the bytes that <see cref="Write"/> gives for a body without a <see cref="Problem"/>.</summary>
    public static CommitBody? TryRead(ReadOnlySpan<byte> text)
    {
        var reader = new CanonicalJsonReader(text);
        if (!reader.Literal("{\"v\":1,\"room\":"u8)
            || !TryReadHash(ref reader, out var room)
            || !reader.Literal(",\"epoch\":"u8)
            || !reader.Number(MaxEpoch, out var epoch)
            || !reader.Literal(",\"prev\":"u8)
            || !TryReadHash(ref reader, out var previous)
            || !reader.Literal(",\"actor\":"u8)
            || !reader.String(36, out var actorText)
            || !UserId.TryParse(actorText, out var actor)
            || !reader.Literal(",\"device\":"u8)
            || !reader.String(32, out var deviceText)
            || !DeviceId.TryParse(deviceText, out var device)
            || !reader.Literal(",\"action\":"u8)
            || ActionCodec.TryRead(ref reader) is not { } action
            || !reader.Literal(",\"time\":"u8)
            || !reader.Number(MaxTime, out var time)
            || !reader.Literal("}"u8)
            || !reader.AtEnd) return null;
        var body = new CommitBody(new ConversationId(room ?? default), (ulong)epoch, previous ?? default, actor, device, action, time);
        return body.IsCreate == room is null && body.IsCreate == previous is null && body.Problem() is null ? body : null;
    }

    private void WriteHash(CanonicalJsonWriter json, Digest hash)
    {
        if (IsCreate) json.Raw("\"\""u8);
        else json.Base64Url(hash.ToArray());
    }

    // Null for the empty string, which only a create has.
    private static bool TryReadHash(ref CanonicalJsonReader reader, out Digest? hash)
    {
        hash = null;
        if (reader.Literal("\"\""u8)) return true;
        Span<byte> bytes = stackalloc byte[Digest.Size];
        if (!reader.Base64Url(bytes) || !Digest.TryRead(bytes, out var digest)) return false;
        hash = digest;
        return true;
    }
}
