using System.Security.Cryptography.X509Certificates;
using System.Text;
using TalkyWalky.Engines;
using TalkyWalky.Gateway.Tests.Support;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Gateway.Tests;

public sealed class PublishTests : IAsyncLifetime
{
    private static readonly byte[] Slice = [1, 2, 3];
    private GatewayHost _host = null!;
    private TestDevice _ada = null!, _bob = null!, _eve = null!;
    private TestClient _client = null!;

    public async Task InitializeAsync()
    {
        _host = await GatewayHost.StartAsync();
        (_ada, _bob, _eve) = (await _host.EnrolAsync("ada"), await _host.EnrolAsync("bob"), await _host.EnrolAsync("eve"));
        _client = await _ada.ConnectAsync();
    }

    public async Task DisposeAsync()
    {
        await _client.DisposeAsync();
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task Message_ToTheOther_IsAcceptedAndDeliveredUnchanged()
    {
        var payload = Encoding.ASCII.GetBytes("sealed");
        var request = await _client.SayAsync(_host.Conversation(_ada, _bob), payload, _bob.Id);
        var accepted = (await _client.ExpectAsync(ServerFrame.BodyOneofCase.Accepted)).Accepted;
        await using var bob = await _bob.ConnectAsync();
        var delivery = await bob.ExpectDeliveryAsync();
        Assert.Equal(request, accepted.Request);
        Assert.Empty(accepted.Overflowed);
        Assert.Equal(accepted.AcceptedAt, delivery.AcceptedAt);
        Assert.Equal(payload, delivery.Envelope.Payload.ToByteArray());
        Assert.Equal(EnvelopeKind.Message, delivery.Envelope.Kind);
        Assert.Equal(_host.Conversation(_ada, _bob).ToArray(), delivery.Envelope.Conversation.ToByteArray());
        Assert.Equal(_ada.User.ToArray(), delivery.FromUser.ToByteArray());
        Assert.Equal(_ada.Id.ToArray(), delivery.FromDevice.ToByteArray());
        Assert.True(delivery.Slice.IsEmpty);
    }

    [Fact]
    public async Task Grant_GivesEachDeviceItsOwnSlice()
    {
        await _client.PublishAsync(_host.Conversation(_ada, _bob), EnvelopeKind.Grant, "grant"u8.ToArray(), (_bob.Id, Slice));
        await _client.ExpectAsync(ServerFrame.BodyOneofCase.Accepted);
        await using var bob = await _bob.ConnectAsync();
        Assert.Equal(Slice, (await bob.ExpectDeliveryAsync()).Slice.ToByteArray());
    }

    [Fact]
    public async Task LargestPayload_Passes()
    {
        var payload = new byte[Limits.Payload];
        Random.Shared.NextBytes(payload);
        await _client.SayAsync(_host.Conversation(_ada, _bob), payload, _bob.Id);
        await _client.ExpectAsync(ServerFrame.BodyOneofCase.Accepted);
        await using var bob = await _bob.ConnectAsync();
        Assert.Equal(payload, (await bob.ExpectDeliveryAsync()).Envelope.Payload.ToByteArray());
    }

    [Fact]
    public Task Stranger_InAConversationOfOthers_IsRefused() =>
        RefusedAsync(RefusalCode.NotAllowed, _host.Conversation(_bob, _eve), EnvelopeKind.Message, (_bob.Id, []));

    [Fact]
    public Task Message_ToTwoOtherPeople_IsRefused() =>
        RefusedAsync(RefusalCode.NotAllowed, _host.Conversation(_ada, _bob), EnvelopeKind.Message, (_bob.Id, []), (_eve.Id, []));

    [Fact]
    public Task Message_ToAnUnknownDevice_SaysDevicesChanged() =>
        RefusedAsync(RefusalCode.DevicesChanged, _host.Conversation(_ada, _bob), EnvelopeKind.Message, (_bob.Id, []), (DeviceId.New(), []));

    [Fact]
    public Task Message_NamingTheSender_IsRefused() =>
        RefusedAsync(RefusalCode.Malformed, _host.Conversation(_ada, _bob), EnvelopeKind.Message, (_bob.Id, []), (_ada.Id, []));

    [Fact]
    public Task Message_NamingADeviceTwice_IsRefused() =>
        RefusedAsync(RefusalCode.Malformed, _host.Conversation(_ada, _bob), EnvelopeKind.Message, (_bob.Id, []), (_bob.Id, []));

    [Fact]
    public Task Message_ToNobody_IsRefused() => RefusedAsync(RefusalCode.Malformed, _host.Conversation(_ada, _bob), EnvelopeKind.Message);

    [Fact]
    public Task Message_WithASlice_IsRefused() =>
        RefusedAsync(RefusalCode.Malformed, _host.Conversation(_ada, _bob), EnvelopeKind.Message, (_bob.Id, Slice));

    [Fact]
    public Task Grant_WithoutASlice_IsRefused() => RefusedAsync(RefusalCode.Malformed, _host.Conversation(_ada, _bob), EnvelopeKind.Grant, (_bob.Id, []));

    [Fact]
    public Task Grant_WithTooLargeASlice_IsRefused() =>
        RefusedAsync(RefusalCode.TooLarge, _host.Conversation(_ada, _bob), EnvelopeKind.Grant, (_bob.Id, new byte[Limits.Slice + 1]));

    [Fact]
    public Task UnknownKind_IsRefused() => RefusedAsync(RefusalCode.Malformed, _host.Conversation(_ada, _bob), (EnvelopeKind)9, (_bob.Id, []));

    [Fact]
    public async Task Payload_OverItsLimit_IsRefusedAndTheSessionGoesOn()
    {
        var request = await _client.SayAsync(_host.Conversation(_ada, _bob), new byte[Limits.Payload + 1], _bob.Id);
        Assert.Equal(RefusalCode.TooLarge, await _client.ExpectRefusedAsync(request));
        await _client.SayAsync(_host.Conversation(_ada, _bob), new byte[1], _bob.Id);
        await _client.ExpectAsync(ServerFrame.BodyOneofCase.Accepted);
    }

    [Fact]
    public async Task Message_ToADisabledPerson_IsRefused()
    {
        await _host.Directory.SetEnabledAsync(_bob.User, enabled: false, CancellationToken.None);
        await RefusedAsync(RefusalCode.NotAllowed, _host.Conversation(_ada, _bob), EnvelopeKind.Message, (_bob.Id, []));
    }

    [Fact]
    public async Task Message_ToAPersonWithExpiredCertificates_SaysNoDevices()
    {
        var late = await _host.EnrolAsync("late", certificateLife: TimeSpan.FromHours(-1));
        await RefusedAsync(RefusalCode.NoDevices, _host.Conversation(_ada, late), EnvelopeKind.Message, (late.Id, []));
    }

    [Fact]
    public async Task Message_AfterANewDeviceWasListed_SaysDevicesChangedAtOnce()
    {
        await _client.SayAsync(_host.Conversation(_ada, _bob), new byte[1], _bob.Id);
        await _client.ExpectAsync(ServerFrame.BodyOneofCase.Accepted);
        var second = await _host.EnrolAsync(_bob.Account);
        _host.Gateway.Invalidate(_bob.User);
        await RefusedAsync(RefusalCode.DevicesChanged, _host.Conversation(_ada, _bob), EnvelopeKind.Message, (_bob.Id, []));
        await _client.SayAsync(_host.Conversation(_ada, _bob), new byte[1], _bob.Id, second.Id);
        await _client.ExpectAsync(ServerFrame.BodyOneofCase.Accepted);
    }

    [Fact]
    public async Task Message_ToADeviceNewerThanTheCache_IsAccepted()
    {
        await _client.SayAsync(_host.Conversation(_ada, _bob), new byte[1], _bob.Id);
        await _client.ExpectAsync(ServerFrame.BodyOneofCase.Accepted);
        var second = await _host.EnrolAsync(_bob.Account);
        await _client.SayAsync(_host.Conversation(_ada, _bob), new byte[1], _bob.Id, second.Id);
        await _client.ExpectAsync(ServerFrame.BodyOneofCase.Accepted);
    }

    [Fact]
    public async Task SenderDisabledByAnotherProcess_IsThrownOutAtItsNextPublish()
    {
        await _host.Directory.SetEnabledAsync(_ada.User, enabled: false, CancellationToken.None);
        _host.Time.Offset += TimeSpan.FromSeconds(6);
        await _client.SayAsync(_host.Conversation(_ada, _bob), new byte[1], _bob.Id);
        Assert.Equal(CloseCode.AccountDisabled, (await _client.ExpectClosingAsync()).Code);
    }

    [Fact]
    public async Task RequestNumbersThatDoNotRise_EndTheSession()
    {
        await _client.SendAsync(new ClientFrame { Publish = new Publish() });
        Assert.Equal(CloseCode.Malformed, (await _client.ExpectClosingAsync()).Code);
    }

    [Fact]
    public async Task FullMailbox_IsRefusedAndLeavesAMarker()
    {
        await using var host = await GatewayHost.StartAsync(mailbox: 1);
        var (ada, other) = (await host.EnrolAsync("ada"), await host.EnrolAsync("bob"));
        await using var client = await ada.ConnectAsync();
        await client.SayAsync(host.Conversation(ada, other), new byte[1], other.Id);
        await client.ExpectAsync(ServerFrame.BodyOneofCase.Accepted);
        Assert.Equal(RefusalCode.MailboxFull, await client.ExpectRefusedAsync(await client.SayAsync(host.Conversation(ada, other), new byte[1], other.Id)));
        await using var bob = await other.ConnectAsync();
        await bob.ExpectDeliveryAsync();
        var overflow = (await bob.ExpectAsync(ServerFrame.BodyOneofCase.Overflow)).Overflow;
        Assert.Equal(1ul, overflow.Dropped);
        Assert.NotEqual(0, overflow.Since);
    }

    [Fact]
    public async Task OneFullMailboxOfTwo_IsNamedInTheAnswer()
    {
        await using var host = await GatewayHost.StartAsync(mailbox: 1);
        var (ada, one) = (await host.EnrolAsync("ada"), await host.EnrolAsync("bob"));
        var two = await host.EnrolAsync(one.Account);
        await using var client = await ada.ConnectAsync();
        await client.PublishAsync(host.Conversation(ada, one), EnvelopeKind.Grant, new byte[1], (one.Id, Slice));
        Assert.Empty((await client.ExpectAsync(ServerFrame.BodyOneofCase.Accepted)).Accepted.Overflowed);
        await client.SayAsync(host.Conversation(ada, one), new byte[1], one.Id, two.Id);
        var overflowed = (await client.ExpectAsync(ServerFrame.BodyOneofCase.Accepted)).Accepted.Overflowed;
        Assert.Equal(one.Id.ToArray(), Assert.Single(overflowed).ToByteArray());
    }

    [Theory]
    [InlineData(RefusalCode.Busy)]
    [InlineData(RefusalCode.OutcomeUnknown)]
    [InlineData(RefusalCode.DevicesChanged)]
    public async Task BrokerThatCannotStore_IsAnsweredWithItsCode(RefusalCode code)
    {
        _host.Broker.Fault = () => code switch
        {
            RefusalCode.Busy => new PublishOutcome.Unavailable("disk full"),
            RefusalCode.OutcomeUnknown => new PublishOutcome.Unknown("cancelled"),
            _ => new PublishOutcome.NoMailbox([_bob.Id]),
        };
        await RefusedAsync(code, _host.Conversation(_ada, _bob), EnvelopeKind.Message, (_bob.Id, []));
    }

    [Fact]
    public async Task LostMailboxOfAnActiveDevice_IsMadeAnew_AndTheNextPublishPasses()
    {
        await _host.Broker.DeleteMailboxAsync(_bob.Id, CancellationToken.None);
        await RefusedAsync(RefusalCode.DevicesChanged, _host.Conversation(_ada, _bob), EnvelopeKind.Message, (_bob.Id, []));
        await _client.SayAsync(_host.Conversation(_ada, _bob), new byte[1], _bob.Id);
        await _client.ExpectAsync(ServerFrame.BodyOneofCase.Accepted);
        await using var bob = await _bob.ConnectAsync();
        await bob.ExpectDeliveryAsync();
    }

    [Fact]
    public async Task LostMailboxOfARevokedDevice_StaysGone()
    {
        await _client.SayAsync(_host.Conversation(_ada, _bob), new byte[1], _bob.Id);
        await _client.ExpectAsync(ServerFrame.BodyOneofCase.Accepted); // remembered as active
        await _host.Store.RevokeDeviceAsync(_bob.Id, X509RevocationReason.Unspecified, _host.Time.GetUtcNow(), CancellationToken.None);
        await _host.Broker.DeleteMailboxAsync(_bob.Id, CancellationToken.None);
        await RefusedAsync(RefusalCode.DevicesChanged, _host.Conversation(_ada, _bob), EnvelopeKind.Message, (_bob.Id, []));
        Assert.Null(await _host.Broker.UsageAsync(_bob.Id, CancellationToken.None));
    }

    [Fact]
    public async Task BrokerThatBreaks_LeavesTheOutcomeUnknownAndTheSessionAlive()
    {
        _host.Broker.Fault = () => throw new EngineException("broken by a test");
        await RefusedAsync(RefusalCode.OutcomeUnknown, _host.Conversation(_ada, _bob), EnvelopeKind.Message, (_bob.Id, []));
        _host.Broker.Fault = null;
        await _client.SayAsync(_host.Conversation(_ada, _bob), new byte[1], _bob.Id);
        await _client.ExpectAsync(ServerFrame.BodyOneofCase.Accepted);
    }

    [Fact]
    public async Task Unanswered_AreNeverMoreThanAllowed()
    {
        await using var host = await GatewayHost.StartAsync(maxOutstanding: 4);
        var (ada, bob) = (await host.EnrolAsync("ada"), await host.EnrolAsync("bob"));
        await using var client = await ada.ConnectAsync();
        Assert.Equal(4u, client.Welcome.MaxOutstanding);
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        host.Broker.Gate = gate.Task;
        for (var i = 0; i < 20; i++) await client.SayAsync(host.Conversation(ada, bob), new byte[1], bob.Id);
        while (host.Broker.Underway < 4) await Task.Yield();
        gate.SetResult();
        for (var i = 1ul; i <= 20; i++) Assert.Equal(i, (await client.ExpectAsync(ServerFrame.BodyOneofCase.Accepted)).Accepted.Request);
        Assert.Equal(4, host.Broker.Peak);
    }

    [Fact]
    public async Task ThousandPipelined_AreAnsweredAndDeliveredInOrder()
    {
        await using var bob = await _bob.ConnectAsync();
        var sending = Task.Run(async () =>
        {
            for (var i = 0; i < 1000; i++) await _client.SayAsync(_host.Conversation(_ada, _bob), BitConverter.GetBytes(i), _bob.Id);
        });
        var answering = Task.Run(async () =>
        {
            for (var i = 1ul; i <= 1000; i++) Assert.Equal(i, (await _client.ExpectAsync(ServerFrame.BodyOneofCase.Accepted)).Accepted.Request);
        });
        for (var i = 0; i < 1000; i++)
        {
            var delivery = await bob.ExpectDeliveryAsync();
            Assert.Equal(i, BitConverter.ToInt32(delivery.Envelope.Payload.Span));
            await bob.AckAsync(delivery.Tag);
        }

        await sending;
        await answering;
    }

    private async Task RefusedAsync(RefusalCode code, ConversationId conversation, EnvelopeKind kind, params (DeviceId Device, byte[] Slice)[] recipients)
    {
        var request = await _client.PublishAsync(conversation, kind, new byte[8], recipients);
        Assert.Equal(code, await _client.ExpectRefusedAsync(request));
    }
}
