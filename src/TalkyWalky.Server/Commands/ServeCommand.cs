using System.CommandLine;
using System.Runtime.InteropServices;
using TalkyWalky.Authority;
using TalkyWalky.Engines;
using TalkyWalky.Server.Configuration;
using TalkyWalky.Server.Data;
using TalkyWalky.Server.Hosting;

namespace TalkyWalky.Server.Commands;

internal static class ServeCommand
{
    public static Command Build(CommandContext context)
    {
        var listen = new Option<string?>("--listen") { Description = "where to listen; port 0 takes any free one (default: 127.0.0.1:7443)", HelpName = "HOST:PORT" };
        var host = new Option<string[]>("--host") { Description = "a name or address that others reach this server by; the first one goes into the join link", HelpName = "NAME", AllowMultipleArgumentsPerToken = false };
        var command = new Command("serve", "Run the server until Ctrl-C. Prints one line \"ready https://... join=...\" on standard output, logs on standard error.") { listen, host };
        command.WithExamples(
            "talkywalkyd serve",
            "talkywalkyd serve --data /var/lib/talkywalkyd --listen 0.0.0.0:7443 --host chat.example.org",
            "TALKYWALKYD_REGISTRATION__POLICY=invite talkywalkyd serve --config talkywalkyd.json");
        command.SetAction((parsed, cancellation) => RunAsync(context, parsed, new CommandLineSettings(parsed.GetValue(listen), parsed.GetValue(host) ?? []), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, ParseResult parsed, CommandLineSettings settings, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var interrupt = StopOn(PosixSignal.SIGINT, stop);
        using var terminate = StopOn(PosixSignal.SIGTERM, stop);
        var folder = DataFolder.Create(context.DataPath(parsed));
        var configuration = context.ReadConfiguration(parsed, folder, settings);
        var services = context.CreateServices(configuration.Log.Level);
        using (services.Logs) // writes out what is queued
        {
            try
            {
                await ServeAsync(context.Terminal, folder, configuration, services, stop.Token);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // stopped while starting: what was begun has been undone
            }
            catch (Exception exception) when (exception is not (ServerException or AuthorityException or EngineException or IOException or UnauthorizedAccessException))
            {
                var reference = Unexpected.NewReference();
                HostLog.UnexpectedFailure(services.Log, reference, exception);
                throw new ServerException($"unexpected failure (reference {reference}); the log says why", exception);
            }
        }

        return ExitCode.Done;
    }

    private static async Task ServeAsync(Terminal terminal, DataFolder folder, ServerConfiguration configuration, HostServices services, CancellationToken stop)
    {
        await using (var server = await ChatServer.StartAsync(folder, configuration, services, stop))
        {
            await terminal.Output.WriteLineAsync(server.ReadyLine.AsMemory(), CancellationToken.None);
            await terminal.Output.FlushAsync(CancellationToken.None);
            await Task.Delay(Timeout.InfiniteTimeSpan, services.Time, stop).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            HostLog.Stopping(services.Log);
        }

        HostLog.Stopped(services.Log);
    }

    // The first signal stops cleanly; a second one of the same kind ends the process as the system does.
    private static PosixSignalRegistration StopOn(PosixSignal signal, CancellationTokenSource stop) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = !stop.IsCancellationRequested;
        if (context.Cancel) stop.Cancel();
    });
}
