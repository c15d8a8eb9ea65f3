using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace TalkyWalky.Wire;

/// <summary>A person: the directory's immutable id (entryUUID, objectGUID, built-in UUID). 16 bytes, written as a lower-case UUID.</summary>
public readonly record struct UserId(UInt128 Value) : IComparable<UserId>
{
    public static UserId New() => new(Id128.Random());

    public static bool TryRead(ReadOnlySpan<byte> bytes, out UserId id)
    {
        var ok = Id128.TryRead(bytes, out var value);
        id = new UserId(value);
        return ok;
    }

    public static bool TryParse([NotNullWhen(true)] string? text, out UserId id)
    {
        id = default;
        if (text is not { Length: 36 } || !Guid.TryParseExact(text, "D", out var guid) || !string.Equals(guid.ToString("D"), text, StringComparison.Ordinal)) return false;
        id = FromGuid(guid);
        return true;
    }

    public static UserId FromGuid(Guid guid)
    {
        Span<byte> bytes = stackalloc byte[Id128.Size];
        guid.TryWriteBytes(bytes, bigEndian: true, out _);
        return new UserId(BinaryPrimitives.ReadUInt128BigEndian(bytes));
    }

    public byte[] ToArray() => Id128.ToArray(Value);

    public int CompareTo(UserId other) => Value.CompareTo(other.Value);

    public override string ToString() => new Guid(ToArray(), bigEndian: true).ToString("D");
}

/// <summary>One device of a person: 128 random bits, 32 hex digits.</summary>
public readonly record struct DeviceId(UInt128 Value) : IComparable<DeviceId>
{
    public static DeviceId New() => new(Id128.Random());

    public static bool TryRead(ReadOnlySpan<byte> bytes, out DeviceId id)
    {
        var ok = Id128.TryRead(bytes, out var value);
        id = new DeviceId(value);
        return ok;
    }

    public static bool TryParse([NotNullWhen(true)] string? text, out DeviceId id)
    {
        var ok = Id128.TryParse(text, out var value);
        id = new DeviceId(value);
        return ok;
    }

    public byte[] ToArray() => Id128.ToArray(Value);

    public int CompareTo(DeviceId other) => Value.CompareTo(other.Value);

    public override string ToString() => Id128.Format(Value);
}

/// <summary>One message, named by its author's device before it is sealed: 128 random bits, 32 hex digits.</summary>
public readonly record struct MessageId(UInt128 Value)
{
    public static MessageId New() => new(Id128.Random());

    public static bool TryRead(ReadOnlySpan<byte> bytes, out MessageId id)
    {
        var ok = Id128.TryRead(bytes, out var value);
        id = new MessageId(value);
        return ok;
    }

    public static bool TryParse([NotNullWhen(true)] string? text, out MessageId id)
    {
        var ok = Id128.TryParse(text, out var value);
        id = new MessageId(value);
        return ok;
    }

    public byte[] ToArray() => Id128.ToArray(Value);

    public override string ToString() => Id128.Format(Value);
}

/// <summary>A conversation. A direct one is derived from the root and the two people, so both sides and the gateway know it without asking.</summary>
public readonly record struct ConversationId(Digest Value)
{
    public static ConversationId Direct(Digest root, UserId one, UserId other)
    {
        var (first, second) = one.CompareTo(other) <= 0 ? (one, other) : (other, one);
        using var hash = new FieldHash("dm/v1");
        return new ConversationId(hash.Add(root).Add(first.ToArray()).Add(second.ToArray()).Finish());
    }

    public static bool TryRead(ReadOnlySpan<byte> bytes, out ConversationId id)
    {
        var ok = Digest.TryRead(bytes, out var value);
        id = new ConversationId(value);
        return ok;
    }

    public byte[] ToArray() => Value.ToArray();

    public override string ToString() => Value.ToString();
}

/// <summary>A sending session. It is a hash over the session's seed and context, so it commits to the key.</summary>
public readonly record struct SessionId(Digest Value)
{
    public static bool TryRead(ReadOnlySpan<byte> bytes, out SessionId id)
    {
        var ok = Digest.TryRead(bytes, out var value);
        id = new SessionId(value);
        return ok;
    }

    public byte[] ToArray() => Value.ToArray();

    public override string ToString() => Value.ToString();
}
