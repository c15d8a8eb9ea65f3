using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Authentication;
using TalkyWalky.Server.Hosting;
using TalkyWalky.Wire;

namespace TalkyWalky.Server.Tests.Hosting;

public sealed class ClientHelloTests
{
    [Fact]
    public async Task Offers_AHelloWithTheName_OnceItIsWhole()
    {
        var hello = await HelloAsync(TlsProtocols.Authority, SslApplicationProtocol.Http11);
        Assert.True(Offers(hello));
        for (var length = 0; length < hello.Length; length++) Assert.Null(Offers(hello[..length]));
        Assert.True(Offers([.. hello, 1, 2, 3]));
    }

    [Fact]
    public async Task Offers_AHelloWithoutTheName_IsFalse()
    {
        Assert.False(Offers(await HelloAsync(SslApplicationProtocol.Http11)));
        Assert.False(Offers(await HelloAsync()));
        Assert.False(Offers(await HelloAsync(new SslApplicationProtocol("tw-authority2"))));
    }

    [Fact]
    public async Task Offers_Nonsense_IsFalse()
    {
        Assert.False(Offers("GET / HTTP/1.1\r\n"u8.ToArray()));
        Assert.False(Offers([22, 3, 1, 255, 255]));
        Assert.False(Offers([22, 3, 1, 0, 0]));
        var hello = await HelloAsync(TlsProtocols.Authority);
        for (var at = 9; at < hello.Length; at++)
        {
            // Lengths that point outside are never followed.
            var broken = hello.ToArray();
            broken[at] = 255;
            Assert.NotNull(Offers(broken));
        }
    }

    [Fact]
    public async Task Offers_InPieces_IsTheSame()
    {
        var hello = await HelloAsync(TlsProtocols.Authority);
        var pipe = new Pipe(new PipeOptions(minimumSegmentSize: 16));
        foreach (var piece in hello.Chunk(7)) await pipe.Writer.WriteAsync(piece);
        Assert.True(ClientHello.Offers((await pipe.Reader.ReadAsync()).Buffer, TlsProtocols.Authority.Protocol.Span));
    }

    [Fact]
    public async Task MayResume_AHelloThatOffersNoSession_IsFalseOnceItIsWhole()
    {
        var hello = await HelloAsync(SslApplicationProtocol.Http11);
        Assert.False(MayResume(hello));
        for (var length = 0; length < hello.Length; length++) Assert.Null(MayResume(hello[..length]));
    }

    [Fact]
    public async Task MayResume_AHelloThatOffersASession_IsTrue()
    {
        var hello = await HelloAsync(SslApplicationProtocol.Http11);
        byte[] extension = [0, 41, 0, 2, 0, 0];
        byte[] offering = [.. hello, .. extension];
        AddTo(offering, at: 3, extension.Length); // of the record
        AddTo(offering, at: 7, extension.Length); // the lower bytes of the message's length
        AddTo(offering, ExtensionsOf(hello), extension.Length);
        Assert.True(MayResume(offering));
    }

    [Fact]
    public async Task MayResume_WhatCannotBeReadToItsEnd_IsTrue()
    {
        var hello = await HelloAsync(SslApplicationProtocol.Http11);
        Assert.True(MayResume("GET / HTTP/1.1\r\n"u8.ToArray()));
        Assert.True(MayResume([22, 3, 1, 0, 0]));
        AddTo(hello, at: 3, -10); // the record ends before the message
        Assert.True(MayResume(hello));
    }

    private static int ExtensionsOf(byte[] hello)
    {
        var at = 5 + 4 + 2 + 32;
        at += 1 + hello[at];
        at += 2 + BinaryPrimitives.ReadUInt16BigEndian(hello.AsSpan(at));
        return at + 1 + hello[at];
    }

    private static void AddTo(byte[] hello, int at, int count) =>
        BinaryPrimitives.WriteUInt16BigEndian(hello.AsSpan(at), (ushort)(BinaryPrimitives.ReadUInt16BigEndian(hello.AsSpan(at)) + count));

    private static bool? MayResume(byte[] received) => ClientHello.MayResume(new ReadOnlySequence<byte>(received));

    private static bool? Offers(byte[] received) => ClientHello.Offers(new ReadOnlySequence<byte>(received), TlsProtocols.Authority.Protocol.Span);

    /// <summary>What the platform says first.</summary>
    private static async Task<byte[]> HelloAsync(params SslApplicationProtocol[] protocols)
    {
        using var wire = new OneWay();
        await using var client = new SslStream(wire);
        var options = new SslClientAuthenticationOptions { TargetHost = "chat.example.org", EnabledSslProtocols = SslProtocols.Tls13, ApplicationProtocols = [.. protocols] };
        await Assert.ThrowsAnyAsync<Exception>(() => client.AuthenticateAsClientAsync(options));
        return wire.Sent;
    }

    /// <summary>Keeps what is written, and ends at the first read.</summary>
    private sealed class OneWay : Stream
    {
        private readonly MemoryStream _sent = new();

        public byte[] Sent => _sent.ToArray();

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Flush() { }

        public override int Read(byte[] buffer, int offset, int count) => 0;

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => _sent.Write(buffer, offset, count);
    }
}
