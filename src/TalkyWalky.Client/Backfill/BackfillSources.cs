using TalkyWalky.Client.Store;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Backfill;

/// <summary>Who can be asked for what this device missed: the person's other devices first, else everyone who may have written.</summary>
internal static class BackfillSources
{
    /// <summary>Of a larger room, as many members as this are asked.</summary>
    private const int MaxMembers = 1000;

    /// <param name="since">Unix milliseconds; 0 for the whole history, which only own devices give.</param>
    public static void Begin(Rows rows, UserId self, long since) => rows.Backfill.Begin(self, conversation: null, since);

    public static void AddAuthors(Rows rows, UserId self, long since)
    {
        if (since == 0) return;
        foreach (var person in rows.Contacts.All())
        {
            if (person is { User: { } user, Conversation: { } conversation }) rows.Backfill.Begin(user, conversation, since);
        }

        foreach (var room in rows.Rooms.All())
        {
            if (!room.IsMember || rows.Rooms.State(room.Room) is not { } state) continue;
            foreach (var member in state.Members.Keys.Where(member => member != self).Take(MaxMembers)) rows.Backfill.Begin(member, room.Room, since);
        }
    }
}
