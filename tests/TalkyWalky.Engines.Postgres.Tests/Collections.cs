using TalkyWalky.Harness;

namespace TalkyWalky.Engines.Postgres.Tests;

/// <summary>Tests that share one PostgreSQL; each has a database of its own.</summary>
[CollectionDefinition(Name)]
public sealed class Shared : ICollectionFixture<RealPostgres>
{
    public const string Name = "PostgreSQL";
}

/// <summary>Tests that share one PostgreSQL and stop it, pause it, cut it off.</summary>
[CollectionDefinition(Name)]
public sealed class Fragile : ICollectionFixture<RealPostgres>
{
    public const string Name = "PostgreSQL that fails";
}
