using System.Diagnostics;
using TalkyWalky.Load.Measuring;
using TalkyWalky.Load.Peers;
using TalkyWalky.Testing;

namespace TalkyWalky.Load.Workloads;

/// <summary>
/// The programs of dist/ with all cores: the client opens a profile and prints its conversations, until it ends; the server on a folder with an account, until it says that it
/// is ready.
/// </summary>
internal sealed class StartWorkload : IAlone, IDisposable
{
    public const string Client = "start, client", Server = "start, server";

    private const int Starts = 5;

    private readonly Lazy<TempFolder> _folder = new();
    private bool _isMade;

    public string Name => "start";

    public string Description => $"the built programs, {Starts} starts of each";

    public IReadOnlyList<string> Rows { get; } = [Client, Server];

    public TimeSpan Guess => TimeSpan.FromSeconds(20);

    public string? Missing
    {
        get
        {
            try
            {
                return BuiltPrograms.Server.Length + BuiltPrograms.Client.Length > 0 ? null : "";
            }
            catch (TypeInitializationException missing) when (missing.InnerException is InvalidOperationException { Message: var why })
            {
                return why;
            }
        }
    }

    public async Task<IReadOnlyList<Measured>> RunAsync(CancellationToken cancellation)
    {
        if (!_isMade) await MakeAsync(cancellation);
        _isMade = true;
        return
        [
            await MeasureAsync(Client, () => RunClientAsync(cancellation, "conversations")),
            await MeasureAsync(Server, async () =>
            {
                var clock = Stopwatch.StartNew();
                await using var server = StartServer();
                await server.ReadyAsync(cancellation);
                return clock.Elapsed;
            }),
        ];
    }

    public void Dispose()
    {
        if (_folder.IsValueCreated) _folder.Value.Dispose();
    }

    private static async Task<Measured> MeasureAsync(string row, Func<Task<TimeSpan>> start)
    {
        await start(); // its files are in memory from now on
        var (meter, taken) = (Meter.Start(server: null), new List<double>());
        for (var i = 0; i < Starts; i++) taken.Add((await start()).TotalSeconds);
        return new Measured(row, meter.Read(), (Figure.Seconds, taken.Order().ElementAt(Starts / 2)));
    }

    private async Task MakeAsync(CancellationToken cancellation)
    {
        await File.WriteAllTextAsync(_folder.Value["password"], "a password for the bench\n", cancellation);
        await using var server = StartServer();
        var join = (await server.ReadyAsync(cancellation)).Split("join=")[1];
        await RunClientAsync(cancellation, "register", "--join", join, "--user", "alice", "--password-file", _folder.Value["password"]);
    }

    private ServerChild StartServer() =>
        ServerChild.Start(BuiltPrograms.Server, ["serve", "--data", _folder.Value["server"], "--listen", "127.0.0.1:0"], Cores.All, endsByTerm: true);

    private async Task<TimeSpan> RunClientAsync(CancellationToken cancellation, params IEnumerable<string> arguments)
    {
        var clock = Stopwatch.StartNew();
        await using var client = ServerChild.Start(BuiltPrograms.Client, [.. arguments, "--profile", _folder.Value["profile"]], Cores.All);
        await client.EndAsync(cancellation);
        return clock.Elapsed;
    }
}
