using System.Globalization;
using System.Text.Json;
using TalkyWalky.Testing;

namespace TalkyWalky.Harness;

/// <summary>A real PostgreSQL on loopback with a folder of its own, run by deploy/services/postgres.</summary>
public sealed class RealPostgres : IAsyncLifetime
{
    private readonly int _port = Ports.Free();
    private RunningProgram? _server;
    private JsonElement _about;
    private int _databases;

    public string Folder { get; } = Directory.CreateTempSubdirectory("tw-pg-").FullName;

    public string Host => "127.0.0.1";

    public int Port => _port;

    /// <summary>The folder of its Unix socket.</summary>
    public string Socket => About("socket");

    public string CaFile => About("caFile");

    /// <summary>The account of the server, which owns its databases and may do nothing else.</summary>
    public string Username => About("username");

    public string PasswordFile => About("passwordFile");

    public string Password => File.ReadAllText(PasswordFile);

    /// <summary>Somebody who may do everything.</summary>
    public string AdminUsername => About("adminUsername");

    public string AdminPassword => File.ReadAllText(About("adminPasswordFile"));

    private RunningProgram Server => _server ?? throw new InvalidOperationException("PostgreSQL does not run");

    public Task InitializeAsync() => StartAsync();

    public async Task DisposeAsync()
    {
        if (_server is not null) await StopAsync();
        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>Completes when the database answers.</summary>
    public async Task StartAsync()
    {
        File.Delete(Path.Combine(Folder, "about.json"));
        var server = _server = RunningProgram.Start(Path.Combine(Repository.Root, "deploy", "services", "postgres"), ["--dir", Folder, "--port", $"{_port}"]);
        var ended = server.ExitAsync(seconds: 600);
        while (!await AnswersAsync())
        {
            if (ended.IsCompleted) throw new InvalidOperationException($"deploy/services/postgres ended with {await ended}: {server.Errors()}");
            await Task.Delay(50);
        }
    }

    /// <summary>SIGTERM: it ends in order.</summary>
    public async Task StopAsync()
    {
        var exit = await Server.SignalAsync("TERM");
        await EndAsync();
        if (exit != 0) throw new InvalidOperationException($"deploy/services/postgres ended with {exit}");
    }

    /// <summary>As pg_ctl stop -m immediate: connections break, and the next start recovers from the log.</summary>
    public async Task StopAtOnceAsync()
    {
        await SendAsync("QUIT");
        await Server.ExitAsync();
        await EndAsync();
    }

    /// <summary>SIGSTOP to every process of the server: the system accepts connections and nothing answers.</summary>
    public Task PauseAsync() => SendToAllAsync("STOP");

    public Task ResumeAsync() => SendToAllAsync("CONT");

    /// <summary>An empty database of the server's account.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"test{Interlocked.Increment(ref _databases)}");
        await QueryAsync("postgres", $"CREATE DATABASE {name} OWNER {Username}");
        return name;
    }

    public Task DropDatabaseAsync(string name) => QueryAsync("postgres", $"DROP DATABASE {name} WITH (FORCE)");

    /// <summary>Runs one statement as the superuser; the rows' columns are parted by |.</summary>
    public async Task<string> QueryAsync(string database, string sql) =>
        (await PsqlAsync(database, sql)).Expect(0).Output.TrimEnd('\n');

    private Task<Finished> PsqlAsync(string database, string sql) => Programs.RunAsync(
        "psql", ["-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1", "-h", Host, "-p", $"{_port}", "-U", AdminUsername, "-d", database, "-f", "-"], sql,
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["PGPASSWORD"] = AdminPassword, ["PGSSLMODE"] = "verify-full", ["PGSSLROOTCERT"] = CaFile, ["PGCONNECT_TIMEOUT"] = "5",
        });

    private async Task<bool> AnswersAsync()
    {
        var about = Path.Combine(Folder, "about.json");
        if (!File.Exists(about)) return false;
        _about = JsonDocument.Parse(await File.ReadAllTextAsync(about)).RootElement.Clone();
        return (await PsqlAsync("postgres", "SELECT 1")).Exit == 0;
    }

    private async Task EndAsync()
    {
        await Server.DisposeAsync();
        _server = null;
    }

    // The first line of postmaster.pid.
    private string Postmaster => File.ReadLines(About("pidFile")).First();

    private async Task SendAsync(string signal) => (await Programs.RunAsync("kill", [$"-{signal}", Postmaster])).Expect(0);

    private async Task SendToAllAsync(string signal)
    {
        var children = (await Programs.RunAsync("pgrep", ["-P", Postmaster])).Expect(0).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        (await Programs.RunAsync("kill", [$"-{signal}", Postmaster, .. children])).Expect(0);
    }

    private string About(string name) => _about.GetProperty(name).GetString()!;
}
