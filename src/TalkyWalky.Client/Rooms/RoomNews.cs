using System.Globalization;
using TalkyWalky.Client.Engine;
using TalkyWalky.Client.Send;
using TalkyWalky.Client.Store;
using TalkyWalky.Ledger;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Rooms;

/// <summary>Tells what happens to rooms: events, sentences that concern this person, alarms. Each alarm of a room is told once while the program runs.</summary>
internal sealed class RoomNews(Database database, Outbox outbox, EventHub events, UserId self, Directions directions)
{
    private readonly Lock _gate = new();
    private readonly HashSet<(ConversationId Room, string Kind)> _told = [];

    public async Task TellAsync(RoomRow row, RoomState? before, IReadOnlyList<(Commit Commit, RoomState State, string Actor)> steps)
    {
        var state = steps.Count > 0 ? steps[^1].State : before!;
        events.Publish(new ChatEvent.RoomChanged(RoomInfos.Of(state, row, self)));
        if (row.IsMember != (before?.Members.ContainsKey(self) ?? false))
            await database.RunAsync(rows => rows.Conversations.Find(row.Contact), CancellationToken.None, events.Changed);
        var was = before;
        foreach (var (commit, next, actor) in steps)
        {
            if (commit.Actor != self && Sentence(was, next, actor) is { } sentence) await events.NoticeAsync(sentence);
            was = next;
        }

        outbox.Poke(row.Contact);
    }

    /// <summary>Returns the sentence.</summary>
    public async Task<string> AlarmAsync(ConversationId room, RoomState? state, RoomAlarm alarm)
    {
        var name = state?.Settings.Name ?? room.ToString()[..8];
        var sentence = string.Format(CultureInfo.InvariantCulture, alarm.Sentence, name);
        if (alarm.Freezes) await FreezeAsync(room, sentence);
        lock (_gate)
        {
            if (!_told.Add((room, alarm.Kind))) return sentence;
        }

        await events.AlarmAsync(sentence);
        return sentence;
    }

    private async Task FreezeAsync(ConversationId room, string why)
    {
        await database.RunAsync(
            rows => rows.Rooms.Freeze(room, why) ? RoomInfos.Of(rows.Rooms.State(room)!, rows.Rooms.Find(room), self) : null,
            CancellationToken.None,
            frozen =>
            {
                if (frozen is not null) events.Publish(new ChatEvent.RoomChanged(frozen));
            });
    }

    // What others did and this person should hear of at once.
    private string? Sentence(RoomState? before, RoomState after, string actor)
    {
        var (name, wasMember, isMember) = (after.Settings.Name, before?.Members.ContainsKey(self) ?? false, after.Members.ContainsKey(self));
        if (after.IsClosed && before is { IsClosed: false } && wasMember) return $"{actor} closed the room \"{name}\". Its history stays readable here.";
        if (isMember && !wasMember) return $"{actor} added you to the room \"{name}\".";
        if (wasMember && !isMember) return $"{actor} removed you from the room \"{name}\". What was written while you were in it stays readable here.";
        if (after.Invited.Contains(self) && !(before?.Invited.Contains(self) ?? false))
            return $"{actor} invites you to the room \"{name}\"; {directions.Accept(after.Room.ToString()[..8])}.";
        return isMember && before is not null && after.Members[self] != before.Members[self] ? $"{actor} made you {RoomInfos.RankName(after.Members[self])} of the room \"{name}\"." : null;
    }
}

/// <summary>A room as user interfaces see it.</summary>
internal static class RoomInfos
{
    public static RoomInfo Of(RoomState state, RoomRow? row, UserId self) => new(
        state.Room, state.Settings.Name, state.Settings.Topic, state.Settings.Access == RoomAccess.Open, state.IsClosed, state.Members.Count, RankOf(state, self), state.Epoch,
        IsVerified: true, row?.Frozen);

    public static RoomRank RankOf(RoomState state, UserId user) =>
        state.Members.TryGetValue(user, out var role) ? RankOf(role) : state.Invited.Contains(user) ? RoomRank.Invited : RoomRank.None;

    public static RoomRank RankOf(RoomRole role) => role switch
    {
        RoomRole.Owner => RoomRank.Owner,
        RoomRole.Moderator => RoomRank.Moderator,
        _ => RoomRank.Member,
    };

    public static string RankName(RoomRole role) => role switch
    {
        RoomRole.Owner => "an owner",
        RoomRole.Moderator => "a moderator",
        _ => "a plain member",
    };
}
