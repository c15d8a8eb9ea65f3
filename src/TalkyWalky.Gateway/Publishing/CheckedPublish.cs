using TalkyWalky.Engines;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Gateway.Publishing;

/// <summary>A publish whose shape and sizes are right; whether it may pass is decided by <see cref="DirectRules"/> or, from epoch 1 on, <see cref="RoomRules"/>.</summary>
internal sealed record CheckedPublish(EnvelopeKind Kind, ConversationId Conversation, ulong Epoch, Address[] Recipients)
{
    /// <summary>Devices that are compared with one another sooner than they are put in a set.</summary>
    private const int Few = 8;

    /// <summary>Pure: ids, sizes and numbers only.</summary>
    public static CheckedPublish? TryRead(Publish publish, out Refusal refusal)
    {
        refusal = default;
        var envelope = publish.Envelope;
        if (envelope is null || envelope.Kind is not (EnvelopeKind.Message or EnvelopeKind.Grant or EnvelopeKind.GrantRequest))
            refusal = Refusal.Malformed("the publish has no envelope of a known kind");
        else if (!ConversationId.TryRead(envelope.Conversation.Span, out var conversation))
            refusal = Refusal.Malformed("a conversation id has 32 bytes");
        else if (envelope.Payload.IsEmpty)
            refusal = Refusal.Malformed("the envelope has no payload");
        else if (envelope.Payload.Length > Limits.Payload)
            refusal = Refusal.TooLarge($"a payload has at most {Limits.Payload} bytes; send less at once");
        else if (ReadRecipients(publish, envelope, out refusal) is { } recipients)
            return new CheckedPublish(envelope.Kind, conversation, envelope.Epoch, recipients);
        return null;
    }

    private static Address[]? ReadRecipients(Publish publish, Envelope envelope, out Refusal refusal)
    {
        refusal = default;
        var (kind, isRoom) = (envelope.Kind, envelope.Epoch > 0);
        if (publish.Recipients.Count == 0 && !(isRoom && kind == EnvelopeKind.Message)) refusal = Refusal.Malformed("the publish names no recipients");
        if (publish.Recipients.Count > Limits.Recipients) refusal = Refusal.TooLarge($"a publish names at most {Limits.Recipients} devices; split the grant");
        if (kind == EnvelopeKind.GrantRequest && !isRoom && publish.Recipients.Count > 1) refusal = Refusal.Malformed("a grant request goes to one device");
        if (refusal.IsSet) return null;
        var addresses = new Address[publish.Recipients.Count];
        var seen = addresses.Length > Few ? new HashSet<DeviceId>(addresses.Length) : null;
        for (var i = 0; i < addresses.Length; i++)
        {
            var recipient = publish.Recipients[i];
            if (!DeviceId.TryRead(recipient.Device.Span, out var device)) refusal = Refusal.Malformed("a device id has 16 bytes");
            else if (!(seen?.Add(device) ?? IsNew(addresses.AsSpan(0, i), device))) refusal = Refusal.Malformed("the publish names a device twice");
            else if (recipient.Slice.Length > Limits.Slice) refusal = Refusal.TooLarge($"a slice has at most {Limits.Slice} bytes");
            else if (recipient.Slice.IsEmpty == (kind == EnvelopeKind.Grant))
                refusal = Refusal.Malformed("each recipient of a grant has a slice, of anything else none");
            if (refusal.IsSet) return null;
            addresses[i] = new Address(device, recipient.Slice.Memory);
        }

        return addresses;
    }

    private static bool IsNew(ReadOnlySpan<Address> before, DeviceId device)
    {
        foreach (ref readonly var address in before)
        {
            if (address.Device == device) return false;
        }

        return true;
    }
}
