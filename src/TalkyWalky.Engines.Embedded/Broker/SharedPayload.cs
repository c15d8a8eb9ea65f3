namespace TalkyWalky.Engines.Embedded.Broker;

/// <summary>A payload stored once for several mailboxes. It is deleted with the last entry that needs it.</summary>
internal sealed class SharedPayload(long id, int references)
{
    private int _references = references;

    public long Id { get; } = id;

    /// <summary>Only while loading, before anyone else sees it.</summary>
    public void AddReference() => _references++;

    /// <summary>True for the last one.</summary>
    public bool Release() => Interlocked.Decrement(ref _references) == 0;
}
