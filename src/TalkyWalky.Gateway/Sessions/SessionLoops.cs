using Microsoft.Extensions.Logging;
using TalkyWalky.Engines;
using TalkyWalky.Gateway.People;
using TalkyWalky.Gateway.Publishing;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Gateway.Sessions;

/// <summary>
/// The four loops of a session: frames in, frames out, mailbox to peer, publish answers. The first that ends, ends the session; all are
/// awaited before <see cref="RunAsync"/> returns, but for the reading, which goes on until the peer closes too.
/// </summary>
internal sealed class SessionLoops(
    Session session, Connection connection, IMailbox mailbox, FrameDesk desk, PublishLine publishes, Attendance attendance, TimeProvider time,
    ILogger log, string source)
{
    /// <summary>Reads, and after the end drops, frames until the connection is closed.</summary>
    public Task Reading { get; private set; } = Task.CompletedTask;

    public async Task<Ending> RunAsync()
    {
        using var stop = new CancellationTokenSource();
        Reading = ReadUntilClosedAsync(stop.Token);
        var writing = GuardAsync(WriteAsync);
        var delivering = GuardAsync(() => DeliverAsync(stop.Token));
        var answering = GuardAsync(publishes.RunAsync);
        var ending = await session.Ended;
        await stop.CancelAsync();
        publishes.Complete();
        await FinishAsync(Task.WhenAll(delivering, answering));
        session.Outbox.Complete();
        await FinishAsync(writing);
        return ending;
    }

    // What was begun may finish, but a peer that does not read must not hold it up.
    private async Task FinishAsync(Task work)
    {
        try
        {
            await work.WaitAsync(GatewayTimes.Goodbye, time);
        }
        catch (TimeoutException)
        {
            connection.Abort();
            session.Outbox.Complete();
            await work;
        }
    }

    private async Task GuardAsync(Func<Task> loop)
    {
        try
        {
            await loop();
        }
        catch (OperationCanceledException) when (session.Ended.IsCompleted)
        {
            return; // the end was asked for
        }
        catch (EngineException failed)
        {
            log.EngineFailed(failed, source);
            session.End(Ending.Unavailable);
        }
        catch (Exception fault)
        {
            log.Faulted(fault, source); // a fault in one session must not reach the others
            session.End(Ending.Unavailable);
        }
    }

    private async Task ReadUntilClosedAsync(CancellationToken stop)
    {
        await GuardAsync(() => ReadAsync(stop));
        await connection.DrainAsync();
    }

    private async Task ReadAsync(CancellationToken stop)
    {
        while (!session.Ended.IsCompleted)
        {
            // Not cancelled by stop: that would abort the connection before the goodbye.
            var received = await connection.ReceiveAsync(Limits.Frame, CancellationToken.None);
            if (session.Ended.IsCompleted || received.Kind != ReceivedKind.Frame) session.End(EndOf(received.Kind));
            else if (FrameCodec.TryRead(received.Bytes) is not { } frame) session.End(Ending.Malformed("the frame is not one of protocol version 1"));
            else if (await desk.HandleAsync(frame, stop) is { } ending) session.End(ending);
            received.Return();
        }
    }

    private static Ending EndOf(ReceivedKind kind) => kind switch
    {
        ReceivedKind.Text => Ending.Malformed("frames are binary messages"),
        ReceivedKind.TooLarge => Ending.Malformed($"a frame has at most {Limits.Frame} bytes"),
        _ => Ending.Lost,
    };

    private async Task WriteAsync()
    {
        var batch = new OutgoingBatch();
        while (await session.Outbox.TakeAsync(batch))
        {
            var result = await connection.SendAsync(batch.Frames);
            if (batch.Presences is { } users && result == SendResult.Sent) result = await SendPresencesAsync(users);
            if (batch.Hints is { } hints && result == SendResult.Sent) result = await SendHintsAsync(hints);
            (batch.Presences, batch.Hints) = (null, null);
            if (result == SendResult.Sent) continue;
            session.End(result == SendResult.TooSlow ? Ending.TooSlow : Ending.Lost);
            session.Outbox.Complete();
        }
    }

    private async Task<SendResult> SendPresencesAsync(HashSet<UserId> users)
    {
        foreach (var user in users)
        {
            var frame = PooledFrame.Of(PeopleDesk.PresenceOf(user, attendance.Of(user)));
            var result = await connection.SendAsync(frame.Memory);
            frame.Return();
            if (result != SendResult.Sent) return result;
        }

        return SendResult.Sent;
    }

    private async Task<SendResult> SendHintsAsync(Dictionary<HintKey, IReadOnlyList<byte[]>> hints)
    {
        foreach (var frame in hints.Values.SelectMany(static frames => frames))
        {
            if (await connection.SendAsync(frame) is not SendResult.Sent and var result) return result;
        }

        return SendResult.Sent;
    }

    private async Task DeliverAsync(CancellationToken stop)
    {
        await using var entries = mailbox.ReadAllAsync(stop).GetAsyncEnumerator(stop);
        while (true)
        {
            var next = entries.MoveNextAsync();
            if (!next.IsCompleted) session.Outbox.Flush();
            if (!await next) break;
            if (!await session.Outbox.AddAsync(DeliveryFrames.For(entries.Current))) return;
        }

        session.End(Ending.MailboxClosed);
    }
}
