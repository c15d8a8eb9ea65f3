namespace TalkyWalky.Engines.Embedded.Writing;

/// <summary>What goes to disk in one transaction.</summary>
internal sealed class WriteGroup
{
    public List<WriteOperation> Operations { get; } = [];

    /// <summary>Tags of entries to delete.</summary>
    public List<long> Entries { get; } = [];

    /// <summary>Shared payloads to delete.</summary>
    public List<long> Payloads { get; } = [];

    public bool IsEmpty => Operations.Count == 0 && Entries.Count == 0 && Payloads.Count == 0;

    public void Clear()
    {
        Operations.Clear();
        Entries.Clear();
        Payloads.Clear();
    }
}
