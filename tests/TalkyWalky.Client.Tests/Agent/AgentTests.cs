using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using TalkyWalky.Client.Agent;
using TalkyWalky.Testing;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Tests.Agent;

public sealed class AgentTests : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly MemoryChat _owner = new();
    private AgentServer? _server;

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Ask_EveryRequest_AnswersAsTheOwnerDoes()
    {
        var chat = Serve();
        var cancellation = CancellationToken.None;
        Assert.Equal(await _owner.WhoAmIAsync(cancellation), await chat.WhoAmIAsync(cancellation));
        Assert.Equal(await _owner.StatusAsync(cancellation), await chat.StatusAsync(cancellation));
        Assert.Equal(await _owner.UsersAsync(true, cancellation), await chat.UsersAsync(true, cancellation));
        Assert.Equal(await _owner.DevicePemAsync(cancellation), await chat.DevicePemAsync(cancellation));
        var sent = Assert.IsType<SendOutcome.Sent>(await chat.SendAsync(MessageId.New(), Target.Person("bob"), "héllo\n\u202e😀\"", cancellation));
        Assert.Equal("héllo\n\u202e😀\"", sent.Message.Text);
        Assert.Equal([sent.Message], await chat.HistoryAsync(Target.Person("bob"), 10, null, cancellation));
        Assert.Equal([sent.Message], await chat.HistoryAfterAsync(Target.Person("bob"), 10, 0, cancellation));
        Assert.Empty(await chat.HistoryAfterAsync(Target.Person("bob"), 10, sent.Message.Position, cancellation));
        Assert.IsType<SendOutcome.Refused>(await chat.SendAsync(MessageId.New(), Target.Person("nobody"), "x", cancellation));
        Assert.IsType<LoginOutcome.Refused>(await chat.LoginAsync("wrong", cancellation));
        Assert.IsType<SendOutcome.Queued>(await chat.KeepAsync(MessageId.New(), Target.Person("bob"), "later", cancellation));
        Assert.IsType<SendOutcome.Refused>(await chat.KeepAsync(MessageId.New(), Target.Person("nobody"), "x", cancellation));
        var card = Assert.IsType<DeviceAnswer.Person>(await chat.DeviceAsync(new DeviceRequest.Person("bob"), cancellation));
        Assert.Equal(new DeviceId(7), Assert.Single(card.Certified).Device);
        var text = new string('\u0001', Limits.Text);
        foreach (var name in (string[])["bob", "carol", "dave"]) Assert.IsType<OwnAnswer.Done>(await chat.OwnAsync(new OwnRequest.KeepDraft(Target.Person(name), text), cancellation));
        var drafts = Assert.IsType<OwnAnswer.Drafts>(await chat.OwnAsync(new OwnRequest.Drafts(), cancellation)).Kept;
        Assert.Equal([text, text, text], drafts.Select(static draft => draft.Text));
        var alarm = _owner.Raise("Two ledgers.", new AddedDevice(DeviceId.New(), "Laptop", DateTimeOffset.UnixEpoch, AdmittedBy.Administrator));
        Assert.Equal([alarm], Assert.IsType<OwnAnswer.Alarms>(await chat.OwnAsync(new OwnRequest.Alarms(), cancellation)).Kept);
        Assert.IsType<OwnAnswer.Done>(await chat.OwnAsync(new OwnRequest.Acknowledge(alarm.Id), cancellation));
        Assert.Empty(Assert.IsType<OwnAnswer.Alarms>(await chat.OwnAsync(new OwnRequest.Alarms(), cancellation)).Kept);
        await chat.SetAwayAsync(true, cancellation);
        Assert.True((await chat.StatusAsync(cancellation)).IsAway);
        await chat.LogoutAsync(cancellation);
        Assert.IsType<SendOutcome.NotLoggedIn>(await chat.KeepAsync(MessageId.New(), Target.Person("bob"), "x", cancellation));
        Assert.IsType<SendOutcome.NotLoggedIn>(await chat.SendAsync(MessageId.New(), Target.Person("bob"), "x", cancellation));
        await Assert.ThrowsAsync<NotLoggedInException>(() => chat.HistoryAsync(Target.Person("bob"), 1, null, cancellation));
        Assert.IsType<LoginOutcome.LoggedIn>(await chat.LoginAsync("right", cancellation));
    }

    [Fact]
    public async Task Send_LongestText_Passes()
    {
        var chat = Serve();
        var text = new string('\u0001', Limits.Text); // six bytes each in JSON
        var sent = Assert.IsType<SendOutcome.Sent>(await chat.SendAsync(MessageId.New(), Target.Person("bob"), text, CancellationToken.None));
        Assert.Equal(text, sent.Message.Text);
    }

    [Fact]
    public async Task Events_Streamed_ComeInOrderAfterTheSequence()
    {
        var chat = Serve();
        _owner.Receive("one");
        _owner.Receive("two");
        await using var events = chat.EventsAsync(1, CancellationToken.None).GetAsyncEnumerator();
        Assert.Equal("two", await NextTextAsync(events));
        _owner.Publish(new ChatEvent.Notice("careful"));
        Assert.True(await events.MoveNextAsync());
        Assert.Equal(new ChatEvent.Notice("careful"), events.Current);
        var alarm = _owner.Raise("Two ledgers.");
        Assert.True(await events.MoveNextAsync());
        Assert.Equal(new ChatEvent.Alarm(alarm.Id, "Two ledgers."), events.Current);
        _owner.Receive("three");
        Assert.Equal("three", await NextTextAsync(events));
    }

    [Fact]
    public async Task Ask_OwnerFails_SaysItsSentence()
    {
        _owner.StatusFailure = new InvalidOperationException("the disk is gone");
        var failed = await Assert.ThrowsAsync<AgentFailedException>(() => Serve().StatusAsync(CancellationToken.None));
        Assert.Equal("the disk is gone", failed.Message);
    }

    [Fact]
    public async Task Socket_IsForItsUserAlone_AndGoneAfterwards()
    {
        Serve();
        var path = AgentSocket.PathIn(_folder.Path);
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        await _server!.DisposeAsync();
        _server = null;
        Assert.False(File.Exists(path));
    }

    [Fact]
    public async Task Listen_StaleSocket_IsReplaced()
    {
        using (var dead = AgentSocket.Listen(_folder.Path)) Assert.True(File.Exists(AgentSocket.PathIn(_folder.Path)));
        Assert.False(await new AgentChat(_folder.Path).IsThereAsync(CancellationToken.None));
        Assert.Equal("alice", (await Serve().WhoAmIAsync(CancellationToken.None)).Username);
    }

    [Fact]
    public async Task Serve_LongProfilePath_Works()
    {
        var deep = Directory.CreateDirectory(_folder[string.Concat(Enumerable.Repeat("a-long-name-", 15))]).FullName;
        await using var server = AgentServer.Start(deep, _owner, TimeProvider.System, NullLoggerFactory.Instance);
        Assert.Equal("alice", (await new AgentChat(deep).WhoAmIAsync(CancellationToken.None)).Username);
    }

    [Theory]
    [InlineData("not json\n")]
    [InlineData("{\"op\":\"Explode\"}\n")]
    [InlineData("{\"op\":\"Status\",\"surprise\":1}\n")]
    public async Task Connection_MalformedLine_IsClosedAndOthersGoOn(string line)
    {
        var chat = Serve();
        Assert.Equal("", await SayAsync(Encoding.UTF8.GetBytes(line)));
        Assert.Equal("alice", (await chat.WhoAmIAsync(CancellationToken.None)).Username);
    }

    [Fact]
    public async Task Connection_EndlessLine_IsClosed()
    {
        Serve();
        Assert.Equal("", await SayAsync(new byte[AgentProtocol.MaxLine + 10]));
    }

    [Fact]
    public async Task Connection_OtherVersion_IsTold()
    {
        Serve();
        Assert.Contains("another version", await SayAsync("{\"op\":\"Status\",\"version\":99}\n"u8.ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dispose_SendInFlight_IsAnsweredFirst()
    {
        var gate = new TaskCompletionSource();
        _owner.SendGate = gate.Task;
        var sending = Serve().SendAsync(MessageId.New(), Target.Person("bob"), "x", CancellationToken.None);
        await _owner.SendArrived.Task;
        var stopping = _server!.DisposeAsync();
        gate.SetResult();
        Assert.IsType<SendOutcome.Sent>(await sending);
        await stopping;
        _server = null;
    }

    private AgentChat Serve()
    {
        _server = AgentServer.Start(_folder.Path, _owner, TimeProvider.System, NullLoggerFactory.Instance);
        return new AgentChat(_folder.Path);
    }

    private async Task<string> SayAsync(byte[] bytes)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(AgentSocket.PathIn(_folder.Path)));
        await using var stream = new NetworkStream(socket);
        try
        {
            await stream.WriteAsync(bytes);
            using var reader = new StreamReader(stream);
            return await reader.ReadToEndAsync();
        }
        catch (IOException)
        {
            return ""; // closed with bytes unread
        }
    }

    private static async Task<string> NextTextAsync(IAsyncEnumerator<ChatEvent> events)
    {
        Assert.True(await events.MoveNextAsync());
        return Assert.IsType<ChatEvent.Received>(events.Current).Message.Text;
    }
}
