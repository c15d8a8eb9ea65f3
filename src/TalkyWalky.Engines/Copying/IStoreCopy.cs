namespace TalkyWalky.Engines.Copying;

/// <summary>A store whose rows are copied, or copied into: in one transaction, in which nobody else changes it.</summary>
public interface IStoreCopy : IAsyncDisposable
{
    /// <summary>Rows in the order of the key.</summary>
    IAsyncEnumerable<object?[]> ReadAsync(StoreTable table, CancellationToken cancellation);

    Task WriteAsync(StoreTable table, IAsyncEnumerable<object?[]> rows, CancellationToken cancellation);

    /// <summary>Without it nothing was written.</summary>
    Task CommitAsync(CancellationToken cancellation);
}
