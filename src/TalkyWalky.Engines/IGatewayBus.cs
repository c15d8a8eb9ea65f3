namespace TalkyWalky.Engines;

/// <summary>
/// How the gateways and the authority of one organisation tell one another what is true for a moment: who is there, who types, what changed in the store. Nothing is kept:
/// what nobody hears is lost, and whoever must know asks the store. In one process alone nobody is there to hear.
/// </summary>
public interface IGatewayBus
{
    /// <summary>
    /// Says it to every other process, in the order of the calls. Never waits: what cannot be said now, or does not fit the queue, is dropped.
    /// </summary>
    /// <param name="message">At most <see cref="Wire.Limits.Frame"/> bytes; it belongs to the bus from here on.</param>
    void Say(ReadOnlyMemory<byte> message);

    /// <summary>
    /// What the other processes say, never one's own, until cancelled. Null each time the connection was lost or listening begins: what was said meanwhile is unknown. One reader at a time.
    /// </summary>
    IAsyncEnumerable<ReadOnlyMemory<byte>?> ListenAsync(CancellationToken cancellation);
}

/// <summary>The bus of a process that is alone.</summary>
public sealed class NoGatewayBus : IGatewayBus
{
    public void Say(ReadOnlyMemory<byte> message) { }

    public async IAsyncEnumerable<ReadOnlyMemory<byte>?> ListenAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        yield break;
    }
}
