using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using TalkyWalky.Cli.Terminals;
using TalkyWalky.Client;
using TalkyWalky.Client.Agent;
using TalkyWalky.Pki;

namespace TalkyWalky.Cli;

/// <summary>The world around one run of the program.</summary>
/// <param name="Variable">An environment variable, null when unset.</param>
internal sealed record CliHost(Terminal Terminal, Func<string, string?> Variable, TimeProvider Time, IProfiles Profiles)
{
    public ClientEnvironment Environment(bool verbose) => new(Time, GeneratedKeys.Instance, verbose ? LogsOnStandardError() : NullLoggerFactory.Instance);

    private static ILoggerFactory LogsOnStandardError() => LoggerFactory.Create(static logging => logging
        .SetMinimumLevel(LogLevel.Debug)
        .AddSimpleConsole(static line => line.SingleLine = true)
        .Services.Configure<ConsoleLoggerOptions>(static options => options.LogToStandardErrorThreshold = LogLevel.Trace));
}
