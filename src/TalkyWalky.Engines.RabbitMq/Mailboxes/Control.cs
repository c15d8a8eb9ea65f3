using System.Collections.Concurrent;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using TalkyWalky.Engines.RabbitMq.Connections;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.RabbitMq.Mailboxes;

/// <summary>Makes, looks at and deletes queues, on a connection that publishes nothing: an alarm never stops it.</summary>
internal sealed class Control(Line line, RabbitOptions options) : IDisposable
{
    // RabbitMQ answers one question of a channel at a time.
    private const int Channels = 8;

    private readonly SemaphoreSlim _free = new(Channels);
    private readonly ConcurrentBag<IChannel> _idle = [];

    /// <summary>What every mailbox hangs on.</summary>
    public static async Task DeclareAsync(IConnection connection, CancellationToken cancellation)
    {
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellation);
        await channel.ExchangeDeclareAsync(Topology.Mailboxes, ExchangeType.Direct, durable: true, autoDelete: false, cancellationToken: cancellation);
    }

    public async Task CreateAsync(DeviceId device, CancellationToken cancellation)
    {
        var queue = Topology.MailboxOf(device);
        await DeclareAsync(queue, cancellation);
        await UseAsync((channel, stop) => channel.QueueBindAsync(queue, Topology.Mailboxes, Topology.RoutingKeyOf(device), cancellationToken: stop), cancellation);
    }

    /// <summary>Null when there is no such queue.</summary>
    public async Task<QueueDeclareOk?> LookAsync(DeviceId device, CancellationToken cancellation)
    {
        try
        {
            return await UseAsync((channel, stop) => channel.QueueDeclarePassiveAsync(Topology.MailboxOf(device), stop), cancellation);
        }
        catch (EngineException e) when (e.InnerException is OperationInterruptedException reason && Failures.IsMissing(reason))
        {
            return null;
        }
    }

    public Task DeleteAsync(DeviceId device, CancellationToken cancellation) =>
        UseAsync((channel, stop) => channel.QueueDeleteAsync(Topology.MailboxOf(device), ifUnused: false, ifEmpty: false, cancellationToken: stop), cancellation);

    public Task CheckAsync(CancellationToken cancellation) => UseAsync((channel, stop) => channel.ExchangeDeclarePassiveAsync(Topology.Mailboxes, stop), cancellation);

    public void Dispose() => _free.Dispose();

    // One that was made under other limits, or of another type, is kept as it is.
    private async Task DeclareAsync(string queue, CancellationToken cancellation)
    {
        try
        {
            await UseAsync((channel, stop) => channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, Topology.MailboxArguments(options), cancellationToken: stop), cancellation);
        }
        catch (EngineException e) when (e.InnerException is OperationInterruptedException reason && Failures.IsOtherwiseMade(reason))
        {
            // It is there.
        }
    }

    private Task UseAsync(Func<IChannel, CancellationToken, Task> ask, CancellationToken cancellation) => UseAsync(
        async (channel, stop) =>
        {
            await ask(channel, stop);
            return true;
        },
        cancellation);

    private async Task<T> UseAsync<T>(Func<IChannel, CancellationToken, Task<T>> ask, CancellationToken cancellation)
    {
        await _free.WaitAsync(cancellation);
        IChannel? channel = null;
        try
        {
            while (_idle.TryTake(out channel) && channel.IsClosed) await channel.DisposeAsync();
            channel ??= await (await line.GetAsync(cancellation)).CreateChannelAsync(cancellationToken: cancellation);
            return await ask(channel, cancellation);
        }
        catch (Exception e) when (Failures.IsFailure(e) && !cancellation.IsCancellationRequested)
        {
            throw Failures.ToEngine(e);
        }
        finally
        {
            if (channel is { IsOpen: true } && !cancellation.IsCancellationRequested) _idle.Add(channel);
            else if (channel is not null) await channel.DisposeAsync(); // refused, or in the middle of a question
            _free.Release();
        }
    }
}
