using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using TalkyWalky.Engines.RabbitMq.Connections;

namespace TalkyWalky.Engines.RabbitMq.Diagnosis;

/// <summary>Looks at RabbitMQ step by step, as the server would use it, and leaves nothing there. What depends on a step that is bad is skipped.</summary>
public sealed class RabbitDoctor(RabbitOptions options)
{
    private const string Rights = "Let the user configure, write and read what matches ^tw1\\. in that virtual host (rabbitmqctl set_permissions).";

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);
    private static readonly Version Oldest = new(3, 10);

    public async Task<IReadOnlyList<Finding>> ExamineAsync(CancellationToken cancellation)
    {
        List<Finding> findings = [];
        var isInside = false;
        foreach (var server in options.Servers)
        {
            var connection = await ReachAsync(server, findings, cancellation);
            if (connection is null) continue;
            if (!isInside) findings.AddRange(await InsideAsync(server, connection, cancellation));
            isInside = true;
            await connection.AbortAsync(Constants.ReplySuccess, "goodbye", ConnectTimeout);
            await connection.DisposeAsync();
        }

        return isInside ? findings : [.. findings, .. Skipped("version", "rights", "alarm", "probe")];
    }

    private async Task<IConnection?> ReachAsync(Uri server, List<Finding> findings, CancellationToken cancellation)
    {
        var address = $"{server.Scheme}://{server.Host}:{RabbitOptions.PortOf(server)}";
        if (await ListenAsync(server, address, cancellation) is { } silent)
        {
            findings.AddRange([silent, .. Skipped("TLS", "log in")]);
            return null;
        }

        findings.Add(new Finding("connect", Verdict.Good, address, null));
        IConnection? connection = null;
        try
        {
            connection = await new Connector(options).ConnectAsync(server, "doctor", cancellation);
            // RabbitMQ.Client 7.1 does not wait for the answer to connection.open, in which a virtual host is refused; the first channel does.
            await (await connection.CreateChannelAsync(cancellationToken: cancellation)).DisposeAsync();
            findings.AddRange([Tls(server), new Finding("log in", Verdict.Good, $"{options.Username ?? "by certificate"}, virtual host {options.VirtualHost}", null)]);
            return connection;
        }
        catch (EngineException e)
        {
            findings.AddRange([new Finding("TLS", Verdict.Bad, e.Message, "Check broker.caFile, broker.certificateFile and broker.keyFile."), .. Skipped("log in")]);
        }
        catch (Exception e) when (Failures.IsFailure(e) && !cancellation.IsCancellationRequested)
        {
            findings.AddRange(IsOfTls(e)
                ? [new Finding("TLS", Verdict.Bad, Failures.Describe(e), "Put the CA that the broker's certificate ends in into broker.caFile, and name the server as its certificate does."), .. Skipped("log in")]
                : [Tls(server), LogIn(e)]);
        }

        if (connection is not null) await connection.DisposeAsync();
        return null;
    }

    private static async Task<Finding?> ListenAsync(Uri server, string address, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(ConnectTimeout);
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(server.Host, RabbitOptions.PortOf(server), limit.Token);
            return null;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain)
        {
            return new("connect", Verdict.Bad, $"{address}: the name {server.Host} is not known here", "Check the name in broker.servers and this machine's DNS.");
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            return new("connect", Verdict.Bad, $"{address}: nobody listens there", "Start RabbitMQ, or check host and port in broker.servers.");
        }
        catch (Exception e) when (e is SocketException || e is OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            return new("connect", Verdict.Bad, $"{address}: no answer ({e.Message})", "See whether the machine is up, and whether a firewall is between.");
        }
    }

    private static Finding Tls(Uri server) => RabbitOptions.IsTls(server)
        ? new("TLS", Verdict.Good, "certificate and name are right", null)
        : new("TLS", Verdict.Warning, "none: the password passes in the clear, as is allowed on loopback alone", "Use amqps:// in broker.servers before others use it.");

    private static Finding LogIn(Exception e) => new("log in", Verdict.Bad, Failures.Describe(e), "Check broker.username, broker.virtualHost and the first line of the file in broker.passwordFile; RabbitMQ's own log says more.");

    private async Task<List<Finding>> InsideAsync(Uri server, IConnection connection, CancellationToken cancellation)
    {
        List<Finding> findings = [Version(connection)];
        var blocked = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            var writing = await new Connector(options).ConnectAsync(server, "doctor", cancellation);
            writing.ConnectionBlockedAsync += (_, alarm) =>
            {
                blocked.TrySetResult(alarm.Reason);
                return Task.CompletedTask;
            };
            await using var probe = await Probe.MakeAsync(connection, writing, options, cancellation);
            findings.Add(new Finding("rights", Verdict.Good, "may make, fill, read and delete what is ours", null));
            var written = probe.WriteAsync(cancellation);
            var isBlocked = await Task.WhenAny(written, blocked.Task, Task.Delay(ConnectTimeout, cancellation)) != written;
            cancellation.ThrowIfCancellationRequested();
            if (isBlocked)
            {
                var alarm = blocked.Task.IsCompletedSuccessfully ? $"RabbitMQ takes no messages: {blocked.Task.Result}" : "RabbitMQ does not confirm a message in time";
                return [.. findings, new Finding("alarm", Verdict.Bad, alarm, "Give the node disk space or memory; rabbitmqctl status shows its limits."), .. Skipped("probe")];
            }

            await written;
            findings.Add(new Finding("alarm", Verdict.Good, "none", null));
            findings.Add(await probe.ReadAsync(cancellation)
                ? new Finding("probe", Verdict.Good, $"a message was stored in a {options.QueueType.ToString().ToLowerInvariant()} queue and read back", null)
                : new Finding("probe", Verdict.Bad, "a message that was confirmed did not come back", "See what RabbitMQ's own log says about it."));
        }
        catch (Exception e) when (Failures.IsRefused(e))
        {
            findings.AddRange([new Finding("rights", Verdict.Bad, Failures.Describe(e), Rights), .. Skipped("alarm", "probe")]);
        }
        catch (Exception e) when (Failures.IsFailure(e) && !cancellation.IsCancellationRequested)
        {
            findings.Add(new Finding("probe", Verdict.Bad, Failures.Describe(e), "See what RabbitMQ's own log says about it."));
        }

        return findings;
    }

    private static Finding Version(IConnection connection)
    {
        var text = connection.ServerProperties?.TryGetValue("version", out var value) == true && value is byte[] bytes ? Encoding.UTF8.GetString(bytes) : "unknown";
        return System.Version.TryParse(text.Split('-')[0], out var version) && version >= Oldest
            ? new("version", Verdict.Good, $"RabbitMQ {text}", null)
            : new("version", Verdict.Warning, $"RabbitMQ {text} is not known to work", $"Use RabbitMQ {Oldest} or newer.");
    }

    private static bool IsOfTls(Exception e) =>
        e is AuthenticationException || e is BrokerUnreachableException or ConnectFailureException or AggregateException && e.InnerException is { } inner && IsOfTls(inner);

    private static IEnumerable<Finding> Skipped(params string[] checks) => checks.Select(static check => new Finding(check, Verdict.Skipped, "not looked at: a step before it is bad", null));
}
