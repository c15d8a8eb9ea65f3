using FsCheck;
using FsCheck.Fluent;
using TalkyWalky.Testing;
using TalkyWalky.Wire;

namespace TalkyWalky.Crypto.Tests;

/// <summary>
/// A network that loses, reorders, repeats and damages, a caller whose transactions fail and whose program restarts at any point: no message is accepted that was not sent, none
/// that arrived is lost, none counts twice.
/// </summary>
public sealed class SessionProperties
{
    private const int Messages = 24;

    private static readonly Lazy<(byte[] Receiver, byte[][] Jwes)> Sent = new(Seal);

    private enum Act
    {
        Deliver,
        Damage,
        FailToStore,
        Restart,
    }

    private sealed record Step(Act Act, int N, int Noise)
    {
        public override string ToString() => $"{Act} {N}";
    }

    private static Config Config => Config.QuickThrowOnFailure.WithMaxTest(Effort.Count(usual: 150, full: 5000));

    [Fact]
    public void Open_AnyDelivery_AcceptsExactlyWhatArrived() => Prop.ForAll(Steps().ToArbitrary(), Replay).Check(Config);

    [Fact]
    public void Open_AnyOrder_EndsInTheSameState() => Prop.ForAll(
        Gen.Shuffle(Enumerable.Range(0, Messages).ToArray()).ToArbitrary(),
        static order =>
        {
            var (saved, jwes) = Sent.Value;
            var at = ReceivingSession.Load(saved);
            foreach (var n in order)
            {
                var opened = Assert.IsType<OpenOutcome.Opened>(at.Open(jwes[n]));
                Assert.True(opened.ChainIntact);
                at = opened.Next;
            }

            Assert.Empty(at.Missing);
            var straight = ReceivingSession.Load(saved);
            foreach (var jwe in jwes) straight = Assert.IsType<OpenOutcome.Opened>(straight.Open(jwe)).Next;
            Assert.Equal(straight.Save(), at.Save());
        }).Check(Config);

    [Fact]
    public void Text_AnyUnicode_ComesBack()
    {
        var (sender, receiver) = Sessions.Start();
        Prop.ForAll<string>(text =>
        {
            var body = new MessageBody.Text(text ?? "");
            if (body.Problem() is not null) return;
            var message = sender.Seal(MessageId.New(), body, Sessions.Time);
            Assert.Equal(body, Assert.IsType<OpenOutcome.Opened>(receiver.Open(message.Jwe)).Body);
        }).Check(Config);
    }

    [Fact]
    public void Padme_AnyLength_GrowsByAtMostAnEighthAndLeaksFewBits() => Prop.ForAll(
        Gen.Choose(257, 1_000_000).ToArbitrary(),
        static length =>
        {
            var bucket = Padme.Bucket(length);
            Assert.InRange(bucket, length, length * 1.12);
            Assert.Equal(bucket, Padme.Bucket(bucket));
        }).Check(Config);

    private static Gen<Step[]> Steps() =>
        from length in Gen.Choose(0, 60)
        from steps in Gen.ArrayOf(
            from act in Gen.Frequency((6, Gen.Constant(Act.Deliver)), (2, Gen.Constant(Act.Damage)), (1, Gen.Constant(Act.FailToStore)), (2, Gen.Constant(Act.Restart)))
            from n in Gen.Choose(0, Messages - 1)
            from noise in Gen.Choose(0, int.MaxValue)
            select new Step(act, n, noise),
            length)
        select steps;

    private static void Replay(Step[] steps)
    {
        var (saved, jwes) = Sent.Value;
        var at = ReceivingSession.Load(saved);
        var arrived = new SortedSet<int>();
        foreach (var step in steps)
        {
            var before = at.Save();
            var outcome = at.Open(step.Act == Act.Damage ? Damage(jwes[step.N], step.Noise) : jwes[step.N]);
            if (step.Act == Act.Damage)
            {
                // A damaged copy of what was opened before may still be known by its index.
                Assert.IsNotType<OpenOutcome.Opened>(outcome);
                Assert.Equal(before, at.Save());
            }
            else if (arrived.Contains(step.N))
            {
                Assert.IsType<OpenOutcome.Duplicate>(outcome);
            }
            else
            {
                var opened = Assert.IsType<OpenOutcome.Opened>(outcome);
                Assert.Equal($"{step.N}", Sessions.TextOf(opened));
                Assert.True(opened.ChainIntact);
                Assert.Equal(before, at.Save());
                if (step.Act == Act.FailToStore)
                {
                    opened.Next.Dispose();
                    continue;
                }

                arrived.Add(step.N);
                at.Dispose();
                at = opened.Next;
            }

            if (step.Act == Act.Restart) at = ReceivingSession.Load(at.Save());
            Assert.Equal(arrived.Count == 0 ? 0 : arrived.Max + 1, at.Next);
            Assert.Equal(Enumerable.Range(0, at.Next).Where(n => !arrived.Contains(n)), at.Missing);
        }
    }

    private static byte[] Damage(byte[] jwe, int noise)
    {
        var damaged = jwe.AsSpan().ToArray();
        damaged[noise % damaged.Length] ^= (byte)(1 << (noise / damaged.Length % 8));
        return damaged;
    }

    // The sender restarts in between, too.
    private static (byte[] Receiver, byte[][] Jwes) Seal()
    {
        var (sender, receiver) = Sessions.Start();
        var jwes = new byte[Messages][];
        for (var n = 0; n < Messages; n++)
        {
            var message = sender.Seal(MessageId.New(), new MessageBody.Text($"{n}"), Sessions.Time);
            jwes[n] = message.Jwe;
            sender = n % 5 == 0 ? SendingSession.Load(message.Next.Save()) : message.Next;
        }

        return (receiver.Save(), jwes);
    }
}
