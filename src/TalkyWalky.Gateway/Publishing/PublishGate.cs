using TalkyWalky.Engines;
using TalkyWalky.Gateway.Sessions;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Gateway.Publishing;

/// <summary>Decides on one publish: from memory when it may pass, from the engines before it is refused.</summary>
internal sealed class PublishGate(Rosters rosters, RoomGate rooms, Digest root, TimeProvider time)
{
    /// <summary>Why this device may not be connected, by what the engines say now; null when it may.</summary>
    public async Task<Ending?> ExpelAsync(Session session, CancellationToken cancellation) =>
        await rosters.LoadAsync(session.User, cancellation) is { } own ? Expel(session, own) : Expulsions.NoAccount;

    public async ValueTask<GateDecision> DecideAsync(Session sender, CheckedPublish publish, CancellationToken cancellation)
    {
        if (await rosters.GetAsync(sender.User, cancellation) is not { } own) return new GateDecision.Expelled(Expulsions.NoAccount);
        if (Expel(sender, own) is { } known) return new GateDecision.Expelled(known);
        if (publish.Epoch == 0 || IsBetweenOwnDevices(publish, own)) return await DecideDirectAsync(sender, own, publish, cancellation);
        var refusal = await rooms.DecideAsync(sender, publish, cancellation);
        if (!refusal.IsSet) return GateDecision.Pass;
        if (await rosters.LoadAsync(sender.User, cancellation) is not { } fresh) return new GateDecision.Expelled(Expulsions.NoAccount);
        if (Expel(sender, fresh) is { } ending) return new GateDecision.Expelled(ending);
        return IsBetweenOwnDevices(publish, fresh) ? await DecideDirectAsync(sender, fresh, publish, cancellation) : new GateDecision.Refused(refusal);
    }

    // Grants and requests between a person's own devices pass in any conversation, also in rooms that the person has left.
    private static bool IsBetweenOwnDevices(CheckedPublish publish, Roster own)
    {
        if (publish.Kind == EnvelopeKind.Message) return false;
        foreach (var recipient in publish.Recipients)
        {
            if (!own.Devices.ContainsKey(recipient.Device)) return false;
        }

        return true;
    }

    private async ValueTask<GateDecision> DecideDirectAsync(Session sender, Roster own, CheckedPublish publish, CancellationToken cancellation)
    {
        var (peerId, isMixed) = await FindPeerAsync(own, publish, cancellation);
        if (isMixed) return new GateDecision.Refused(Refusal.NotAllowed("a direct conversation has two people; these devices belong to more"));
        var peer = peerId is { } id ? await rosters.GetAsync(id, cancellation) : null;
        var refusal = DirectRules.Judge(publish, root, sender.Device, own, peer, time.GetUtcNow());
        if (!refusal.IsSet) return GateDecision.Pass;

        // What is remembered may be seconds old: a refusal needs the present.
        if (await rosters.LoadAsync(sender.User, cancellation) is not { } fresh) return new GateDecision.Expelled(Expulsions.NoAccount);
        if (Expel(sender, fresh) is { } ending) return new GateDecision.Expelled(ending);
        if (peerId is { } again) peer = await rosters.LoadAsync(again, cancellation);
        refusal = DirectRules.Judge(publish, root, sender.Device, fresh, peer, time.GetUtcNow());
        return refusal.IsSet ? new GateDecision.Refused(refusal) : GateDecision.Pass;
    }

    private static Ending? Expel(Session sender, Roster own)
    {
        if (!own.IsEnabled) return Expulsions.Disabled;
        return own.Devices.TryGetValue(sender.Device, out var device) && device.State == DeviceState.Active ? null : Expulsions.Revoked;
    }

    // The first stranger decides who the peer is; an unknown device needs no more look-ups, for the rules refuse it.
    private async ValueTask<(UserId? Peer, bool IsMixed)> FindPeerAsync(Roster own, CheckedPublish publish, CancellationToken cancellation)
    {
        Roster? peer = null;
        foreach (var recipient in publish.Recipients)
        {
            if (own.Devices.ContainsKey(recipient.Device) || (peer is not null && peer.Devices.ContainsKey(recipient.Device))) continue;
            if (await rosters.OwnerOfAsync(recipient.Device, cancellation) is not { } owner) break;
            if (owner == own.User) continue;
            if (peer is null) peer = await rosters.GetAsync(owner, cancellation);
            else if (owner != peer.User) return (peer.User, true);
        }

        return (peer?.User, false);
    }
}

internal abstract record GateDecision
{
    private GateDecision() { }

    public static GateDecision Pass { get; } = new Passed();

    public sealed record Passed : GateDecision;

    public sealed record Refused(Refusal Refusal) : GateDecision;

    /// <summary>The sender itself may not be here any more.</summary>
    public sealed record Expelled(Ending Ending) : GateDecision;
}
