using TalkyWalky.Engines.Specifications;
using TalkyWalky.Engines.Postgres.Diagnosis;
using TalkyWalky.Harness;
using TalkyWalky.Testing;

namespace TalkyWalky.Engines.Postgres.Tests;

/// <summary>What the doctor says about a database that works, and about what administrators get wrong.</summary>
[Collection(Shared.Name)]
public sealed class DoctorTests(RealPostgres server) : IAsyncLifetime
{
    private static readonly string[] Checks = ["connect", "TLS", "log in", "schema", "rights", "write", "clock"];

    private readonly TestDatabase _database = new(server);

    public Task InitializeAsync() => _database.CreateAsync();

    public Task DisposeAsync() => _database.DeleteAsync();

    [Theory]
    [InlineData(false, "no tables yet")]
    [InlineData(true, "version 6")]
    public async Task Healthy_NothingIsBad_AndNothingIsChanged(bool hasTables, string schema)
    {
        if (hasTables) await (await _database.OpenAsync()).DisposeAsync();
        var before = await ContentAsync();
        var findings = await ExamineAsync(_database.Options);
        Assert.All(findings, finding => Assert.True(finding is { Verdict: Verdict.Good, Remedy: null }, Text(findings)));
        Assert.Equal(Checks, findings.Select(static finding => finding.Check));
        Assert.Contains("TLSv1.3, certificate valid until ", Only(findings, "TLS").Detail, StringComparison.Ordinal);
        Assert.Contains(schema, Only(findings, "schema").Detail, StringComparison.Ordinal);
        Assert.Equal(before, await ContentAsync());
    }

    [Fact]
    public async Task NobodyListens_TheRestIsSkipped()
    {
        var findings = await ExamineAsync(_database.Options with { Servers = [new("127.0.0.1", Ports.Free())] });
        AssertBad(findings, "connect", "listen_addresses");
        Assert.All(findings.Skip(1), static finding => Assert.Equal(Verdict.Skipped, finding.Verdict));
        Assert.Equal(Checks, findings.Select(static finding => finding.Check));
    }

    [Fact]
    public async Task OneServerOfTwoIsAway_TheOtherIsLookedAt()
    {
        var findings = await ExamineAsync(_database.Options with { Servers = [new("127.0.0.1", Ports.Free()), new(server.Host, server.Port)] });
        Assert.Equal([Verdict.Bad, Verdict.Good], findings.Where(static finding => finding.Check is "connect").Select(static finding => finding.Verdict));
        Assert.Equal(Verdict.Good, Only(findings, "write").Verdict);
    }

    [Fact]
    public async Task WrongAuthority_IsAMatterOfTls() => AssertBad(await ExamineAsync(_database.Options with { CaFile = null }), "TLS", "store.caFile");

    [Fact]
    public async Task WrongPassword_IsAMatterOfTheLogIn()
    {
        var findings = await ExamineAsync(_database.Options with { Password = "the wrong secret" });
        AssertBad(findings, "log in", "store.passwordFile");
        Assert.Equal(Verdict.Good, Only(findings, "TLS").Verdict);
        Assert.DoesNotContain("the wrong secret", Text(findings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task NewerSchema_IsBad()
    {
        await (await _database.OpenAsync()).DisposeAsync();
        await _database.QueryAsync("INSERT INTO schema_version (version) VALUES (99)");
        AssertBad(await ExamineAsync(_database.Options), "schema", "newer talkywalkyd");
    }

    [Fact]
    public async Task ForeignTable_IsBad()
    {
        await (await _database.OpenAsync()).DisposeAsync();
        await _database.QueryAsync("ALTER TABLE device OWNER TO postgres");
        AssertBad(await ExamineAsync(_database.Options), "rights", "OWNER TO");
    }

    [Fact]
    public async Task NotTheOwner_IsBad()
    {
        await _database.QueryAsync($"ALTER DATABASE {_database.Name} OWNER TO postgres; GRANT CONNECT ON DATABASE {_database.Name} TO {server.Username}");
        AssertBad(await ExamineAsync(_database.Options), "rights", $"ALTER DATABASE {_database.Name} OWNER TO talkywalky;");
    }

    [Fact]
    public async Task Superuser_IsWarnedOf()
    {
        var findings = await ExamineAsync(_database.Options with { Username = server.AdminUsername, Password = server.AdminPassword });
        Assert.Equal(Verdict.Warning, Only(findings, "rights").Verdict);
    }

    [Fact]
    public async Task ReadOnly_IsBad()
    {
        await _database.QueryAsync($"ALTER DATABASE {_database.Name} SET default_transaction_read_only = on");
        Assert.Contains("takes no changes", Only(await ExamineAsync(_database.Options), "write").Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ClockApart_IsWarnedOf()
    {
        var findings = await new PostgresDoctor(_database.Options, new ManualTime()).ExamineAsync(CancellationToken.None);
        Assert.Equal(Verdict.Warning, Only(findings, "clock").Verdict);
        Assert.Contains("behind the database's", Only(findings, "clock").Detail, StringComparison.Ordinal);
    }

    private static Task<IReadOnlyList<Finding>> ExamineAsync(PostgresOptions options) => new PostgresDoctor(options, TimeProvider.System).ExamineAsync(CancellationToken.None);

    private static Finding Only(IReadOnlyList<Finding> findings, string check) => Assert.Single(findings, finding => finding.Check == check);

    private static void AssertBad(IReadOnlyList<Finding> findings, string check, string remedy)
    {
        var finding = Only(findings, check);
        Assert.True(finding.Verdict == Verdict.Bad, Text(findings));
        Assert.Contains(remedy, finding.Remedy! + finding.Detail, StringComparison.Ordinal);
    }

    private static string Text(IEnumerable<Finding> findings) => string.Join('\n', findings);

    private Task<string> ContentAsync() => _database.QueryAsync(
        "SELECT table_name, (xpath('/row/c/text()', query_to_xml(format('SELECT count(*) AS c FROM %I', table_name), false, true, '')))[1] FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1");
}
