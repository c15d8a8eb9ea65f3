using TalkyWalky.Harness;

namespace TalkyWalky.Engines.RabbitMq.Tests;

/// <summary>Tests that share one node.</summary>
[CollectionDefinition(Name)]
public sealed class Rabbit : ICollectionFixture<RabbitNode>
{
    public const string Name = "RabbitMQ";
}

/// <summary>Tests that share one node and kill it, stop it, fill its disk.</summary>
[CollectionDefinition(Name)]
public sealed class FragileRabbit : ICollectionFixture<RabbitNode>
{
    public const string Name = "RabbitMQ that fails";
}
