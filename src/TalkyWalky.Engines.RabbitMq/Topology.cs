using TalkyWalky.Wire;

namespace TalkyWalky.Engines.RabbitMq;

/// <summary>What stands in RabbitMQ. The names carry a version: what changes incompatibly gets another one, and both may stand side by side.</summary>
internal static class Topology
{
    /// <summary>Direct: a routing key is a device.</summary>
    public const string Mailboxes = "tw1.mailboxes";

    /// <summary>Fan-out to the gateways.</summary>
    public const string Gateways = "tw1.gateways";

    public const string MailboxPrefix = "tw1.m.", GatewayPrefix = "tw1.g.", ProbePrefix = "tw1.probe.";

    // Never so many deliveries of one message: a quorum queue drops it then.
    private const int DeliveryLimit = 1_000_000;

    // Gateways keep the limits themselves, before they publish; these stop what got past them.
    private const int Backstop = 2, BackstopCount = 1000, BackstopBytes = 64 << 20;

    /// <summary>A queue with fewer entries is not at its own limit, whatever the limits were when it was made: one that refuses them cannot store at the moment.</summary>
    public const int FewestAtLimit = BackstopBytes / (Limits.Payload + Limits.Slice + 1024);

    public static string MailboxOf(DeviceId device) => MailboxPrefix + RoutingKeyOf(device);

    public static string RoutingKeyOf(DeviceId device) => device.ToString();

    public static Dictionary<string, object?> MailboxArguments(RabbitOptions options)
    {
        var arguments = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["x-queue-type"] = options.QueueType == RabbitQueueType.Quorum ? "quorum" : "classic",
            ["x-single-active-consumer"] = true,
            ["x-overflow"] = "reject-publish",
            ["x-max-length"] = options.Limits.Count * Backstop + BackstopCount,
            ["x-max-length-bytes"] = options.Limits.Bytes * Backstop + BackstopBytes,
        };
        if (options.QueueType == RabbitQueueType.Quorum) arguments["x-delivery-limit"] = DeliveryLimit;
        return arguments;
    }

    /// <summary>Transient: what a gateway does not take in time is dropped.</summary>
    public static Dictionary<string, object?> GatewayArguments() => new(StringComparer.Ordinal)
    {
        ["x-max-length"] = 10_000,
        ["x-max-length-bytes"] = 64L << 20,
        ["x-overflow"] = "drop-head",
    };
}
