using Microsoft.Extensions.Logging.Abstractions;
using TalkyWalky.Testing;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Tests;

/// <summary>One person with a profile in a temporary folder.</summary>
internal sealed class TestClient : IAsyncDisposable
{
    public const string Passphrase = "correct horse", Password = "battery staple 9";

    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private static readonly Lock Gate = new();
    private static int _made;

    private TestClient(string folder, string name, ClientEnvironment environment)
    {
        Folder = folder;
        Name = name;
        Environment = environment;
    }

    public string Folder { get; }

    public string Name { get; }

    public ClientEnvironment Environment { get; }

    public IChat? Chat { get; private set; }

    public static ClientEnvironment Plain { get; } = new(TimeProvider.System, KeyPool.Shared, NullLoggerFactory.Instance);

    public static string NewName(string prefix)
    {
        lock (Gate) return $"{prefix}-{++_made}";
    }

    public static string NewFolder() => Directory.CreateTempSubdirectory("talkywalky-profile-").FullName;

    public static async Task<TestClient> RegisterAsync(JoinLink link, string prefix, ClientEnvironment? environment = null)
    {
        var client = new TestClient(NewFolder(), NewName(prefix), environment ?? Plain);
        var outcome = await Enrolment.RegisterAsync(
            client.Folder, Passphrase, new Registration(link, client.Name, Password, null, null), null, client.Environment, CancellationToken.None);
        Assert.True(outcome is EnrolOutcome.Enrolled, outcome.ToString());
        return client;
    }

    /// <summary>One more device of this person, with keys of its own, which asks to come in.</summary>
    public async Task<(TestClient Device, EnrolOutcome.Pending Pending)> AskToJoinAsync(JoinLink link)
    {
        var device = new TestClient(NewFolder(), Name, Environment);
        var outcome = await device.EnrolAsync(link);
        Assert.True(outcome is EnrolOutcome.Pending, outcome.ToString());
        return (device, (EnrolOutcome.Pending)outcome);
    }

    /// <summary>One more device of this person, let in by this one, which must be open.</summary>
    public async Task<TestClient> AddDeviceAsync(JoinLink link)
    {
        var (device, pending) = await AskToJoinAsync(link);
        var waiting = (await DevicesAsync()).Single(one => string.Equals(one.KeyFingerprint, pending.KeyFingerprint, StringComparison.Ordinal));
        await ChangeDeviceAsync(new DeviceRequest.Approve(waiting.Device.ToString()));
        var outcome = await device.EnrolAsync(link);
        Assert.True(outcome is EnrolOutcome.Enrolled, outcome.ToString());
        return device;
    }

    public Task<EnrolOutcome> EnrolAsync(JoinLink link) => Enrolment.EnrolAsync(
        Folder, Passphrase, new Registration(link, Name, Password, null, null), null, Environment, CancellationToken.None).WaitAsync(Patience);

    public async Task<IReadOnlyList<DeviceInfo>> DevicesAsync()
    {
        var answer = await Chat!.DeviceAsync(new DeviceRequest.List(), CancellationToken.None).WaitAsync(Patience);
        Assert.True(answer is DeviceAnswer.Devices, answer.ToString());
        return ((DeviceAnswer.Devices)answer).Page;
    }

    public async Task<DeviceInfo> ChangeDeviceAsync(DeviceRequest request)
    {
        var answer = await Chat!.DeviceAsync(request, CancellationToken.None).WaitAsync(Patience);
        Assert.True(answer is DeviceAnswer.Done, answer.ToString());
        return ((DeviceAnswer.Done)answer).Device;
    }

