using Microsoft.Extensions.Logging.Abstractions;
using TalkyWalky.Testing;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Tests;

/// <summary>One person with a profile in a temporary folder.</summary>
internal sealed class TestClient : IAsyncDisposable
{
    public const string Passphrase = "correct horse", Password = "battery staple 9";

    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

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
            var message = (await Chat!.HistoryAsync(Target.Person(with.Name), 10_000, null, CancellationToken.None)).FirstOrDefault(one => one.Id == id);
            if (message?.State == state) return message;
            if (patience.IsCancellationRequested) Assert.Fail($"the message stays {message?.State} ({message?.Trouble})");
            await Task.Delay(20, CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        Directory.Delete(Folder, recursive: true);
    }
}
