namespace TalkyWalky.Engines.Embedded.Broker;

/// <summary>Memory for payloads that wait for a connected consumer. Beyond it they are read back from disk.</summary>
internal sealed class WarmBudget
{
    private const long Total = 64L * 1024 * 1024;
    private const long OneMailbox = 256 * 1024;

    private long _used;

    public bool Allows(long mailbox, int bytes) => mailbox + bytes <= OneMailbox && Interlocked.Read(ref _used) + bytes <= Total;

    public void Use(long bytes) => Interlocked.Add(ref _used, bytes);
}
