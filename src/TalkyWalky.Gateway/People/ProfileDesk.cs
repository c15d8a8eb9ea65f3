using TalkyWalky.Engines;
using TalkyWalky.Gateway.Cluster;
using TalkyWalky.Gateway.Publishing;
using TalkyWalky.Gateway.Sessions;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Gateway.People;

/// <summary>Keeps the profile records that people sign, and tells who watches them.</summary>
internal sealed class ProfileDesk(GatewayOptions options, IStore store, LocalNews news, GatewayVoice voice, TimeProvider time)
{
    public async Task<ServerFrame> SetAsync(Session session, SetProfile request, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        if (ProfileRecord.TryVerify(request.Record.Span, options.Anchor, options.IssuingCertificates()) is not { } record || record.User != session.User)
            return Refusal.NotAllowed("this is no profile record that a device of yours signed").ToFrame(request.Request);
        if (record.Time > now + GatewayTimes.ClockSkew)
            return Refusal.NotAllowed("the clock of this device is ahead of the server's; set the wrong one right").ToFrame(request.Request);
        if (await store.SetProfileAsync(session.User, record.Version, request.Record.ToByteArray(), cancellation)) Tell(session, request);
        else if (!await IsKeptAsync(session, request, cancellation))
            return Refusal.NotAllowed("a newer name was set by another device of yours; look it up, then change it").ToFrame(request.Request);
        return new ServerFrame { Accepted = new Accepted { Request = request.Request, AcceptedAt = now.ToUnixTimeMilliseconds() } };
    }

    // Sent again because the answer was lost.
    private async Task<bool> IsKeptAsync(Session session, SetProfile request, CancellationToken cancellation) =>
        (await store.ProfilesAsync([session.User], cancellation)).TryGetValue(session.User, out var kept) && request.Record.Span.SequenceEqual(kept);

    private void Tell(Session session, SetProfile request)
    {
        news.ProfileChanged(session.User, request.Record, session);
        voice.Say(new GatewayNews { ProfileReplaced = new ProfileReplaced { User = session.UserBytes, Record = request.Record } });
    }
}
