using System.Buffers;
using Microsoft.Extensions.Logging;
using TalkyWalky.Engines;
using TalkyWalky.Gateway.People;
using TalkyWalky.Gateway.Publishing;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Gateway.Sessions;

/// <summary>Does what one frame of a connected device asks, in the order of arrival.</summary>
internal sealed class FrameDesk(
    Session session, PublishGate gate, PublishLine publishes, IMailbox mailbox, Desks desks, Attendance attendance, TimeProvider time, ILogger log)
{
    /// <summary>Commits stay stored for ever: a burst for one who sets up rooms, then one every two seconds.</summary>
    private readonly TokenBucket _commits = new(burst: 200, perSecond: 0.5, time);

    /// <summary>A new name is told to everyone who watches the person.</summary>
    private readonly TokenBucket _profiles = new(burst: 30, perSecond: 0.2, time);

    /// <summary>Typing is told every few seconds for the conversation that one types in.</summary>
    private readonly TokenBucket _relays = new(burst: 10, perSecond: 2, time);

    private ulong _lastPublish;

    /// <summary>Non-null when the session is over.</summary>
    public ValueTask<Ending?> HandleAsync(ClientFrame frame, CancellationToken cancellation) => frame.BodyCase switch
    {
        ClientFrame.BodyOneofCase.Publish => PublishAsync(frame.Publish, cancellation),
        ClientFrame.BodyOneofCase.Ack => AckAsync(frame.Ack),
        ClientFrame.BodyOneofCase.Relay => RelayAsync(frame.Relay, cancellation),
        ClientFrame.BodyOneofCase.WatchPresence => WatchAsync(frame.WatchPresence, cancellation),
        ClientFrame.BodyOneofCase.SetPresence => new(SetPresence(frame.SetPresence.Presence)),
        ClientFrame.BodyOneofCase.Goodbye => new(Ending.Left),
        _ => AnswerAsync(frame, cancellation),
    };

    /// <summary>Apart from the above, so that a message does not pay for the closures of questions.</summary>
    private ValueTask<Ending?> AnswerAsync(ClientFrame frame, CancellationToken cancellation) => frame.BodyCase switch
    {
        ClientFrame.BodyOneofCase.Lookup => AskAsync(frame.Lookup.Request, () => desks.People.LookupAsync(frame.Lookup, cancellation)),
        ClientFrame.BodyOneofCase.ListUsers => AskAsync(frame.ListUsers.Request, () => desks.People.ListAsync(frame.ListUsers, cancellation)),
        ClientFrame.BodyOneofCase.FetchRoster => AskAsync(frame.FetchRoster.Request, () => desks.People.RosterAsync(frame.FetchRoster, cancellation)),
        ClientFrame.BodyOneofCase.ListRooms => AskAsync(frame.ListRooms.Request, () => desks.Rooms.ListAsync(session, frame.ListRooms, cancellation)),
        ClientFrame.BodyOneofCase.FetchLedger => AskAsync(frame.FetchLedger.Request, () => desks.Rooms.FetchAsync(session, frame.FetchLedger, cancellation)),
        ClientFrame.BodyOneofCase.FetchConsistency => AskAsync(frame.FetchConsistency.Request, () => desks.Log.ConsistencyAsync(frame.FetchConsistency, cancellation)),
        ClientFrame.BodyOneofCase.FetchDeviceLists => AskAsync(frame.FetchDeviceLists.Request, () => desks.Log.ListsAsync(frame.FetchDeviceLists, cancellation)),
        ClientFrame.BodyOneofCase.Commit => ChangeAsync(
            frame.Commit.Request, _commits, () => desks.Commits.CommitAsync(session, frame.Commit, cancellation), cancellation),
        ClientFrame.BodyOneofCase.SetProfile => ChangeAsync(
            frame.SetProfile.Request, _profiles, () => desks.Profiles.SetAsync(session, frame.SetProfile, cancellation), cancellation),
        _ => new(Ending.Malformed("a hello is sent once, and nothing unknown after it")),
    };

    private async ValueTask<Ending?> PublishAsync(Publish publish, CancellationToken cancellation)
    {
        if (publish.Request <= _lastPublish) return Ending.Malformed("the request numbers of publishes rise from 1 on");
        _lastPublish = publish.Request;
        if (CheckedPublish.TryRead(publish, out var refusal) is not { } read)
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

    private async ValueTask<GateDecision> DecideAsync(CheckedPublish publish, CancellationToken cancellation)
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
        var count = ack.Tags.Count;
        var tags = ArrayPool<ulong>.Shared.Rent(count);
        ack.Tags.CopyTo(tags, 0);
        await mailbox.SettleAsync(tags.AsMemory(0, count), CancellationToken.None);
        ArrayPool<ulong>.Shared.Return(tags);
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
        session.Outbox.Flush();
        return null;
    }

    /// <summary>As a question, from a device that may be here now, and not too often.</summary>
    private ValueTask<Ending?> ChangeAsync(ulong request, TokenBucket rate, Func<Task<ServerFrame>> change, CancellationToken cancellation) =>
        AskAsync(request, async () =>
        {
            if (!rate.TryTake()) return Refusal.Busy.ToFrame(request);
            if (await gate.ExpelAsync(session, cancellation) is not { } ending) return await change();
            session.End(ending);
            return Refusal.NotAllowed(ending.Text).ToFrame(request);
        });

    private async ValueTask<Ending?> RelayAsync(Relay relay, CancellationToken cancellation)
    {
        if (!_relays.TryTake()) return null;
        try
        {
            return await desks.Relays.RelayAsync(session, relay, cancellation);
        }
        catch (EngineException failed)
        {
            log.RequestFailed(failed, session.Device); // transient: the next one may pass
            return null;
        }
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
            await desks.People.RecallAsync(attendance.Watch(session, users), cancellation);
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
