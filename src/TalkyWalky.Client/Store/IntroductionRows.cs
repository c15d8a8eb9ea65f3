using TalkyWalky.Wire;

namespace TalkyWalky.Client.Store;

/// <summary>What the authority said of people's devices, the newest of each person; those that are too old to count are deleted.</summary>
internal sealed class IntroductionRows(Rows rows)
{
    private const string Column = "introduction.value";

    /// <summary>Compact JWS.</summary>
    public List<byte[]> All() => rows.Query("SELECT user, value FROM introduction", reader => rows.Open(Column, reader.Bytes(0), reader.Bytes(1)));

    /// <param name="oldest">What is from before this time is deleted.</param>
    public void Save(UserId user, DateTimeOffset time, byte[] token, DateTimeOffset oldest)
    {
        var id = user.ToArray();
        rows.Execute(
            "INSERT INTO introduction(user, time, value) VALUES (?1, ?2, ?3) ON CONFLICT(user) DO UPDATE SET time = excluded.time, value = excluded.value",
            id, time.ToUnixTimeMilliseconds(), rows.Seal(Column, id, token));
        rows.Execute("DELETE FROM introduction WHERE time < ?1", oldest.ToUnixTimeMilliseconds());
    }
}
