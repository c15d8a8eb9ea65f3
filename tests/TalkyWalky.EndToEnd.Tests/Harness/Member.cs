using System.Text.Json;

namespace TalkyWalky.EndToEnd.Tests.Harness;

/// <summary>A person with a profile, who uses the program talkywalky.</summary>
/// <param name="profile">The folder's name: another one than the person's for another device.</param>
internal sealed class Member(Place place, string name, string profile)
{
    private readonly Dictionary<string, string> _environment = new(StringComparer.Ordinal)
    {
        ["TALKYWALKY_PASSPHRASE_FILE"] = Path.Combine(place.Folder, profile + ".passphrase"),
    };

    public string Name { get; } = name;

    public string Profile { get; } = Path.Combine(place.Folder, profile);

    public string Password => $"correct horse {Name}";

    public async Task RegisterAsync()
    {
        WriteSecret(_environment["TALKYWALKY_PASSPHRASE_FILE"], $"battery staple {Name}");
        (await RunAsync(["register", "--join", place.Join, "--user", Name, "--password-file", "-"], Password + "\n")).Expect(0);
    }

    /// <summary>Enrols this profile as a device of a person who has an account, or goes on with that.</summary>
    public Task<Finished> LoginAsync(params string[] options)
    {
        if (!File.Exists(_environment["TALKYWALKY_PASSPHRASE_FILE"])) WriteSecret(_environment["TALKYWALKY_PASSPHRASE_FILE"], $"battery staple {profile}");
        return RunAsync(["login", "--join", place.Join, "--user", Name, "--password-file", "-", .. options], Password + "\n");
    }

    public Task<Finished> RunAsync(IEnumerable<string> command, string? input = null, int seconds = 90) =>
        Programs.RunAsync(Programs.Client, [.. command, "--profile", Profile], input, _environment, seconds);

    public RunningProgram Start(params string[] command) => place.Started(RunningProgram.Start(Programs.Client, [.. command, "--profile", Profile], _environment));

    public Task<Finished> SendAsync(string to, string text) => RunAsync(["send", "--to", to, "-"], text);

    /// <summary>What listen prints, as JSON objects; fails when fewer than <paramref name="count"/> come.</summary>
    public async Task<IReadOnlyList<JsonElement>> ListenAsync(int count, int seconds = 60) =>
        Parse((await RunAsync(["listen", "--json", "--count", $"{count}", "--timeout", $"{seconds}"], seconds: seconds + 30)).Expect(0).Lines);

    public async Task<IReadOnlyList<JsonElement>> HistoryAsync(string with, int limit = 10_000) =>
        Parse((await RunAsync(["history", "--json", "--with", with, "--limit", $"{limit}"])).Expect(0).Lines);

    public async Task<IReadOnlyList<JsonElement>> RoomHistoryAsync(string room, int limit = 100_000) =>
        Parse((await RunAsync(["history", "--json", "--room", room, "--limit", $"{limit}"], seconds: 300)).Expect(0).Lines);

    /// <summary>One <c>room</c> command that must succeed.</summary>
    public async Task RoomAsync(params string[] command) => (await RunAsync(["room", .. command])).Expect(0);

    /// <summary>Waits until nothing is left to send.</summary>
    public async Task<JsonElement> SettledAsync(int seconds = 60)
    {
        for (var end = DateTime.UtcNow.AddSeconds(seconds); ;)
        {
            var status = Parse((await RunAsync(["status", "--json"])).Expect(0).Lines).Single();
            if (status.GetProperty("outbox").GetInt32() == 0) return status;
            Assert.True(DateTime.UtcNow < end, $"the outbox did not empty: {status}");
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

internal static class Messages
{
    public static string Text(this JsonElement message) => message.GetProperty("text").GetString()!;

    public static string Id(this JsonElement message) => message.GetProperty("id").GetString()!;

    public static string State(this JsonElement message) => message.GetProperty("state").GetString()!;
}
