using TalkyWalky.Wire;

namespace TalkyWalky.Wire.Tests;

public sealed class IdTests
{
    private static readonly byte[] Bytes = Convert.FromHexString("000102030405060708090a0b0c0d0e0f");

    [Fact]
    public void UserId_WrittenAndParsed_IsTheSame()
    {
        Assert.True(UserId.TryRead(Bytes, out var user));
        Assert.Equal("00010203-0405-0607-0809-0a0b0c0d0e0f", user.ToString());
        Assert.True(UserId.TryParse(user.ToString(), out var parsed));
        Assert.Equal(user, parsed);
        Assert.Equal(Bytes, parsed.ToArray());
        Assert.Equal(user, UserId.FromGuid(Guid.Parse(user.ToString())));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("00010203-0405-0607-0809-0A0B0C0D0E0F")]
    [InlineData("000102030405060708090a0b0c0d0e0f")]
    [InlineData("{0010203-0405-0607-0809-0a0b0c0d0e0}")]
    [InlineData(" 0010203-0405-0607-0809-0a0b0c0d0e0f")]
    public void UserId_AnyOtherSpelling_IsRefused(string? text) => Assert.False(UserId.TryParse(text, out _));

    [Fact]
    public void DeviceAndMessageId_WrittenAndParsed_AreTheSame()
    {
        Assert.True(DeviceId.TryRead(Bytes, out var device));
        Assert.True(MessageId.TryRead(Bytes, out var message));
        Assert.Equal("000102030405060708090a0b0c0d0e0f", device.ToString());
        Assert.True(DeviceId.TryParse(device.ToString(), out var parsedDevice));
        Assert.True(MessageId.TryParse(message.ToString(), out var parsedMessage));
        Assert.Equal((device, message), (parsedDevice, parsedMessage));
        Assert.Equal(Bytes, parsedMessage.ToArray());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("000102030405060708090a0b0c0d0e0")]
    [InlineData("000102030405060708090A0B0C0D0E0F")]
    [InlineData("0x0102030405060708090a0b0c0d0e0f")]
    [InlineData("+00102030405060708090a0b0c0d0e0f")]
    [InlineData("000102030405060708090a0b0c0d0e0f ")]
    public void DeviceId_AnyOtherSpelling_IsRefused(string? text) => Assert.False(DeviceId.TryParse(text, out _));

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    [InlineData(17)]
    [InlineData(32)]
    public void Ids_OfAnotherLength_AreRefused(int length)
    {
        var bytes = new byte[length];
        Assert.False(UserId.TryRead(bytes, out _));
        Assert.False(DeviceId.TryRead(bytes, out _));
        Assert.False(MessageId.TryRead(bytes, out _));
        Assert.Equal(length == 32, ConversationId.TryRead(bytes, out _));
        Assert.Equal(length == 32, SessionId.TryRead(bytes, out _));
    }

    [Fact]
    public void NewIds_Differ() => Assert.Equal(100, Enumerable.Range(0, 100).Select(static _ => DeviceId.New()).Distinct().Count());

    [Fact]
    public void UserIds_CompareAsTheirBytes()
    {
        UserId.TryRead(Convert.FromHexString("7f000000000000000000000000000000"), out var low);
        UserId.TryRead(Convert.FromHexString("80000000000000000000000000000000"), out var high);
        Assert.True(low.CompareTo(high) < 0);
    }
}
