using System.Text;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Wire;

namespace TalkyWalky.Crypto.Tests;

public sealed class SignalTests
{
    private static readonly DateTimeOffset Later = Sessions.Time.AddMilliseconds(1);

    [Fact]
    public void OpenSignal_WhatWasSealed_GivesKindAndTime()
    {
        var (sender, receiver) = Sessions.Start();
        var signal = sender.SealSignal(SignalKind.Typing, Sessions.Time)!;
        Assert.InRange(signal.Length, 1, Limits.Signal);
        Assert.Equal(sender.Id, ReceivingSession.PeekSignal(signal));
        Assert.Equal(new SignalOutcome.Opened(SignalKind.Typing, Sessions.Time), receiver.OpenSignal(signal, after: null));
        Assert.Equal(new SignalOutcome.Opened(SignalKind.Typing, Sessions.Time), ReceivingSession.Load(receiver.Save()).OpenSignal(signal, Sessions.Time.AddMilliseconds(-1)));
    }

    [Fact]
    public void OpenSignal_NotLaterThanTheLast_ReportsDuplicate()
    {
        var (sender, receiver) = Sessions.Start();
        var signal = sender.SealSignal(SignalKind.Typing, Sessions.Time)!;
        Assert.IsType<SignalOutcome.Duplicate>(receiver.OpenSignal(signal, Sessions.Time));
        Assert.IsType<SignalOutcome.Duplicate>(receiver.OpenSignal(signal, Later));
        Assert.IsType<SignalOutcome.Opened>(receiver.OpenSignal(sender.SealSignal(SignalKind.Typing, Later)!, Sessions.Time));
    }

    [Fact]
    public void OpenSignal_AnyCharacterChanged_IsRejected()
    {
        var (sender, receiver) = Sessions.Start();
        var signal = sender.SealSignal(SignalKind.Typing, Sessions.Time)!;
        for (var i = 0; i < signal.Length; i++)
        {
            var changed = signal.AsSpan().ToArray();
            changed[i] ^= (byte)(1 << (i % 8));
            Assert.IsType<SignalOutcome.Rejected>(receiver.OpenSignal(changed, after: null));
        }
    }

    [Fact]
    public void OpenSignal_SealedByAnotherRecipient_IsRejected()
    {
        // Whoever holds the grant knows the signal key; the session key is the author's alone.
        var (sender, receiver) = Sessions.Start();
        var (id, key) = (sender.Id, SignalKeyOf(sender));
        var own = SessionKey.Generate();
        Assert.Equal(RejectReason.NotAuthentic, Reason(receiver.OpenSignal(SignalCodec.Seal(key, own, new SignedSignal(id, Sessions.Time.ToUnixTimeMilliseconds(), SignalKind.Typing)), null)));
    }

    [Fact]
    public void OpenSignal_MessageOrSignalOfAnotherSession_IsRejected()
    {
        var (sender, receiver) = Sessions.Start();
        var (other, _) = Sessions.Start();
        var message = sender.Seal(MessageId.New(), new MessageBody.Text("x"), Sessions.Time).Jwe;
        Assert.Equal(RejectReason.Malformed, Reason(receiver.OpenSignal(message, null)));
        Assert.Null(ReceivingSession.PeekSignal(message));
        Assert.Equal(RejectReason.NotAuthentic, Reason(receiver.OpenSignal(other.SealSignal(SignalKind.Typing, Sessions.Time)!, null)));
        Assert.Equal(RejectReason.Malformed, Sessions.ReasonOf(receiver.Open(sender.SealSignal(SignalKind.Typing, Sessions.Time)!)));
        Assert.Equal(RejectReason.Malformed, Reason(receiver.OpenSignal(new byte[Limits.Signal + 1], null)));
    }

    [Fact]
    public void SignedSignal_AnotherSpelling_IsNull()
    {
        var signal = new SignedSignal(default, 5, SignalKind.Typing);
        using var json = new CanonicalJsonWriter();
        signal.Write(json);
        var text = Encoding.UTF8.GetString(json.Written);
        Assert.Equal(256, text.Length);
        Assert.Equal(signal, SignedSignal.TryRead(json.Written));
        string[] spellings =
        [
            "", text + "0", text[..^1], text.Replace("0\"}", "1\"}", StringComparison.Ordinal), text.Replace("typing", "typinG", StringComparison.Ordinal),
            text.Replace("\"n\":5", "\"n\":05", StringComparison.Ordinal)[..^3] + "\"}",
        ];
        Assert.All(spellings, static spelling => Assert.Null(SignedSignal.TryRead(Encoding.UTF8.GetBytes(spelling))));
    }

    // Behind kind, version, sid, conversation, epoch and flags.
    private static SignalKey SignalKeyOf(SendingSession sender) => SignalKey.Load(sender.Save().AsSpan(2 + 32 + 32 + 8 + 1, 32));

    private static RejectReason Reason(SignalOutcome outcome) => Assert.IsType<SignalOutcome.Rejected>(outcome).Reason;
}
