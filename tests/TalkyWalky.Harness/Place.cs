namespace TalkyWalky.Harness;

/// <summary>A folder with a server's data and people's profiles, and what runs on it.</summary>
public sealed class Place(string folder, int port) : IAsyncDisposable
{
    private readonly List<RunningProgram> _running = [];

    public string Data { get; } = Path.Combine(folder, "server");

    public string Folder { get; } = folder;

    public int Port { get; } = port;

    public string Join { get; set; } = "";

    public Member Member(string name) => new(this, name, name);

    public Member Member(string name, string profile) => new(this, name, profile);

    /// <summary>Somebody without a profile yet, who chooses in the app what unlocks it.</summary>
    public Member Newcomer(string name, string profile)
    {
        var member = Member(name, profile);
        member.Environment.Clear();
        member.Environment["XDG_CONFIG_HOME"] = Path.Combine(Folder, "config");
        return member;
    }

    public async Task<RunningProgram> StartServerAsync()
    {
        var server = Started(RunningProgram.Start(Programs.Server, ["serve", "--data", Data, "--listen", $"127.0.0.1:{Port}"]));
        var ready = await server.LineAsync(_ => true);
        Assert.StartsWith($"ready https://127.0.0.1:{Port} join=talkywalky://127.0.0.1:{Port}/join#root=", ready, StringComparison.Ordinal);
        Join = ready[(ready.IndexOf("join=", StringComparison.Ordinal) + 5)..];
        return server;
    }

    public RunningProgram Started(RunningProgram program)
    {
        _running.Add(program);
        return program;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var program in _running) await program.DisposeAsync();
    }
}
