using TalkyWalky.Engines.Embedded.Sqlite;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.Embedded.Store;

internal static class ProfileTable
{
    public static bool Set(Database database, UserId user, ulong version, byte[] record) =>
        database.Use("""
            INSERT INTO profile (user, version, record) VALUES (?1, ?2, ?3)
            ON CONFLICT (user) DO UPDATE SET version = excluded.version, record = excluded.record WHERE excluded.version > version
            """)
            .Bind(1, user.Value).Bind(2, checked((long)version)).Bind(3, record).Change() == 1;

    public static IReadOnlyDictionary<UserId, byte[]> Of(Database database, IReadOnlyCollection<UserId> users)
    {
        var records = new Dictionary<UserId, byte[]>();
        foreach (var user in users)
        {
            using var row = database.Use("SELECT record FROM profile WHERE user = ?1");
            if (row.Bind(1, user.Value).Step()) records[user] = row.Blob(0);
        }

        return records;
    }
}
