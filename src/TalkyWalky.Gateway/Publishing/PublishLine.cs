using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Google.Protobuf;
using Microsoft.Extensions.Logging;
using TalkyWalky.Engines;
using TalkyWalky.Gateway.Sessions;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Gateway.Publishing;

/// <summary>
/// The publishes of one connection: they enter the broker in order without waiting for one another's commit, and are answered in the same order. Holds
/// at most MaxOutstanding unanswered ones; the next waits, and with it the reading of frames.
/// </summary>
internal sealed class PublishLine(
    Session session, IBroker broker, LostMailboxes lost, int maxOutstanding, TimeProvider time, ILogger log, CancellationToken abandon)
{
    // One fewer, because the publish that is being answered has left the channel.
    private readonly Channel<Pending> _unanswered = Channel.CreateBounded<Pending>(new BoundedChannelOptions(Math.Max(1, maxOutstanding - 1))
    {
        SingleReader = true,
        SingleWriter = true,
        AllowSynchronousContinuations = true, // the answering begins to wait for the broker on the thread that published
    });

    /// <summary>Starts one publish that may pass. Completes when it is in the broker's hands, not when it is stored.</summary>
    public async ValueTask StartAsync(Publish publish, CheckedPublish allowed)
    {
        if (!await _unanswered.Writer.WaitToWriteAsync(CancellationToken.None)) return;
        var acceptedAt = time.GetUtcNow().ToUnixTimeMilliseconds();
        var payload = DeliveryFrames.Shared(publish.Envelope, session.UserBytes, session.DeviceBytes, acceptedAt);
        var pending = new Pending(publish.Request, acceptedAt, broker.PublishAsync(new Publication(payload, allowed.Recipients), abandon), default);
        if (_unanswered.Writer.TryWrite(pending)) return;
        await AnswerAsync(pending); // the session ended meanwhile: nobody waits for the answer, but the publish has an owner
    }

    public async ValueTask RefuseAsync(ulong request, Refusal refusal)
    {
        if (await _unanswered.Writer.WaitToWriteAsync(CancellationToken.None)) _unanswered.Writer.TryWrite(new Pending(request, 0, default, refusal));
    }

    /// <summary>Answers until <see cref="Complete"/> and everything begun is answered.</summary>
    public async Task RunAsync()
    {
        while (await _unanswered.Reader.WaitToReadAsync(CancellationToken.None))
        {
            while (_unanswered.Reader.TryRead(out var pending))
            {
                if (!pending.Outcome.IsCompleted) session.Outbox.Flush();
                await session.Outbox.AddAsync(PooledFrame.Of(await AnswerAsync(pending)));
            }

            session.Outbox.Flush();
        }
    }

    public void Complete() => _unanswered.Writer.TryComplete();

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ServerFrame> AnswerAsync(Pending pending)
    {
        if (pending.Refusal.IsSet) return pending.Refusal.ToFrame(pending.Request);
        try
        {
            var outcome = await pending.Outcome;
            // The sender seals anew, so that its grant is in the new mailbox too, and what it sent behind this one does not overtake it.
            if (outcome is PublishOutcome.NoMailbox none) await lost.RestoreAsync(none.Devices, abandon);
            return Answer(pending, outcome);
        }
        catch (Exception failed) when (failed is EngineException or OperationCanceledException)
        {
            log.RequestFailed(failed, session.Device);
            return Refusal.OutcomeUnknown.ToFrame(pending.Request);
        }
    }

    private ServerFrame Answer(Pending pending, PublishOutcome outcome)
    {
        switch (outcome)
        {
            case PublishOutcome.Accepted accepted:
                var frame = new Accepted { Request = pending.Request, AcceptedAt = pending.AcceptedAt };
                foreach (var device in accepted.Overflowed) frame.Overflowed.Add(UnsafeByteOperations.UnsafeWrap(device.ToArray()));
                return new ServerFrame { Accepted = frame };
            case PublishOutcome.AllFull:
                return Refusal.MailboxFull.ToFrame(pending.Request);
            case PublishOutcome.NoMailbox:
                return Refusal.DevicesChanged.ToFrame(pending.Request);
            case PublishOutcome.Unavailable unavailable:
                log.NotStored(session.Device, unavailable.Reason);
                return Refusal.Busy.ToFrame(pending.Request);
            case PublishOutcome.Unknown unknown:
                log.NotStored(session.Device, unknown.Reason);
                return Refusal.OutcomeUnknown.ToFrame(pending.Request);
            default:
                throw new InvalidOperationException($"no answer for {outcome.GetType().Name}");
        }
    }

    private readonly record struct Pending(ulong Request, long AcceptedAt, ValueTask<PublishOutcome> Outcome, Refusal Refusal);
}
