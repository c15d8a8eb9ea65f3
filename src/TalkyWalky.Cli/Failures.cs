using Microsoft.Data.Sqlite;
using TalkyWalky.Client.Agent;

namespace TalkyWalky.Cli;

/// <summary>What went wrong underneath, as a sentence that says what to do.</summary>
internal static class Failures
{
    // https://sqlite.org/rescode.html
    private const int SqliteBusy = 5, SqliteReadOnly = 8, SqliteIoError = 10, SqliteCorrupt = 11, SqliteFull = 13, SqliteNotADatabase = 26;
    private const int NoSpace = 28; // ENOSPC

    public static string Describe(Exception failure) => failure switch
    {
        AgentFailedException or ProfileLostException => failure.Message,
        SqliteException { SqliteErrorCode: SqliteFull } => DiskFull,
        SqliteException { SqliteErrorCode: SqliteCorrupt or SqliteNotADatabase } => "the profile's database is damaged; restore the profile from a backup, or make a new one",
        SqliteException { SqliteErrorCode: SqliteReadOnly } => "the profile cannot be written; check the permissions of its folder",
        SqliteException { SqliteErrorCode: SqliteBusy } => "another program is using the profile's database; close it and try again",
        SqliteException { SqliteErrorCode: SqliteIoError } => "the profile's disk reports errors; check it, and its free space",
        IOException { HResult: NoSpace } => DiskFull,
        UnauthorizedAccessException => $"{failure.Message.TrimEnd('.')}; check the permissions",
        IOException or InvalidDataException => failure.Message,
        _ => $"something unexpected happened ({failure.GetType().Name}); run again with --verbose for the details",
    };

    private const string DiskFull = "the disk that holds the profile is full; free some space and try again";
}
