using System.CommandLine;
using System.CommandLine.Invocation;
using System.Runtime.InteropServices;
using TalkyWalky.Cli.Commands;
using TalkyWalky.Cli.Output;
using TalkyWalky.Client;

namespace TalkyWalky.Cli;

/// <summary>One run of the program: parse, act, and turn everything that can happen into a sentence and an exit code.</summary>
internal static class CommandLineRun
{
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, CliHost host)
    {
        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => Stop(signal, stop));
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Stop(signal, stop));
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal => Stop(signal, stop));
        return await RunAsync(arguments, host, stop.Token);
    }

    internal static async Task<int> RunAsync(IReadOnlyList<string> arguments, CliHost host, CancellationToken cancellation)
    {
        // "@file" in a message is text, never a file to read arguments from.
        var parse = TalkyWalkyCommand.Create(host).Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null, EnablePosixBundling = false });
        var reply = new Reply(host.Terminal, arguments.Contains("--json", StringComparer.Ordinal));
        try
        {
            if (parse.Action is ParseErrorAction) return await UsageAsync(parse, reply);
            var configuration = new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null, Output = host.Terminal.Out, Error = host.Terminal.Error,
            };
            return await parse.InvokeAsync(configuration, cancellation);
        }
        catch (OutputClosedException)
        {
            return ExitCode.Done; // as `head` expects of what it reads from
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Interrupted;
        }
        catch (NotLoggedInException locked)
        {
            return await reply.FailAsync(ExitCode.NotLoggedIn, $"{locked.Message} (run: talkywalky login)");
        }
        catch (Exception unexpected)
        {
            return await UnexpectedAsync(unexpected, parse, host, reply);
        }
    }

    private static void Stop(PosixSignalContext signal, CancellationTokenSource stop)
    {
        // The second signal ends the program at once.
        if (stop.IsCancellationRequested) return;
        signal.Cancel = true;
        stop.Cancel();
    }

    private static async Task<int> UsageAsync(ParseResult parse, Reply reply)
    {
        var command = string.Join(' ', Path(parse.CommandResult.Command));
        // An unknown word also counts as a missing command; the word is what helps.
        var errors = parse.Errors.Count > 1 ? parse.Errors.Where(static error => !error.Message.StartsWith("Required command", StringComparison.Ordinal)) : parse.Errors;
        var mistakes = string.Join(" ", errors.Select(static error => error.Message.TrimEnd('.') + "."));
        return await reply.FailAsync(ExitCode.Usage, $"{mistakes} See: {command} --help");
    }

    private static IEnumerable<string> Path(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? Path(parent).Append(command.Name) : ["talkywalky"];

    private static async Task<int> UnexpectedAsync(Exception unexpected, ParseResult parse, CliHost host, Reply reply)
    {
        if (parse.GetValue(CommonOptions.Verbose) || string.Equals(host.Variable("TALKYWALKY_DEBUG"), "1", StringComparison.Ordinal))
            await reply.NoteAsync(unexpected.ToString());
        try
        {
            return await reply.FailAsync(ExitCode.Failed, Failures.Describe(unexpected));
        }
        catch (OutputClosedException)
        {
            return ExitCode.Failed;
        }
    }
}
