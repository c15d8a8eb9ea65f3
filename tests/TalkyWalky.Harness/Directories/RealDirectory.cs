using System.Text.Json;
using TalkyWalky.Testing;

namespace TalkyWalky.Harness;

/// <summary>A real directory server on loopback with a folder of its own, run by a script of deploy/services.</summary>
public abstract class RealDirectory : IAsyncLifetime
{
    private RunningProgram? _server;
    private JsonElement _about;

    public string Folder { get; } = Directory.CreateTempSubdirectory("tw-directory-").FullName;

    public Uri Ldap => new(About("ldap"));

    public Uri Ldaps => new(About("ldaps"));

    public string Base => About("base");

    /// <summary>The DN of a group that holds dora and, through groups in it, ada and bob, but not carol.</summary>
    public string Group => About("group");

    public string CaFile => About("caFile");

    /// <summary>The service account, which has the rights that TalkyWalky needs and no more.</summary>
    public string BindDn => About("bindDn");

    public string PasswordFile => About("passwordFile");

    public string Password => File.ReadAllText(PasswordFile);

    /// <summary>Somebody who may do everything.</summary>
    public string AdminDn => About("adminDn");

    public string AdminPasswordFile => About("adminPasswordFile");

    public int Pid => Server.Pid;

    protected RunningProgram Server => _server ?? throw new InvalidOperationException("the directory does not run");

    public string PasswordOf(string person) => File.ReadAllText(Path.Combine(Folder, $"{person}.password"));

    public virtual Task InitializeAsync() => StartAsync();

    public async Task DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>Completes when the server answers.</summary>
    public async Task StartAsync()
    {
        var since = DateTime.UtcNow;
        var server = _server = RunningProgram.Start(Path.Combine(Repository.Root, "deploy", "services", Script), ["--dir", Folder, .. Place]);
        var ended = server.ExitAsync(seconds: 300);
        while (!await AnswersAsync(since))
        {
            if (ended.IsCompleted) throw new InvalidOperationException($"deploy/services/{Script} ended with {await ended}: {server.Errors()}");
            await Task.Delay(100);
        }
    }

    /// <summary>SIGTERM: it ends in order.</summary>
    public async Task StopAsync()
    {
        await Server.SignalAsync("TERM");
        await Server.DisposeAsync();
        _server = null;
    }

    /// <summary>SIGKILL: nothing in it gets to run any more, and connections break.</summary>
    public async Task KillAsync()
    {
        await Server.CrashAsync();
        await Server.DisposeAsync();
        _server = null;
    }

    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    /// <summary>SIGSTOP: connections are accepted by the system and nothing answers.</summary>
    public Task PauseAsync() => SendAsync("STOP");

    public Task ResumeAsync() => SendAsync("CONT");

    /// <summary>Changes entries as the administrator.</summary>
    /// <param name="ldif">RFC 2849; a record without a changetype is added.</param>
    public async Task ModifyAsync(string ldif) => (await ToolAsync("ldapmodify", ["-a"], ldif)).Expect(0);

    /// <summary>LDIF of what the administrator sees, a line for each value.</summary>
    public async Task<string> SearchAsync(string filter, params string[] attributes) =>
        (await ToolAsync("ldapsearch", ["-LLL", "-o", "ldif-wrap=no", "-b", Base, filter, .. attributes])).Expect(0).Output;

    /// <summary>Runs one of OpenLDAP's tools against this server, bound as the administrator over TLS.</summary>
    public Task<Finished> ToolAsync(string tool, IEnumerable<string> arguments, string? input = null) =>
        RunAsync(tool, ["-x", "-H", Ldaps.OriginalString, "-D", AdminDn, "-y", AdminPasswordFile, .. arguments], input);

    protected abstract string Script { get; }

    /// <summary>The options that say where it listens.</summary>
    protected abstract IReadOnlyList<string> Place { get; }

    private async Task<bool> AnswersAsync(DateTime since)
    {
        var about = Path.Combine(Folder, "about.json");
        if (!File.Exists(about) || File.GetLastWriteTimeUtc(about) < since) return false; // what an earlier server wrote, or the one whose folder was copied
        _about = JsonDocument.Parse(await File.ReadAllTextAsync(about)).RootElement.Clone();
        return (await RunAsync("ldapsearch", ["-x", "-LLL", "-o", "nettimeout=5", "-H", Ldaps.OriginalString, "-s", "base", "-b", "", "1.1"])).Exit == 0;
    }

    private Task<Finished> RunAsync(string tool, IEnumerable<string> arguments, string? input = null) =>
        Programs.RunAsync(tool, arguments, input, new Dictionary<string, string>(StringComparer.Ordinal) { ["LDAPTLS_CACERT"] = CaFile });

    private async Task SendAsync(string signal) => (await Programs.RunAsync("kill", [$"-{signal}", $"{Pid}"])).Expect(0);

    private string About(string name) => _about.GetProperty(name).GetString()!;
}
