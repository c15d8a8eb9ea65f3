using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Gateway.Publishing;

/// <summary>
/// Who may publish what to whom in a direct conversation (docs/protocol.md section 8). Pure. The gateway cannot read the envelope, but it can hold its
/// recipients to the two people that the conversation's id is made of.
/// </summary>
internal static class DirectRules
{
    /// <param name="peer">The other person; null when only the sender's own devices are named.</param>
    /// <returns>A refusal that is not set when the publish may pass.</returns>
    public static Refusal Judge(CheckedPublish publish, Digest root, DeviceId sendingDevice, Roster sender, Roster? peer, DateTimeOffset now)
    {
        if (peer is not null && publish.Conversation != ConversationId.Direct(root, sender.User, peer.User))
            return Refusal.NotAllowed("this conversation is not one between you and the recipients");
        if (peer is { IsEnabled: false }) return Refusal.NotAllowed("the account of this person is disabled; ask your administrator");

        // Between a person's own devices any grant or request may pass; a message must be a note to oneself, or it would miss its other reader.
        if (peer is null && publish.Kind == EnvelopeKind.Message && publish.Conversation != ConversationId.Direct(root, sender.User, sender.User))
            return Refusal.DevicesChanged;
        if (peer is not null && !HasDevice(peer, now)) return Refusal.NoDevices;
        foreach (var recipient in publish.Recipients)
        {
            if (recipient.Device == sendingDevice) return Refusal.Malformed("a publish does not name the device that sends it");
            if (!MayReceive(sender, recipient.Device, now) && !MayReceive(peer, recipient.Device, now)) return Refusal.DevicesChanged;
        }

        return publish.Kind == EnvelopeKind.Message && !NamesAll(publish, sendingDevice, sender, peer, now) ? Refusal.DevicesChanged : default;
    }

    private static bool HasDevice(Roster peer, DateTimeOffset now)
    {
        foreach (var device in peer.Devices.Values)
        {
            if (device.MayReceive(now)) return true;
        }

        return false;
    }

    private static bool MayReceive(Roster? roster, DeviceId device, DateTimeOffset now) =>
        roster is not null && roster.Devices.TryGetValue(device, out var listed) && listed.MayReceive(now);

    private static bool NamesAll(CheckedPublish publish, DeviceId sendingDevice, Roster sender, Roster? peer, DateTimeOffset now)
    {
        var named = 0; // of those that must be: no device is named twice
        foreach (var recipient in publish.Recipients)
        {
            if (MustReceive(sender, recipient.Device, now) || MustReceive(peer, recipient.Device, now)) named++;
        }

        return named == Count(sender) + Count(peer);

        int Count(Roster? roster)
        {
            if (roster is null) return 0;
            var must = 0;
            foreach (var (device, listed) in roster.Devices)
            {
                if (device != sendingDevice && listed.MustReceive(now)) must++;
            }

            return must;
        }
    }

    private static bool MustReceive(Roster? roster, DeviceId device, DateTimeOffset now) =>
        roster is not null && roster.Devices.TryGetValue(device, out var listed) && listed.MustReceive(now);
}
