using TalkyWalky.Engines.Copying;
using TalkyWalky.Engines.Embedded.Copying;
using TalkyWalky.Engines.Embedded.Sqlite;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.Embedded.Tests;

public sealed class CopyTests : IAsyncLifetime
{
    private static readonly string[] OfTheBroker = ["counter", "mailbox", "payload", "entry", "sqlite_sequence"];

    private readonly TestEngines _engines = new();

    public Task InitializeAsync() => _engines.OpenAsync();

    public Task DisposeAsync() => _engines.DeleteAsync();

    [Fact]
    public async Task Tables_OfTheFile_AreThoseThatAreCopiedAndThoseOfTheBroker()
    {
        await _engines.CloseAsync();
        using var database = Database.Open(_engines.File, readOnly: true);
        using var rows = database.Use("SELECT t.name, c.name FROM sqlite_master AS t JOIN pragma_table_info(t.name) AS c WHERE t.type = 'table'");
        List<(string Table, string Column)> columns = [];
        while (rows.Step()) columns.Add((rows.Text(0), rows.Text(1)));
        Assert.Equal(OfTheBroker.Order(StringComparer.Ordinal), columns.Select(static column => column.Table).Except(StoreTable.All.Select(static table => table.Name), StringComparer.Ordinal).Order(StringComparer.Ordinal));
        Assert.Equal(
            StoreTable.All.SelectMany(static table => table.Columns.Select(column => (table.Name, column.Name))).Order(),
            columns.Where(static column => !OfTheBroker.Contains(column.Table, StringComparer.Ordinal)).Order());
    }

    [Fact]
    public void Open_WhileAServerHasTheFile_IsRefused()
    {
        var refused = Assert.Throws<EngineException>(() => EmbeddedCopy.Open(_engines.File));
        Assert.Contains("stop that server first", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Waiting_CountsTheMessagesInTheMailboxes()
    {
        var engines = await _engines.ReopenAsync();
        var device = DeviceId.New();
        await engines.Broker.CreateMailboxAsync(device, default);
        await engines.Broker.PublishAsync(new Publication(new byte[] { 1 }, [new Address(device, new byte[] { 2 })]), default);
        await _engines.CloseAsync();
        await using var copy = EmbeddedCopy.Open(_engines.File);
        Assert.Equal(1, copy.Waiting);
    }
}
