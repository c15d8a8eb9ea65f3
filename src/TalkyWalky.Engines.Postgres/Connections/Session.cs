using Dapper;
using Npgsql;

namespace TalkyWalky.Engines.Postgres.Connections;

/// <summary>One connection while it is used. Texts are constants of the program; every value is a parameter.</summary>
internal sealed class Session(NpgsqlConnection connection, NpgsqlTransaction? transaction, CancellationToken cancellation)
{
    static Session() => ColumnTypes.Register();

    /// <summary>How many rows it changed.</summary>
    public Task<int> ChangeAsync(string sql, object? values = null) => connection.ExecuteAsync(Command(sql, values));

    public Task<T?> OneAsync<T>(string sql, object? values = null) => connection.QuerySingleOrDefaultAsync<T>(Command(sql, values));

    public async Task<IReadOnlyList<T>> AllAsync<T>(string sql, object? values = null) => (await connection.QueryAsync<T>(Command(sql, values))).AsList();

    private CommandDefinition Command(string sql, object? values) => new(sql, values, transaction, cancellationToken: cancellation);
}
