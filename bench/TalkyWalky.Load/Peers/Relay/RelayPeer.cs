using System.Buffers.Binary;
using System.Globalization;
using TalkyWalky.Load.Lines;
using TalkyWalky.Load.Measuring;

namespace TalkyWalky.Load.Peers.Relay;

internal sealed class RelayPeer : IPeer
{
    public string Name => "relay";

    public string Description => "bare WebSocket relay on Kestrel: no log-in, nothing stored; the limit";

    public string? Missing => null;

    public async Task<IRunningPeer> StartAsync(Crowd crowd, CancellationToken cancellation)
    {
        var child = ServerChild.StartOwn(["serve-relay", crowd.Tls ? "tls" : "plain"], Cores.OfServers);
        try
        {
            return new Running(child, HostedServer.PortOf(await child.ReadyAsync(cancellation)), crowd.Tls);
        }
        catch
        {
            await child.DisposeAsync();
            throw;
        }
    }

    private sealed class Running(ServerChild child, int port, bool tls) : IRunningPeer
    {
        public int ProcessId => child.Id;

        public bool Answers => false;

        public bool ReturnsToAuthor => true;

        public async Task<ChatClient> OpenAsync(int person, CancellationToken cancellation)
        {
            var line = await Line.ConnectAsync(port, tls, cancellation);
            await WebSocketFrames.OpenAsync(line, string.Create(CultureInfo.InvariantCulture, $"/relay/{person}"), cancellation);
            return new RelayClient(line);
        }

        public ValueTask DisposeAsync() => child.DisposeAsync();
    }

    private sealed class RelayClient(Line line) : LineClient(line)
    {
        private byte[] _message = [];

        public override void WriteTo(int person) => Write((uint)person);

        public override void WriteToRoom() => Write(RelayProgram.Everyone);

        public override void Send(int count)
        {
            for (var i = 0; i < count; i++) Line.Out.Append(_message);
            Line.Out.Flush();
        }

        protected override int Take(ReadOnlySpan<byte> bytes)
        {
            var (at, delivered) = (0, 0);
            for (; WebSocketFrames.TryRead(bytes[at..], out var frame); at += frame.Total) delivered++;
            if (delivered > 0) Delivered?.Invoke(delivered);
            return at;
        }

        private void Write(uint to)
        {
            var payload = new byte[512];
            BinaryPrimitives.WriteUInt32LittleEndian(payload, to);
            _message = WebSocketFrames.Masked(WebSocketFrames.Binary, payload);
        }
    }
}
