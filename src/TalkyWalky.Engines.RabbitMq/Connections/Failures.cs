using System.Net.Sockets;
using System.Security.Authentication;
using RabbitMQ.Client.Exceptions;

namespace TalkyWalky.Engines.RabbitMq.Connections;

/// <summary>What of the client library's exceptions means that RabbitMQ failed or refused, rather than that we did something wrong.</summary>
internal static class Failures
{
    // AMQP 0-9-1 §1.2 and RabbitMQ's extensions.
    private const ushort AccessRefused = 403, NotFound = 404, PreconditionFailed = 406;

    public static bool IsFailure(Exception e) =>
        e is RabbitMQClientException or OperationInterruptedException or IOException or SocketException or AuthenticationException or TimeoutException or OperationCanceledException or ObjectDisposedException;

    /// <summary>There is no such queue. One whose node is down is there all the same, and RabbitMQ gives the same number for it.</summary>
    public static bool IsMissing(OperationInterruptedException e) =>
        e.ShutdownReason is { ReplyCode: NotFound } reason && !reason.ReplyText.Contains("home node", StringComparison.Ordinal);

    /// <summary>It is there, made with other arguments.</summary>
    public static bool IsOtherwiseMade(OperationInterruptedException e) => e.ShutdownReason is { ReplyCode: PreconditionFailed };

    public static bool IsRefused(Exception e) => e is OperationInterruptedException { ShutdownReason.ReplyCode: AccessRefused };

    /// <summary>A sentence for an administrator.</summary>
    public static string Describe(Exception e) => e switch
    {
        AuthenticationFailureException => "RabbitMQ refuses the log-in; check broker.username and the first line of the file in broker.passwordFile",
        BrokerUnreachableException { InnerException: { } inner } => Describe(inner),
        AggregateException { InnerExceptions: [var first, ..] } => Describe(first),
        ConnectFailureException { InnerException: { } inner } => Describe(inner),
        PossibleAuthenticationFailureException => "RabbitMQ closed the connection during the log-in; check broker.username and broker.virtualHost",
        OperationInterruptedException { ShutdownReason: { } reason } => $"RabbitMQ says {reason.ReplyCode} {reason.ReplyText}",
        OperationCanceledException or TimeoutException => "RabbitMQ did not answer in time",
        _ => e.Message,
    };

    public static EngineException ToEngine(Exception e) => new(Describe(e), e);
}
