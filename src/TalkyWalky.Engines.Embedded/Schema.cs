using TalkyWalky.Engines.Embedded.Sqlite;

namespace TalkyWalky.Engines.Embedded;

/// <summary>The tables, by version. A version is added at the end and never changed afterwards.</summary>
internal static class Schema
{
    private static readonly string[] Versions =
    [
        """
        CREATE TABLE account (
            user BLOB PRIMARY KEY, username TEXT NOT NULL UNIQUE, full_name TEXT NOT NULL, mail TEXT, enabled INTEGER NOT NULL,
            salt BLOB NOT NULL, hash BLOB NOT NULL, iterations INTEGER NOT NULL, password_changed INTEGER NOT NULL,
            failures INTEGER NOT NULL DEFAULT 0, locked_until INTEGER) WITHOUT ROWID;

        CREATE TABLE device (
            device BLOB PRIMARY KEY, user BLOB NOT NULL, state INTEGER NOT NULL, identity_key BLOB NOT NULL,
            identity_certificate BLOB, encryption_certificate BLOB, added INTEGER NOT NULL, login INTEGER,
            generation INTEGER NOT NULL DEFAULT 0, UNIQUE (user, identity_key));
        CREATE TABLE certificate (
            serial TEXT PRIMARY KEY, kind INTEGER NOT NULL, user BLOB, device BLOB, der BLOB NOT NULL,
            not_before INTEGER NOT NULL, not_after INTEGER NOT NULL, issued INTEGER NOT NULL);
        CREATE TABLE invitation (
            token BLOB PRIMARY KEY, username TEXT, created INTEGER NOT NULL, expires INTEGER NOT NULL, used INTEGER);
        CREATE TABLE seen (user BLOB PRIMARY KEY, last INTEGER NOT NULL) WITHOUT ROWID;

        CREATE TABLE mailbox (id INTEGER PRIMARY KEY AUTOINCREMENT, device BLOB NOT NULL UNIQUE);
        CREATE TABLE payload (id INTEGER PRIMARY KEY, body BLOB NOT NULL);
        CREATE TABLE entry (
            tag INTEGER PRIMARY KEY, mailbox INTEGER NOT NULL, payload INTEGER, body BLOB, slice BLOB NOT NULL,
            bytes INTEGER NOT NULL, stored INTEGER NOT NULL, dropped INTEGER NOT NULL DEFAULT 0);
        """,
    ];

    public static void Bring(Database database, string file)
    {
        var version = database.Number("PRAGMA user_version");
        if (version > Versions.Length)
            throw new EngineException($"the database {file} was written by a newer version of the server; run that version, or restore an older file from a backup");
        for (; version < Versions.Length; version++)
            database.Execute($"BEGIN IMMEDIATE; {Versions[version]} PRAGMA user_version = {version + 1}; COMMIT;");
    }
}
