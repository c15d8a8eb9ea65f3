using TalkyWalky.Engines.Embedded.Sqlite;

namespace TalkyWalky.Engines.Embedded.Broker;

/// <summary>
/// Tags rise over the life of the file and are never given twice, so a settle that arrives late cannot hit another entry. Blocks of them
/// are reserved on disk; a crash skips the rest of a block. Writer's thread only.
/// </summary>
internal sealed class TagSequence(long next)
{
    private const long Block = 1 << 20;

    private long _next = next;
    private long _reserved;

    public long Take(Database database, int count)
    {
        var first = _next;
        _next += count;
        if (_next > _reserved)
        {
            _reserved = _next + Block;
            database.Use("UPDATE counter SET value = ?1 WHERE name = 'tag'").Bind(1, _reserved).Run();
        }

        return first;
    }

    /// <summary>A transaction was rolled back, perhaps with the reservation.</summary>
    public void RolledBack() => _reserved = 0;
}
