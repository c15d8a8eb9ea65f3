using System.Diagnostics;
using Google.Protobuf;
using TalkyWalky.Crypto;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Load;

/// <summary>One sender and one receiver. The same sealed message of 512 bytes of text goes out again and again: the server never looks inside.</summary>
internal sealed class Pair(LoadDevice sender, LoadDevice receiver, TimeProvider time)
{
    private readonly Queue<long> _sent = new();
    private readonly Lock _gate = new();
    private ClientFrame _frame = null!;
    private ulong _request;

    public List<double> LatencyMilliseconds { get; } = [];

    public long Delivered { get; private set; }

    public int PayloadBytes => _frame.Publish.Envelope.Payload.Length;

    public void Seal(Digest root)
    {
        var order = new GrantOrder(sender.Identity, sender.IdentityKey, sender.Chain, new GrantPlace.Direct(root, sender.Identity.User, receiver.Identity.User), [receiver.Encryption], Previous: null);
        var started = Grants.Start(order, time.GetUtcNow());
        var sealedMessage = started.Session.Seal(MessageId.New(), new MessageBody.Text(new string('x', 512)), time.GetUtcNow());
        _frame = new ClientFrame
        {
            Publish = new Publish
            {
                Envelope = new Envelope
                {
                    Kind = EnvelopeKind.Message,
                    Conversation = ByteString.CopyFrom(ConversationId.Direct(root, sender.Identity.User, receiver.Identity.User).ToArray()),
                    Payload = ByteString.CopyFrom(sealedMessage.Jwe),
                },
                Recipients = { new Recipient { Device = ByteString.CopyFrom(receiver.Identity.Device.ToArray()) } },
            },
        };
        sealedMessage.Next.Dispose();
    }

    /// <summary>As fast as it goes with so many unanswered at once.</summary>
    public async Task SaturateAsync(int window, TimeSpan duration)
    {
        var end = Stopwatch.GetTimestamp() + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        var outstanding = 0;
        while (true)
        {
            while (outstanding < window && Stopwatch.GetTimestamp() < end)
            {
                await PublishAsync();
                outstanding++;
            }

            if (outstanding == 0) return;
            await AcceptedAsync();
            outstanding--;
        }
    }

    /// <summary>At a steady rate, whatever the answers do.</summary>
    public async Task OfferAsync(double perSecond, TimeSpan duration, double phase)
    {
        var start = Stopwatch.GetTimestamp() + (long)(phase / perSecond * Stopwatch.Frequency);
        var count = (int)(perSecond * duration.TotalSeconds);
        var answers = Task.Run(async () =>
        {
            for (var n = 0; n < count; n++) await AcceptedAsync();
        });
        for (var n = 0; n < count; n++)
        {
            var wait = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), start + (long)(n / perSecond * Stopwatch.Frequency));
            if (wait > TimeSpan.Zero) await Task.Delay(wait, time);
            await PublishAsync();
        }

        await answers;
    }

    public async Task ReceiveAsync(CancellationToken stop)
    {
        var ack = new ClientFrame { Ack = new Ack() };
        while (!stop.IsCancellationRequested)
        {
            var frame = await receiver.ReceiveAsync();
            if (frame.BodyCase != ServerFrame.BodyOneofCase.Delivery) continue;
            lock (_gate) LatencyMilliseconds.Add(Stopwatch.GetElapsedTime(_sent.Dequeue()).TotalMilliseconds);
            Delivered++;
            ack.Ack.Tags.Clear();
            ack.Ack.Tags.Add(frame.Delivery.Tag);
            await receiver.SendAsync(ack);
        }
    }

    public void Reset()
    {
        lock (_gate) LatencyMilliseconds.Clear();
        Delivered = 0;
    }

    private ValueTask PublishAsync()
    {
        _frame.Publish.Request = ++_request;
        lock (_gate) _sent.Enqueue(Stopwatch.GetTimestamp());
        return sender.SendAsync(_frame);
    }

    private async Task AcceptedAsync()
    {
        while (true)
        {
            var answer = await sender.ReceiveAsync();
            if (answer.BodyCase == ServerFrame.BodyOneofCase.Accepted) return;
            if (answer.BodyCase == ServerFrame.BodyOneofCase.Refused) throw new InvalidOperationException($"refused: {answer.Refused}");
        }
    }
}
