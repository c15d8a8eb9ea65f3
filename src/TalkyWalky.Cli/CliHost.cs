using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using TalkyWalky.Cli.Terminals;
using TalkyWalky.Client;
using TalkyWalky.Client.Agent;
using TalkyWalky.Pki;

namespace TalkyWalky.Cli;

/// <summary>What commands ask of the client engine; tests put an engine in memory behind it.</summary>
internal interface IEngine
{
    bool HasProfile(string profile);

    Task<ChatOpening> OpenAsync(string profile, PassphraseSource passphrase, ClientEnvironment environment, CancellationToken cancellation);

    Task<EnrolOutcome> RegisterAsync(
        string profile, string passphrase, Registration registration, IProgress<EnrolmentStep> progress, ClientEnvironment environment, CancellationToken cancellation);

    Task<EnrolOutcome> EnrolAsync(
        string profile, string passphrase, Registration registration, IProgress<EnrolmentStep> progress, ClientEnvironment environment, CancellationToken cancellation);
}

internal sealed class Engine : IEngine
{
    public bool HasProfile(string profile) => ProfileChat.Exists(profile);

    public Task<ChatOpening> OpenAsync(string profile, PassphraseSource passphrase, ClientEnvironment environment, CancellationToken cancellation) =>
        ProfileChat.OpenAsync(profile, passphrase, environment, cancellation);

    public Task<EnrolOutcome> RegisterAsync(
        string profile, string passphrase, Registration registration, IProgress<EnrolmentStep> progress, ClientEnvironment environment, CancellationToken cancellation) =>
        Enrolment.RegisterAsync(profile, passphrase, registration, progress, environment, cancellation);

    public Task<EnrolOutcome> EnrolAsync(
        string profile, string passphrase, Registration registration, IProgress<EnrolmentStep> progress, ClientEnvironment environment, CancellationToken cancellation) =>
        Enrolment.EnrolAsync(profile, passphrase, registration, progress, environment, cancellation);
}

/// <summary>The world around one run of the program.</summary>
/// <param name="Variable">An environment variable, null when unset.</param>
internal sealed record CliHost(Terminal Terminal, Func<string, string?> Variable, TimeProvider Time, IEngine Engine)
{
    public ClientEnvironment Environment(bool verbose) => new(Time, GeneratedKeys.Instance, verbose ? LogsOnStandardError() : NullLoggerFactory.Instance);

    private static ILoggerFactory LogsOnStandardError() => LoggerFactory.Create(static logging => logging
        .SetMinimumLevel(LogLevel.Debug)
        .AddSimpleConsole(static line => line.SingleLine = true)
        .Services.Configure<ConsoleLoggerOptions>(static options => options.LogToStandardErrorThreshold = LogLevel.Trace));
}
