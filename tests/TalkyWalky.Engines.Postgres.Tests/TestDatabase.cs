using TalkyWalky.Harness;

namespace TalkyWalky.Engines.Postgres.Tests;

/// <summary>Engines on a database of their own that can be closed and opened again.</summary>
internal sealed class TestDatabase(RealPostgres server)
{
    private readonly List<PostgresEngines> _open = [];
    private string? _name;

    public RealPostgres Server { get; } = server;

    public string Name => _name ?? throw new InvalidOperationException("there is no database yet");

    public TimeProvider Time { get; set; } = TimeProvider.System;

    /// <summary>Hashing as little as possible: what is tested is the directory, not PBKDF2.</summary>
    public int PasswordIterations { get; set; } = 1000;

    public PostgresOptions Options => new([new PostgresServer(Server.Host, Server.Port)], Name, Server.Username, Server.Password, Tls: true, Server.CaFile, Connections: 20, TimeSpan.FromSeconds(10))
    {
        PasswordIterations = PasswordIterations,
    };

    public async Task<PostgresEngines> OpenAsync()
    {
        _name ??= await Server.CreateDatabaseAsync();
        return await OpenAsync(Options);
    }

    public async Task<PostgresEngines> OpenAsync(PostgresOptions options)
    {
        var engines = await PostgresEngines.OpenAsync(options, Time, CancellationToken.None);
        lock (_open) _open.Add(engines);
        return engines;
    }

    public async Task<PostgresEngines> ReopenAsync()
    {
        await CloseAsync();
        return await OpenAsync();
    }

    public async Task CreateAsync() => _name = await Server.CreateDatabaseAsync();

    public Task<string> QueryAsync(string sql) => Server.QueryAsync(Name, sql);

    /// <summary>The database goes with the server: dropping one is a checkpoint.</summary>
    public Task DeleteAsync() => CloseAsync();

    private async Task CloseAsync()
    {
        foreach (var engines in _open) await engines.DisposeAsync();
        _open.Clear();
    }
}
