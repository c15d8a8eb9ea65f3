using BenchmarkDotNet.Attributes;
using TalkyWalky.Crypto;
using TalkyWalky.Wire;

namespace TalkyWalky.Bench.Client;

/// <summary>One message of 512 bytes of text.</summary>
public class MessageBenchmarks
{
    private readonly MessageBody _body = new MessageBody.Text(new string('x', 512));
    private readonly MessageId _id = MessageId.New();
    private static readonly Crowd Crowd = new(); // until the process ends
    private SendingSession _sending = null!;
    private ReceivingSession _receiving = null!;
    private byte[] _jwe = [];

    [GlobalSetup]
    public void Start()
    {
        var started = Grants.Start(Crowd.Order(1), Crowd.Now);
        (_sending, _receiving) = (started.Session, Crowd.Open(started));
        _jwe = Seal();
    }

    [Benchmark]
    public byte[] Seal()
    {
        var message = _sending.Seal(_id, _body, Crowd.Now);
        message.Next.Dispose();
        return message.Jwe;
    }

    [Benchmark]
    public MessageBody Open()
    {
        var opened = (OpenOutcome.Opened)_receiving.Open(_jwe);
        opened.Next.Dispose();
        return opened.Body;
    }

    [GlobalCleanup]
    public void Stop()
    {
        _sending.Dispose();
        _receiving.Dispose();
    }
}