    /// <summary>The first event of a kind from now on that is as wanted.</summary>
    public async Task<T> UntilEventAsync<T>(Func<T, bool> wanted)
        where T : ChatEvent
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await foreach (var happening in Chat!.EventsAsync(0, patience.Token))
            {
                if (happening is T one && wanted(one)) return one;
            }
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"no such {typeof(T).Name} came");
        }

        throw new InvalidOperationException("the chat was closed");
    }

    /// <summary>The same person, opened from a copy of the profile's files.</summary>
    public TestClient Copy()
    {
        var copy = new TestClient(NewFolder(), Name, Environment);
        foreach (var file in Directory.GetFiles(Folder, "profile.db*")) File.Copy(file, Path.Combine(copy.Folder, Path.GetFileName(file)));
        return copy;
    }

    public async Task<IChat> OpenAsync(ClientEnvironment? environment = null)
    {
        var opening = await LocalChat.OpenAsync(Folder, Passphrase, environment ?? Environment, CancellationToken.None);
        Assert.True(opening is ChatOpening.Opened, opening.ToString());
        return Chat = ((ChatOpening.Opened)opening).Chat;
    }

    public async Task CloseAsync()
    {
        if (Chat is not null) await Chat.DisposeAsync();
        Chat = null;
    }

    public Task<SendOutcome> SendAsync(TestClient to, string text) => Chat!.SendAsync(MessageId.New(), Target.Person(to.Name), text, CancellationToken.None).WaitAsync(Patience);

    public Task<RoomAnswer> RoomAsync(RoomRequest request) => Chat!.RoomAsync(request, CancellationToken.None).WaitAsync(Patience);

    /// <summary>Creates a room whose name begins like this and no other test's. Returns the name.</summary>
    public async Task<string> CreateRoomAsync(string prefix, bool isOpen = false)
    {
        var name = NewName(prefix);
        var answer = await RoomAsync(new RoomRequest.Create(name, "", isOpen));
        Assert.True(answer is RoomAnswer.Done, answer.ToString());
        return name;
    }

    public Task<SendOutcome> SendToRoomAsync(string room, string text) => Chat!.SendAsync(MessageId.New(), Target.Room(room), text, CancellationToken.None).WaitAsync(Patience);

    public Task<IReadOnlyList<ChatMessage>> RoomHistoryAsync(string room) => Chat!.HistoryAsync(Target.Room(room), 1000, null, CancellationToken.None);

    /// <summary>Waits until what is known here of a room is as wanted.</summary>
    public async Task<RoomInfo> UntilRoomAsync(string name, Func<RoomInfo, bool> wanted)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            var answer = await RoomAsync(new RoomRequest.Show(name));
            if (answer is RoomAnswer.Shown { Room: var room } && wanted(room)) return room;
            if (patience.IsCancellationRequested) Assert.Fail($"the room stays {answer}");
            await Task.Delay(50, CancellationToken.None);
        }
    }

    /// <summary>Waits for this many messages received after <paramref name="sequence"/>.</summary>
    public async Task<List<ChatMessage>> ReceiveAsync(int count, long sequence = 0)
    {
        using var patience = new CancellationTokenSource(Patience);
        var received = new List<ChatMessage>();
        try
        {
            await foreach (var happening in Chat!.EventsAsync(sequence, patience.Token))
            {
                if (happening is ChatEvent.Received { Message: var message }) received.Add(message);
                if (received.Count == count) return received;
            }
        }
        catch (OperationCanceledException)
        {
            var status = await Chat!.StatusAsync(CancellationToken.None);
            Assert.Fail($"{received.Count} of {count} messages came in time; {status}");
        }

        return received;
    }

    /// <summary>Waits until the state of the connection and of the queues is as wanted.</summary>
    public async Task<ChatStatus> UntilAsync(Func<ChatStatus, bool> wanted)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            var status = await Chat!.StatusAsync(CancellationToken.None);
            if (wanted(status)) return status;
            if (patience.IsCancellationRequested) Assert.Fail($"the state stays {status}");
            await Task.Delay(20, CancellationToken.None);
        }
    }

    public async Task<ChatMessage> UntilAsync(TestClient with, MessageId id, MessageState state)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            var message = (await Chat!.HistoryAsync(Target.Person(with.Name), 1000, null, CancellationToken.None)).FirstOrDefault(one => one.Id == id);
            if (message?.State == state) return message;
            if (patience.IsCancellationRequested) Assert.Fail($"the message stays {message?.State} ({message?.Trouble})");
            await Task.Delay(20, CancellationToken.None);
        }
    }

    /// <summary>Asks again until the answer is as wanted.</summary>
    public async Task<T> UntilAsync<T>(Func<IChat, Task<T>> ask, Func<T, bool> wanted)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            var answer = await ask(Chat!);
            if (wanted(answer)) return answer;
            if (patience.IsCancellationRequested) Assert.Fail($"the answer stays {answer}");
            await Task.Delay(20, CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        Directory.Delete(Folder, recursive: true);
    }
}
