using Microsoft.Extensions.Logging;
using TalkyWalky.Engines;
using TalkyWalky.Gateway.People;
using TalkyWalky.Gateway.Publishing;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Gateway.Sessions;

/// <summary>Does what one frame of a connected device asks, in the order of arrival.</summary>
internal sealed class FrameDesk(
    Session session, PublishGate gate, PublishLine publishes, AckLine acks, PeopleDesk people, Attendance attendance, ILogger log)
{
    private ulong _lastPublish;

    /// <summary>Non-null when the session is over.</summary>
    public ValueTask<Ending?> HandleAsync(ClientFrame frame, CancellationToken cancellation) => frame.BodyCase switch
    {
        ClientFrame.BodyOneofCase.Publish => PublishAsync(frame.Publish, cancellation),
        ClientFrame.BodyOneofCase.Ack => AckAsync(frame.Ack),
        ClientFrame.BodyOneofCase.Lookup => AskAsync(frame.Lookup.Request, () => people.LookupAsync(frame.Lookup, cancellation)),
        ClientFrame.BodyOneofCase.ListUsers => AskAsync(frame.ListUsers.Request, () => people.ListAsync(frame.ListUsers, cancellation)),
        ClientFrame.BodyOneofCase.WatchPresence => WatchAsync(frame.WatchPresence, cancellation),
        ClientFrame.BodyOneofCase.SetPresence => new(SetPresence(frame.SetPresence.Presence)),
        ClientFrame.BodyOneofCase.Goodbye => new(Ending.Left),
        _ => new(Ending.Malformed("a hello is sent once, and nothing unknown after it")),
    };

    private async ValueTask<Ending?> PublishAsync(Publish publish, CancellationToken cancellation)
    {
        if (publish.Request <= _lastPublish) return Ending.Malformed("the request numbers of publishes rise from 1 on");
        _lastPublish = publish.Request;
        if (DirectPublish.TryRead(publish, out var refusal) is not { } read)
        {
            await publishes.RefuseAsync(publish.Request, refusal);
            return null;
        }

        switch (await DecideAsync(read, cancellation))
        {
            case GateDecision.Expelled expelled:
                return expelled.Ending;
            case GateDecision.Refused refused:
                await publishes.RefuseAsync(publish.Request, refused.Refusal);
                return null;
            default:
                await publishes.StartAsync(publish, read);
                return null;
        }
    }

    private async ValueTask<GateDecision> DecideAsync(DirectPublish publish, CancellationToken cancellation)
    {
        try
        {
            return await gate.DecideAsync(session, publish, cancellation);
        }
        catch (EngineException failed)
        {
            log.RequestFailed(failed, session.Device);
            return new GateDecision.Refused(Refusal.Busy);
        }
    }

    private async ValueTask<Ending?> AckAsync(Ack ack)
    {
        await acks.AddAsync(ack.Tags);
        return null;
    }

    private async ValueTask<Ending?> AskAsync(ulong request, Func<Task<ServerFrame>> question)
    {
        ServerFrame answer;
        try
        {
            answer = await question();
        }
        catch (EngineException failed)
        {
            log.RequestFailed(failed, session.Device);
            answer = Refusal.Busy.ToFrame(request);
        }

        await session.Outbox.AddAsync(PooledFrame.Of(answer));
        return null;
    }

    private async ValueTask<Ending?> WatchAsync(WatchPresence watch, CancellationToken cancellation)
    {
        if (watch.Users.Count > Limits.PresenceWatch) return Ending.Malformed($"a watch list has at most {Limits.PresenceWatch} people");
        var users = new HashSet<UserId>(watch.Users.Count);
        foreach (var bytes in watch.Users)
        {
            if (!UserId.TryRead(bytes.Span, out var user)) return Ending.Malformed("a user id has 16 bytes");
            users.Add(user);
        }

        try
        {
            await people.RecallAsync(attendance.Watch(session, users), cancellation);
        }
        catch (EngineException failed)
        {
            log.RequestFailed(failed, session.Device); // presence is told all the same, without the last-seen times
        }

        foreach (var user in users) session.Outbox.Touch(user);
        return null;
    }

    private Ending? SetPresence(Presence presence)
    {
        if (presence is not (Presence.Online or Presence.Away)) return Ending.Malformed("a device is online or away");
        attendance.SetAway(session, presence == Presence.Away);
        return null;
    }
}
