using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Engines.Specifications;
using TalkyWalky.Harness;
using TalkyWalky.Testing;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.Postgres.Tests;

/// <summary>How the database is reached, and what an administrator is told when it is not.</summary>
[Collection(Shared.Name)]
public sealed class ConnectionTests(RealPostgres server) : IAsyncLifetime, IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly TestDatabase _database = new(server);
    private readonly TempFolder _folder = new();

    public Task InitializeAsync() => _database.CreateAsync();

    public Task DisposeAsync() => _database.DeleteAsync();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public Task WrongPassword_IsSaidWithoutIt() =>
        RefusedAsync(_database.Options with { Password = "the wrong secret" }, "refuses the user talkywalky", "store.username, the password");

    [Fact]
    public Task UnknownDatabase_IsSaid() => RefusedAsync(_database.Options with { Database = "elsewhere" }, "does not exist", "createdb --owner=talkywalky elsewhere");

    [Fact]
    public Task NobodyListens_IsSaid() => RefusedAsync(_database.Options with { Servers = [new("127.0.0.1", Ports.Free())] }, "cannot be reached", "check store.servers");

    [Fact]
    public Task UnknownHost_IsSaid() => RefusedAsync(_database.Options with { Servers = [new("db.invalid", 5432)] }, "is not known here", "DNS");

    [Fact]
    public async Task CertificateOfAnotherAuthority_IsNotTrusted()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = new CertificateRequest("CN=another", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        await File.WriteAllTextAsync(_folder["other.pem"], other.ExportCertificatePem());
        await RefusedAsync(_database.Options with { CaFile = _folder["other.pem"] }, "TLS certificate", "store.caFile");
    }

    [Fact]
    public Task CertificateOfNoAuthorityOfThisMachine_IsNotTrusted() => RefusedAsync(_database.Options with { CaFile = null }, "TLS certificate", "store.caFile");

    [Fact]
    public async Task CertificateForAnotherName_IsNotTrusted()
    {
        // Another address of this machine, which leads to the server all the same.
        using var listener = new TcpListener(IPAddress.Parse("127.0.0.2"), 0);
        listener.Start();
        var passing = PassAsync(listener);
        await RefusedAsync(_database.Options with { Servers = [new("127.0.0.2", ((IPEndPoint)listener.LocalEndpoint).Port)] }, "TLS certificate", "the name that the server's certificate is for");
        await passing;
    }

    [Theory]
    [InlineData("missing.pem", null, "cannot be read")]
    [InlineData("empty.pem", "nothing", "holds no certificate")]
    public async Task AuthorityFile_Unusable_IsSaid(string name, string? content, string told)
    {
        if (content is not null) await File.WriteAllTextAsync(_folder[name], content);
        await RefusedAsync(_database.Options with { CaFile = _folder[name] }, _folder[name], told);
    }

    [Fact]
    public Task Plain_ToAnotherMachine_IsRefusedBeforeConnecting() =>
        RefusedAsync(_database.Options with { Servers = [new("192.0.2.1", 5432)], Tls = false }, "192.0.2.1:5432 in the clear", "leave store.tls true");

    [Fact]
    public Task Plain_WhereTheServerWantsTls_IsSaid() => RefusedAsync(_database.Options with { Tls = false }, "no encryption", "pg_hba.conf");

    [Fact]
    public async Task UnixSocket_Works()
    {
        var engines = await _database.OpenAsync(_database.Options with { Servers = [new(server.Socket, server.Port)], CaFile = null });
        await engines.Store.CheckAsync(None);
    }

    [Fact]
    public async Task SeveralServers_TheOneThatAnswersIsUsed()
    {
        var engines = await _database.OpenAsync(_database.Options with { Servers = [new("127.0.0.1", Ports.Free()), new(server.Host, server.Port)] });
        await engines.Store.CheckAsync(None);
        Assert.Equal("t", await _database.QueryAsync($"SELECT bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'talkywalkyd' AND datname = '{_database.Name}'"));
    }

    [Fact]
    public async Task ReadOnlyDatabase_IsSaid()
    {
        var engines = await _database.OpenAsync();
        await _database.QueryAsync($"ALTER DATABASE {_database.Name} SET default_transaction_read_only = on");
        await engines.DisposeAsync();
        await RefusedAsync(_database.Options, "takes no changes", "primary");
    }

    [Fact]
    public async Task NewerSchema_IsRefused()
    {
        await (await _database.OpenAsync()).DisposeAsync();
        await _database.QueryAsync($"INSERT INTO schema_version (version) VALUES ({Schema.Newest + 1})");
        await RefusedAsync(_database.Options, "written by a newer talkywalkyd", "install that version");
    }

    [Fact]
    public async Task OpenedAgain_KeepsWhatIsThere()
    {
        var user = UserId.New();
        await (await _database.OpenAsync()).Store.SetLastSeenAsync(user, DateTimeOffset.UnixEpoch, None);
        var again = await _database.ReopenAsync();
        Assert.Equal(DateTimeOffset.UnixEpoch, (await again.Store.LastSeenAsync([user], None))[user]);
        Assert.Equal($"{Schema.Newest}", await _database.QueryAsync("SELECT count(*) FROM schema_version"));
    }

    /// <summary>From before keys were compared over all accounts.</summary>
    [Fact]
    public async Task OlderSchema_WithAKeyOfTwoAccounts_LeavesItToTheOlderDevice()
    {
        var store = (await _database.OpenAsync()).Store;
        var (key, other) = (Digest.Sha256([1]), Digest.Sha256([2]));
        var second = await store.AddDeviceAsync(UserId.New(), other, firstMayEnter: true, DateTimeOffset.UnixEpoch.AddDays(1), None);
        var first = await store.AddDeviceAsync(UserId.New(), key, firstMayEnter: true, DateTimeOffset.UnixEpoch, None);
        await _database.QueryAsync($"UPDATE device SET key_hash = '\\x{key}'; DROP TABLE device_key; {EarlierSchema.WithoutLog} DELETE FROM schema_version WHERE version > 3");

        store = (await _database.ReopenAsync()).Store;

        Assert.Equal(first, await store.AddDeviceAsync(first.User, key, firstMayEnter: true, DateTimeOffset.UnixEpoch, None));
        Assert.Equal(first, await store.AddDeviceAsync(second.User, key, firstMayEnter: true, DateTimeOffset.UnixEpoch, None));
        Assert.Equal(DeviceState.Active, (await store.FindDeviceAsync(second.Device, None))!.State);
    }

    [Fact]
    public async Task DatabaseThatKeepsNotEveryText_IsRefused()
    {
        await server.QueryAsync("postgres", $"CREATE DATABASE ascii OWNER {server.Username} ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
        await RefusedAsync(_database.Options with { Database = "ascii" }, "is encoded in SQL_ASCII", "createdb --encoding=UTF8");
        await server.DropDatabaseAsync("ascii");
    }

    [Theory]
    [InlineData("'; DROP TABLE account; --")]
    [InlineData("@name")]
    [InlineData("\\'")]
    [InlineData("a\0b")]
    [InlineData("\ud800")]
    [InlineData("%_*")]
    public async Task OddNames_AreNamesAndNothingElse(string name)
    {
        var engines = await _database.OpenAsync();
        Assert.Null(await engines.Directory.FindAsync(name, None));
        Assert.IsType<BindOutcome.Refused>(await engines.Directory.BindAsync(name, "wrong", None));
        Assert.IsType<BindOutcome.Refused>(await engines.Directory.BindAsync("ada", name, None));
        Assert.Empty(await engines.Directory.ListAsync(name, 10, None));
        Assert.Null(await engines.Store.FindCertificateAsync(name, None));
        Assert.False(await engines.Store.RedeemInvitationAsync(Digest.Sha256([1]), name, DateTimeOffset.UnixEpoch, None));
        Assert.Equal("0", await _database.QueryAsync("SELECT count(*) FROM account"));
    }

    /// <summary>One connection, until either side closes it.</summary>
    private async Task PassAsync(TcpListener listener)
    {
        using var client = await listener.AcceptTcpClientAsync();
        using var onward = new TcpClient();
        await onward.ConnectAsync(server.Host, server.Port);
        using var end = new CancellationTokenSource();
        var ways = new[] { client.GetStream().CopyToAsync(onward.GetStream(), end.Token), onward.GetStream().CopyToAsync(client.GetStream(), end.Token) };
        await Task.WhenAny(ways);
        await end.CancelAsync();
        await Task.WhenAll(ways).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static async Task RefusedAsync(PostgresOptions options, params string[] told)
    {
        var refused = await Assert.ThrowsAsync<EngineException>(() => PostgresEngines.OpenAsync(options, TimeProvider.System, None));
        Assert.All(told, part => Assert.Contains(part, refused.Message, StringComparison.Ordinal));
        Assert.DoesNotContain('\n', refused.Message);
        Assert.DoesNotContain(options.Password!, $"{refused} {options}", StringComparison.Ordinal);
    }
}
