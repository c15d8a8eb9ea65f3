using System.Text.Json;

namespace TalkyWalky.Harness;

/// <summary>A person with a profile, who uses the program talkywalky.</summary>
/// <param name="profile">The folder's name: another one than the person's for another device.</param>
public sealed class Member(Place place, string name, string profile)
{
    private const string PassphraseFile = "TALKYWALKY_PASSPHRASE_FILE";

    // Each question is a program: what is asked about needs the processor too.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    public string Name { get; } = name;

    public string Profile { get; } = Path.Combine(place.Folder, profile);

    /// <summary>Variables of the programs that this person runs.</summary>
    public Dictionary<string, string> Environment { get; } = new(StringComparer.Ordinal) { [PassphraseFile] = Path.Combine(place.Folder, profile + ".passphrase") };

    public string Password { get; init; } = $"correct horse {name}";

    public async Task RegisterAsync() => (await TryRegisterAsync(Password)).Expect(0);

    public Task<Finished> TryRegisterAsync(string password)
    {
        WriteSecret(Environment[PassphraseFile], $"battery staple {Name}");
        return RunAsync(["register", "--join", place.Join, "--user", Name, "--password-file", "-"], password + "\n");
    }

    /// <summary>Enrols this profile as a device of a person who has an account, or goes on with that.</summary>
    public Task<Finished> LoginAsync(params string[] options)
    {
        if (!File.Exists(Environment[PassphraseFile])) WriteSecret(Environment[PassphraseFile], $"battery staple {profile}");
        return RunAsync(["login", "--join", place.Join, "--user", Name, "--password-file", "-", .. options], Password + "\n");
    }

    public Task<Finished> RunAsync(IEnumerable<string> command, string? input = null, int seconds = Programs.Patience) =>
        Programs.RunAsync(Programs.Client, [.. command, "--profile", Profile], input, Environment, seconds);

    public RunningProgram Start(params string[] command) => place.Started(RunningProgram.Start(Programs.Client, [.. command, "--profile", Profile], Environment));

    public Task<Finished> SendAsync(string to, string text) => RunAsync(["send", "--to", to, "-"], text);

    /// <summary>What listen prints, as JSON objects; fails when fewer than <paramref name="count"/> come.</summary>
    public async Task<IReadOnlyList<JsonElement>> ListenAsync(int count) =>
        Parse((await RunAsync(["listen", "--json", "--count", $"{count}", "--timeout", $"{Programs.Patience}"], seconds: Programs.Patience + 60)).Expect(0).Lines);

    public async Task<IReadOnlyList<JsonElement>> HistoryAsync(string with, int limit = 10_000) =>
        Parse((await RunAsync(["history", "--json", "--with", with, "--limit", $"{limit}"])).Expect(0).Lines);

    public async Task<IReadOnlyList<JsonElement>> RoomHistoryAsync(string room, int limit = 100_000) =>
        Parse((await RunAsync(["history", "--json", "--room", room, "--limit", $"{limit}"])).Expect(0).Lines);

    /// <summary>One <c>room</c> command that must succeed.</summary>
    public async Task RoomAsync(params string[] command) => (await RunAsync(["room", .. command])).Expect(0);

    /// <summary>Waits until nothing is left to send.</summary>
    public Task<JsonElement> SettledAsync() => UntilAsync(
        async () => Parse((await RunAsync(["status", "--json"])).Expect(0).Lines).Single(), static status => status.GetProperty("outbox").GetInt32() == 0);

    /// <summary>Asks again until the answer is as wanted.</summary>
    public async Task<T> UntilAsync<T>(Func<Task<T>> ask, Func<T, bool> wanted)
    {
        for (var end = DateTime.UtcNow.AddSeconds(Programs.Patience); ; await Task.Delay(Pause))
        {
            var answer = await ask();
            if (wanted(answer)) return answer;
            Assert.True(DateTime.UtcNow < end, $"{Path.GetFileName(Profile)} still has {answer}");
        }
    }

    public static IReadOnlyList<JsonElement> Parse(IEnumerable<string> lines) => lines.Select(line => JsonDocument.Parse(line).RootElement).ToList();

    public static void WriteSecret(string file, string secret)
    {
        using var stream = new FileStream(file, new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        using var writer = new StreamWriter(stream);
        writer.Write(secret);
    }
}

public static class Messages
{
    public static string Text(this JsonElement message) => message.GetProperty("text").GetString()!;

    public static string Id(this JsonElement message) => message.GetProperty("id").GetString()!;

    public static string State(this JsonElement message) => message.GetProperty("state").GetString()!;
}
