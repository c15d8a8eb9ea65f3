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
        var roles = new Option<string?>("--roles") { Description = "what this process is: gateway, authority, or both (default: gateway,authority)", HelpName = "ROLES" };
        var command = new Command("serve", "Run the server until Ctrl-C. Prints one line \"ready https://... join=...\" on standard output, logs on standard error.") { listen, host, roles };
        command.WithExamples(
            "talkywalkyd serve",
            "talkywalkyd serve --data /var/lib/talkywalkyd --listen 0.0.0.0:7443 --host chat.example.org",
            "talkywalkyd serve --roles gateway --config gateway.json --data /var/lib/talkywalkyd-gateway",
            "TALKYWALKYD_REGISTRATION__POLICY=invite talkywalkyd serve --config talkywalkyd.json");
        command.SetAction((parsed, cancellation) => RunAsync(context, parsed, new CommandLineSettings(parsed.GetValue(listen), parsed.GetValue(host) ?? [], parsed.GetValue(roles)), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, ParseResult parsed, CommandLineSettings settings, CancellationToken cancellation)
    {
        using var stop = new StopSignal(context.Time, cancellation);
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
            catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
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
            await Task.Delay(Timeout.InfiniteTimeSpan, services.Time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // until stopped
            HostLog.Stopping(services.Log);
        }

        HostLog.Stopped(services.Log);
    }

    // One Ctrl-C may arrive more than once: from the terminal and again from the script that started the server. A later one is a person who waits
    // no longer, and ends the process as the system does.
    private static PosixSignalRegistration StopOn(PosixSignal signal, StopSignal stop) => PosixSignalRegistration.Create(signal, context => context.Cancel = stop.Request());

    private sealed class StopSignal(TimeProvider time, CancellationToken cancellation) : IDisposable
    {
        private static readonly TimeSpan SameRequest = TimeSpan.FromSeconds(3);

        private readonly CancellationTokenSource _source = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        private long _first;

        public CancellationToken Token => _source.Token;

        /// <summary>True when the server stops by itself.</summary>
        public bool Request()
        {
            var now = time.GetTimestamp();
            if (Interlocked.CompareExchange(ref _first, now, 0) is not 0 and var first) return time.GetElapsedTime(first, now) < SameRequest;
            _source.Cancel();
            return true;
        }

        public void Dispose() => _source.Dispose();
    }
}
