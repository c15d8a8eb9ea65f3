using Google.Protobuf;
using TalkyWalky.Gateway;
using TalkyWalky.Load.Lines;
using TalkyWalky.Pki;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Load.Peers.Ours;

/// <summary>A device on the gateway: proves itself as every device does, then counts. It acknowledges what one read brought with one frame.</summary>
internal sealed class GatewayClient : LineClient
{
    private readonly Organisation _organisation;
    private readonly Member _self;
    private readonly List<ulong> _tags = [];
    private Challenge _challenge = new();
    private SealedMessage? _message;

    private GatewayClient(Line line, Organisation organisation, Member self) : base(line) => (_organisation, _self) = (organisation, self);

    public static async Task<GatewayClient> OpenAsync(int port, bool tls, Organisation organisation, int person, CancellationToken cancellation)
    {
        var line = await Line.ConnectAsync(port, tls, cancellation);
        await WebSocketFrames.OpenAsync(line, GatewayEndpoint.Path, cancellation);
        var client = new GatewayClient(line, organisation, organisation.Members[person]);
        client._challenge = (await client.ReceiveAsync(cancellation)).Challenge ?? throw new InvalidOperationException("the gateway did not begin with a challenge");
        return client;
    }

    protected override async Task LogInAsync(CancellationToken cancellation)
    {
        // Without TLS there is no certificate to bind to; the hosted gateway has one all the same, whose hash the folder tells.
        var certificate = Line.Certificate.Length > 0 ? Line.Certificate : _organisation.ServerCertificate;
        var proof = new SessionProof(
            _organisation.Anchor.Hash, Organisation.Host, _challenge.Nonce.Memory, Digest.Sha256(certificate), _self.Device, [Limits.ProtocolVersion], _self.NextGeneration(),
            DateTimeOffset.FromUnixTimeMilliseconds(_challenge.ServerTime));
        var token = Jws.Sign(JwsType.Session, _self.Key, proof.Encode(), [_self.Identity, _organisation.Issuing]);
        Send(new ClientFrame { Hello = new Hello { Proof = UnsafeByteOperations.UnsafeWrap(token) } });
        var answer = await ReceiveAsync(cancellation);
        if (answer.Welcome is null) throw new InvalidOperationException($"the gateway did not welcome {_self.Device}: {answer}");
    }

    public override void WriteTo(int person) => _message = SealedMessage.Direct(_organisation, _self, _organisation.Members[person]);

    public override void WriteToRoom() => _message = SealedMessage.ToRoom(_organisation, _self, _organisation.Room!);

    public override void Send(int count)
    {
        for (var i = 0; i < count; i++) Line.Out.Append(_message!.Next());
        Line.Out.Flush();
    }

    private void Send(ClientFrame frame)
    {
        Line.Out.Append(WebSocketFrames.Masked(WebSocketFrames.Binary, frame.ToByteArray()));
        Line.Out.Flush();
    }

    private async Task<ServerFrame> ReceiveAsync(CancellationToken cancellation)
    {
        var frame = new ServerFrame();
        await Line.In.OnceAsync(
            bytes =>
            {
                if (!WebSocketFrames.TryRead(bytes, out var one)) return 0;
                frame = ServerFrame.Parser.ParseFrom(bytes.Slice(one.Header, one.Length));
                return one.Total;
            },
            cancellation);
        return frame;
    }

    protected override int Take(ReadOnlySpan<byte> bytes)
    {
        var (at, accepted) = (0, 0);
        for (; WebSocketFrames.TryRead(bytes[at..], out var frame); at += frame.Total)
        {
            var payload = bytes.Slice(at + frame.Header, frame.Length);
            if (frame.Opcode == WebSocketFrames.Ping) Line.Out.Append(WebSocketFrames.Masked(WebSocketFrames.Pong, payload));
            else if (frame.Opcode == WebSocketFrames.Close) throw new IOException("the gateway says goodbye");
            else if (ServerFrames.IsAccepted(payload)) accepted++;
            else if (ServerFrames.TagOf(payload) is { } tag) _tags.Add(tag);
            else ServerFrames.ThrowOnRefusal(payload);
        }

        var delivered = _tags.Count;
        if (delivered > 0) Acknowledge();
        Line.Out.Flush();
        if (accepted > 0) Answered?.Invoke(accepted);
        if (delivered > 0) Delivered?.Invoke(delivered);
        return at;
    }

    private void Acknowledge()
    {
        var ack = new Ack();
        foreach (var tag in _tags)
        {
            ack.Tags.Add(tag);
            if (ack.Tags.Count < 1024) continue; // an acknowledgement is bounded
            Line.Out.Append(WebSocketFrames.Masked(WebSocketFrames.Binary, new ClientFrame { Ack = ack }.ToByteArray()));
            ack = new Ack();
        }

        if (ack.Tags.Count > 0) Line.Out.Append(WebSocketFrames.Masked(WebSocketFrames.Binary, new ClientFrame { Ack = ack }.ToByteArray()));
        _tags.Clear();
    }
}
