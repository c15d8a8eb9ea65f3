using Microsoft.Data.Sqlite;
using TalkyWalky.Client.Agent;

namespace TalkyWalky.App;

/// <summary>What went wrong underneath, as a sentence that says what to do.</summary>
internal static class Failures
{
    // https://sqlite.org/rescode.html
    private const int SqliteReadOnly = 8, SqliteIoError = 10, SqliteCorrupt = 11, SqliteFull = 13, SqliteNotADatabase = 26;
    private const string DiskFull = "The disk that holds the profile is full; free some space and try again.";

    public static string Describe(Exception failure) => failure switch
    {
        AgentFailedException or ProfileLostException => failure.Message,
        SqliteException { SqliteErrorCode: SqliteFull } => DiskFull,
        SqliteException { SqliteErrorCode: SqliteCorrupt or SqliteNotADatabase } => "The profile's database is damaged; restore the profile from a backup, or make a new one.",
        SqliteException { SqliteErrorCode: SqliteReadOnly } or UnauthorizedAccessException => "The profile cannot be written; check who owns its folder and its files.",
        SqliteException { SqliteErrorCode: SqliteIoError } or IOException => "The profile's disk reports errors; check it, and its free space.",
        _ => "Something unexpected happened. Start TalkyWalky again; with --verbose it prints the details.",
    };
}
