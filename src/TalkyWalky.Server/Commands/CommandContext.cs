using System.Collections;
using System.CommandLine;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using TalkyWalky.Pki;
using TalkyWalky.Server.Configuration;
using TalkyWalky.Server.Data;

namespace TalkyWalky.Server.Commands;

/// <summary>What every command has at hand, and the options that all of them share.</summary>
internal sealed class CommandContext(Terminal terminal, TimeProvider time)
{
    public Terminal Terminal { get; } = terminal;

    public TimeProvider Time { get; } = time;

    public Option<string?> Data { get; } = new("--data") { Description = $"the server's folder (default: {DataFolder.DefaultPath})", HelpName = "DIR", Recursive = true };

    public Option<string?> Config { get; } = new("--config") { Description = "the configuration (default: DATA/talkywalkyd.json, where it exists)", HelpName = "FILE", Recursive = true };

    public Option<bool> Verbose { get; } = new("--verbose") { Description = "show the trace of an unexpected failure", Recursive = true };

    public string DataPath(ParseResult parsed) => parsed.GetValue(Data) is { Length: > 0 } path ? path : DataFolder.DefaultPath;

    public ServerConfiguration ReadConfiguration(ParseResult parsed, DataFolder folder, CommandLineSettings commandLine)
    {
        var file = parsed.GetValue(Config) ?? (File.Exists(folder.Configuration) ? folder.Configuration : null);
        var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(static pair => (string)pair.Key, static pair => (string?)pair.Value ?? "", StringComparer.Ordinal);
        return ConfigurationReader.Read(file, environment, commandLine) switch
        {
            ConfigurationOutcome.Valid valid => valid.Configuration,
            ConfigurationOutcome.Invalid invalid => throw ServerException.Usage(invalid.Error),
            _ => throw new InvalidOperationException("an outcome is valid or invalid"),
        };
    }

    /// <summary>Logs go to standard error, one line each; standard output is for results alone.</summary>
    public HostServices CreateServices(LogLevel level) => new(Time, GeneratedKeys.Instance, LoggerFactory.Create(logging => logging
        .SetMinimumLevel(level)
        .AddFilter("Microsoft", level < LogLevel.Information ? level : LogLevel.Warning)
        .AddSimpleConsole(static format =>
        {
            format.SingleLine = true;
            format.UseUtcTimestamp = true;
            format.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
            format.ColorBehavior = LoggerColorBehavior.Disabled;
        })
        .AddConsole(static console => console.LogToStandardErrorThreshold = LogLevel.Trace)));
}
