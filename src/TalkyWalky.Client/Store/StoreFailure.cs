using Microsoft.Data.Sqlite;

namespace TalkyWalky.Client.Store;

/// <summary>Says what a failure of the profile's file means for a person.</summary>
internal static class StoreFailure
{
    private const int IoError = 10, Corrupt = 11, Full = 13, CannotOpen = 14, ReadOnly = 8, NotADatabase = 26;

    public static string Explain(SqliteException failure) => failure.SqliteErrorCode switch
    {
        Full => "the disk is full; free some space and try again.",
        IoError => "the disk cannot be read or written (it may be full); check it and try again.",
        ReadOnly or CannotOpen => "its files cannot be written; check who owns them.",
        Corrupt or NotADatabase => "its file is damaged; restore profile.db from a copy, or enrol this device anew in another folder.",
        _ => failure.Message,
    };
}
