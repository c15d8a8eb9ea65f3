namespace TalkyWalky.Server.Hosting;

/// <summary>Disposes what it was given in the reverse order. A failure does not keep the others from being disposed.</summary>
internal sealed class AsyncDisposables : IAsyncDisposable
{
    private readonly Stack<object> _parts = new();

    public T Add<T>(T part) where T : class
    {
        _parts.Push(part);
        return part;
    }

    public async ValueTask DisposeAsync()
    {
        List<Exception>? failures = null;
        while (_parts.TryPop(out var part))
        {
            try
            {
                if (part is IAsyncDisposable async) await async.DisposeAsync();
                else ((IDisposable)part).Dispose();
            }
            catch (Exception exception)
            {
                (failures ??= []).Add(exception);
            }
        }

        if (failures is not null) throw new AggregateException(failures);
    }
}
