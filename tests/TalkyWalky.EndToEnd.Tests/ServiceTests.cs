using TalkyWalky.Harness;

namespace TalkyWalky.EndToEnd.Tests;

/// <summary>The real directories and databases that tests and deploy/try run on: they do what the scripts say, and nothing of them stays.</summary>
public sealed class ServiceTests
{
    [Fact]
    public Task OpenLdap_StartedStoppedAndStarted_KeepsItsPeople() => KeepsItsPeopleAsync(new Slapd(), "(uid=ada)");

    [Fact]
    public Task ActiveDirectory_StartedStoppedAndStarted_KeepsItsPeople() => KeepsItsPeopleAsync(new DomainController(), "(sAMAccountName=ada)");

    [Fact]
    public async Task Postgres_StoppedAndStarted_KeepsItsRows_AndItsUserMayDoNothingElse()
    {
        var database = new RealPostgres();
        await database.InitializeAsync();
        try
        {
            await database.QueryAsync("talkywalky", "CREATE TABLE kept AS SELECT 'still here'");
            await database.StopAsync();
            await database.StartAsync();
            Assert.Equal("still here", await database.QueryAsync("talkywalky", "SELECT * FROM kept"));
            Assert.Equal("f|f|f|f", await database.QueryAsync("postgres", $"SELECT rolsuper, rolcreatedb, rolcreaterole, rolreplication FROM pg_roles WHERE rolname = '{database.Username}'"));
            Assert.Equal("f", await database.QueryAsync("postgres", $"SELECT has_database_privilege('{database.Username}', 'postgres', 'CONNECT')"));
            Assert.StartsWith("SCRAM-SHA-256$", await database.QueryAsync("postgres", $"SELECT rolpassword FROM pg_authid WHERE rolname = '{database.Username}'"), StringComparison.Ordinal);
            Assert.All(Directory.EnumerateFiles(database.Folder, "*.password"), file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
        }
        finally
        {
            await database.DisposeAsync();
        }

        Assert.False(Directory.Exists(database.Folder));
    }

    private static async Task KeepsItsPeopleAsync(RealDirectory directory, string ada)
    {
        await directory.InitializeAsync();
        try
        {
            var dn = Assert.Single(Lines(await directory.SearchAsync(ada, "1.1")), line => line.StartsWith("dn: ", StringComparison.Ordinal));
            await directory.ModifyAsync($"{dn}\nchangetype: modify\nreplace: mail\nmail: ada@new.example.org\n");
            await directory.RestartAsync();
            Assert.Contains("mail: ada@new.example.org", Lines(await directory.SearchAsync(ada, "mail")));
            Assert.All(Directory.EnumerateFiles(directory.Folder, "*.password"), file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
        }
        finally
        {
            await directory.DisposeAsync();
        }

        Assert.False(Directory.Exists(directory.Folder));
    }

    private static string[] Lines(string ldif) => ldif.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
