using System.Text;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Wire;

namespace TalkyWalky.Pki.Tests;

public sealed class SessionProofTests
{
    private static readonly Digest Root = Digest.Sha256("root"u8), Tls = Digest.Sha256("tls"u8);
    private static readonly DeviceId Device = DeviceId.TryParse("000102030405060708090a0b0c0d0e0f", out var id) ? id : default;

    private static readonly SessionProof Proof = new(
        Root, "chat.example.org:8443", new byte[SessionProof.NonceSize], Tls, Device, [1], 7, DateTimeOffset.FromUnixTimeMilliseconds(1767225600123));

    private static readonly string Json =
        $$"""{"root":"{{Root}}","host":"chat.example.org:8443","nonce":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","tls":"{{Tls}}","device":"000102030405060708090a0b0c0d0e0f","versions":[1],"generation":7,"time":1767225600123}""";

    [Fact]
    public void Encode_IsTheDocumentedJson() => Assert.Equal(Json, Encoding.UTF8.GetString(Proof.Encode()));

    [Fact]
    public void TryDecode_WhatEncodeMade_SaysTheSame()
    {
        var decoded = SessionProof.TryDecode(Proof.Encode());
        Assert.NotNull(decoded);
        Assert.Equal(Proof with { Nonce = decoded.Nonce, Versions = decoded.Versions }, decoded);
        Assert.Equal(Proof.Nonce.ToArray(), decoded.Nonce.ToArray());
        Assert.Equal(Proof.Versions, decoded.Versions);
    }

    [Theory]
    [InlineData("{", "{ ")]
    [InlineData("\"generation\":7", "\"generation\":7.0")]
    [InlineData("\"generation\":7", "\"generation\":07")]
    [InlineData("\"generation\":7", "\"generation\":-7")]
    [InlineData("\"generation\":7", "\"generation\":\"7\"")]
    [InlineData("\"generation\":7", "\"generation\":9007199254740992")]
    [InlineData("\"generation\":7", "\"generation\":7,\"generation\":7")]
    [InlineData("\"time\":1767225600123", "\"time\":9007199254740991")]
    [InlineData("\"time\":1767225600123", "\"time\":1767225600123,\"more\":1")]
    [InlineData("\"host\":\"chat", "\"host\":\"\\u0063hat")]
    [InlineData("\"host\":\"chat", "\"host\":\"Chat")]
    [InlineData("\"host\":\"chat", "\"host\":\"chät")]
    [InlineData("\"host\":\"chat.example.org:8443\"", "\"host\":\"\"")]
    [InlineData("\"host\":\"chat.example.org:8443\"", "\"host\":null")]
    [InlineData("AAAAAAAAAAA\"", "AAAAAAAAAAB\"")]
    [InlineData("AAAAAAAAAAA\"", "AAAAAAAAAAA=\"")]
    [InlineData("AAAAAAAAAAA\"", "AAAAAAAAAA\"")]
    [InlineData("[1]", "[]")]
    [InlineData("[1]", "[2,1]")]
    [InlineData("[1]", "[1,1]")]
    [InlineData("[1]", "[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17]")]
    [InlineData("[1]", "[[1]]")]
    [InlineData("\"device\":\"0001", "\"device\":\"00\"")]
    [InlineData("}", "} ")]
    [InlineData("}", "")]
    public void TryDecode_AnyOtherBytes_IsNull(string part, string changed)
    {
        Assert.Contains(part, Json, StringComparison.Ordinal);
        Assert.Null(SessionProof.TryDecode(Encoding.UTF8.GetBytes(Json.Replace(part, changed, StringComparison.Ordinal))));
    }

    [Fact]
    public void TryDecode_EveryCutOff_IsNull()
    {
        var bytes = Proof.Encode();
        for (var length = 0; length < bytes.Length; length++) Assert.Null(SessionProof.TryDecode(bytes.AsSpan(0, length)));
    }

    [Fact]
    public void Encode_OutOfBounds_Throws() => Assert.Throws<InvalidOperationException>((Proof with { Host = "Chat" }).Encode);
}
