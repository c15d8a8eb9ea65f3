using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using TalkyWalky.Harness;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.RabbitMq.Tests;

/// <summary>Engines on a node, as gateways would have them.</summary>
internal static class TestEngine
{
    public static RabbitOptions OptionsOf(RabbitNode node, RabbitQueueType type = RabbitQueueType.Classic) =>
        new([node.Amqps], "/", node.Username, node.Password, node.CaFile, null, null, type, MailboxLimits.Default);

    public static Task<RabbitEngine> OpenAsync(RabbitOptions options, ILogger? log = null, TimeProvider? time = null) =>
        RabbitEngine.OpenAsync(options, time ?? TimeProvider.System, log ?? NullLogger.Instance);
}
