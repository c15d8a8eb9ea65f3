using System.Text;
using System.Text.Json;
using TalkyWalky.Cli.Terminals;
using TalkyWalky.Client;
using TalkyWalky.Client.Agent;
using TalkyWalky.Client.Tests.Agent;
using TalkyWalky.Testing;

namespace TalkyWalky.Cli.Tests;

/// <summary>Runs the command line in this process, over a profile in memory.</summary>
internal sealed class TestRun : IProfiles, IDisposable
{
    private readonly TempFolder _home = new();

    public TestRun() => Directory.CreateDirectory(Profile);

    public MemoryChat Chat { get; } = new();

    public Dictionary<string, string> Variables { get; } = [];

    public string Profile => _home["profile"];

    public string Home => _home.Path;

    public bool HasAProfile { get; set; } = true;

    public Func<Registration, EnrolOutcome> Enrol { get; set; } = static _ => new EnrolOutcome.Refused("not set up");

    public string? Passphrase { get; private set; }

    public Registration? Registration { get; private set; }

    public TextWriter? Out { get; set; }

    /// <summary>A person sits there and can be asked; the answers are the input.</summary>
    public bool CanAsk { get; set; }

    public TimeZoneInfo Zone { get; set; } = TimeZoneInfo.Utc;

    public void Dispose() => _home.Dispose();

    public Task<Ran> RunAsync(params string[] arguments) => RunAsync("", arguments);

    public async Task<Ran> RunAsync(string input, string[] arguments, CancellationToken cancellation = default)
    {
        using var bytes = new MemoryStream(Encoding.UTF8.GetBytes(input));
        return await RunAsync(bytes.ReadAsync, arguments, cancellation);
    }

    public async Task<Ran> RunAsync(ByteSource input, string[] arguments, CancellationToken cancellation = default)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var terminal = new Terminal(input, Out ?? output, error, CanAsk, false, CanAsk, Zone);
        var host = new CliHost(terminal, name => name == "HOME" ? Home : Variables.GetValueOrDefault(name), TimeProvider.System, this);
        // pki needs no profile, and its --profile is something else.
        string[] all = arguments is ["pki", ..] ? arguments : [.. arguments, "--profile", Profile];
        var code = await CommandLineRun.RunAsync(all, host, cancellation);
        return new Ran(code, output.ToString(), error.ToString());
    }

    public bool Has(string profile) => HasAProfile;

    public Task<ChatOpening> OpenAsync(string profile, PassphraseSource passphrase, ClientEnvironment environment, CancellationToken cancellation) =>
        Task.FromResult<ChatOpening>(new ChatOpening.Opened(Chat));

    public Task<EnrolOutcome> RegisterAsync(
        string profile, string passphrase, Registration registration, IProgress<EnrolmentStep> progress, ClientEnvironment environment, CancellationToken cancellation)
    {
        progress.Report(EnrolmentStep.MakingKeys);
        (Passphrase, Registration) = (passphrase, registration);
        return Task.FromResult(Enrol(registration));
    }

    public Task<EnrolOutcome> EnrolAsync(
        string profile, string passphrase, Registration registration, IProgress<EnrolmentStep> progress, ClientEnvironment environment, CancellationToken cancellation) =>
        RegisterAsync(profile, passphrase, registration, progress, environment, cancellation);
}

internal sealed record Ran(int Code, string Output, string Error)
{
    public IReadOnlyList<JsonElement> Objects => [.. Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => JsonDocument.Parse(line).RootElement)];

    public string ErrorCode => Objects[^1].GetProperty("error").GetProperty("code").GetString()!;
}
