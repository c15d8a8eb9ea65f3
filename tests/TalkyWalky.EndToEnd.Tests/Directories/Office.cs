using System.Diagnostics;
using System.Text.Json.Nodes;
using TalkyWalky.Harness;

namespace TalkyWalky.EndToEnd.Tests.Directories;

/// <summary>A server without people: those of the tests are in a real directory.</summary>
public sealed class Nobody : Organisation
{
    protected override IReadOnlyList<string> Names => [];
}

[CollectionDefinition(Name)]
public sealed class RealDirectories : ICollectionFixture<Nobody>
{
    public const string Name = "real directories";
}

/// <summary>A server whose people are those of a real directory.</summary>
internal sealed class Office : IAsyncDisposable
{
    private readonly RealDirectory _directory;
    private readonly Place _place;

    private Office(RealDirectory directory, Place place) => (_directory, _place) = (directory, place);

    public RunningProgram Server { get; private set; } = null!;

    public string Join
    {
        get => _place.Join;
        set => _place.Join = value;
    }

    /// <param name="settings">Further keys of the section "directory".</param>
    public static async Task<Office> OpenAsync(Nobody organisation, RealDirectory directory, JsonObject? settings, string registration)
    {
        var place = await organisation.CopyAsync();
        var section = new JsonObject
        {
            ["type"] = directory is Slapd ? "openldap" : "active-directory",
            ["servers"] = new JsonArray(directory.Ldaps.OriginalString),
            ["caFile"] = directory.CaFile,
            ["bindDn"] = directory.BindDn,
            ["passwordFile"] = directory.PasswordFile,
            ["base"] = directory.Base,
        };
        foreach (var (key, value) in settings ?? []) section[key] = value?.DeepClone();
        await File.WriteAllTextAsync(Path.Combine(place.Data, "talkywalkyd.json"), new JsonObject { ["directory"] = section, ["registration"] = new JsonObject { ["policy"] = registration } }.ToJsonString());
        var office = new Office(directory, place);
        office.Server = await place.StartServerAsync();
        return office;
    }

    /// <summary>Somebody whom the directory has.</summary>
    public Member Known(string name) => new(_place, name, name) { Password = _directory.PasswordOf(name) };

    /// <summary>Somebody with a password that any directory takes.</summary>
    public Member Stranger(string name, string? profile = null) => new(_place, name, profile ?? name) { Password = "Correct-horse-7-battery" };

    /// <summary>Logs in for the first time, and listens.</summary>
    public async Task<RunningProgram> EnterAsync(Member member)
    {
        (await member.LoginAsync()).Expect(0);
        return await ListenAsync(member);
    }

    public async Task<RunningProgram> ListenAsync(Member member)
    {
        var program = member.Start("listen", "--json", "--timeout", "600");
        // Before that, the profile would belong to the program that asks for the status, which is gone in a moment.
        await UntilAsync(() => Task.FromResult(File.Exists(Path.Combine(member.Profile, "listen.position"))), $"{member.Name} does not listen");
        await UntilAsync(async () => (await member.RunAsync(["status"])).Output.Contains("online", StringComparison.Ordinal), $"{member.Name} is not online");
        return program;
    }

    /// <summary>Seconds until the session of this person is closed with that reason.</summary>
    public async Task<double> UntilClosedAsync(string user, string reason)
    {
        var watch = Stopwatch.StartNew();
        await Server.ErrorLineAsync(line => line.Contains(user, StringComparison.Ordinal) && line.Contains($"disconnected: {reason}", StringComparison.Ordinal));
        return watch.Elapsed.TotalSeconds;
    }

    public Task<Finished> AdminAsync(params string[] command) => AdminAsync(command, input: null);

    public Task<Finished> AdminAsync(string[] command, string? input) => Programs.RunAsync(Programs.Server, [.. command, "--data", _place.Data], input);

    public async Task<string> UserAsync(string name) =>
        Member.Parse((await AdminAsync("user", "list", "--json")).Expect(0).Lines).Single(user => user.GetProperty("username").GetString() == name).GetProperty("user").GetString()!;

    public async Task<string> ReadyAsync() => (await Programs.RunAsync("curl", ["-sk", $"https://127.0.0.1:{_place.Port}/health/ready"])).Expect(0).Output;

    public ValueTask DisposeAsync() => _place.DisposeAsync();

    public static async Task UntilAsync(Func<Task<bool>> condition, string otherwise, int seconds = 60)
    {
        for (var watch = Stopwatch.StartNew(); !await condition();)
        {
            Assert.True(watch.Elapsed.TotalSeconds < seconds, otherwise);
            await Task.Delay(50);
        }
    }
}
