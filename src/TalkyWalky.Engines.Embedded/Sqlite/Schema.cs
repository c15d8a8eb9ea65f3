using TalkyWalky.Engines.Embedded.Log;

namespace TalkyWalky.Engines.Embedded.Sqlite;

/// <summary>The file's tables. <c>user_version</c> counts the steps that were applied; a step is applied once, in one transaction.</summary>
internal static class Schema
{
    private static readonly string[] Steps = [Version1, Version2, Version3, Version4, Version5, LogSchema.Step, LogSchema.Keys];

    /// <summary>
    /// Times are ticks since year 1, UTC. Ids are 16 bytes, hashes 32. An entry has a payload of its own, or shares one, or is an overflow marker
    /// (dropped). Entries are ordered by tag alone, not by mailbox: new ones go to the end of the table, so a group of a hundred messages for
    /// a hundred devices touches a few pages and not a hundred.
    /// </summary>
    private const string Version1 = """
        CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
        INSERT INTO counter VALUES ('tag', 1), ('check', 0);

        CREATE TABLE mailbox (key INTEGER PRIMARY KEY AUTOINCREMENT, device BLOB NOT NULL UNIQUE);
        CREATE TABLE payload (id INTEGER PRIMARY KEY, data BLOB NOT NULL);
        CREATE TABLE entry (
            tag INTEGER PRIMARY KEY, mailbox INTEGER NOT NULL, at INTEGER NOT NULL, shared INTEGER, dropped INTEGER, slice BLOB, payload BLOB);

        CREATE TABLE account (
            user BLOB PRIMARY KEY, username TEXT NOT NULL UNIQUE, full_name TEXT NOT NULL, mail TEXT, enabled INTEGER NOT NULL,
            salt BLOB NOT NULL, hash BLOB NOT NULL, iterations INTEGER NOT NULL, password_changed_at INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE attempt (username TEXT PRIMARY KEY, failures INTEGER NOT NULL, last_at INTEGER NOT NULL, locked_until INTEGER) WITHOUT ROWID;
        CREATE INDEX attempt_by_time ON attempt (last_at);

        CREATE TABLE device (
            device BLOB PRIMARY KEY, user BLOB NOT NULL, key_hash BLOB NOT NULL, state INTEGER NOT NULL, activated_at INTEGER,
            added_at INTEGER NOT NULL, login_at INTEGER, generation INTEGER NOT NULL DEFAULT 0,
            identity_serial TEXT, encryption_serial TEXT, UNIQUE (user, key_hash)) WITHOUT ROWID;
        CREATE TABLE certificate (
            serial TEXT PRIMARY KEY, kind INTEGER NOT NULL, user BLOB, device BLOB, der BLOB NOT NULL,
            not_before INTEGER NOT NULL, not_after INTEGER NOT NULL, issued_at INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE invitation (
            token_hash BLOB PRIMARY KEY, username TEXT, created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, used_at INTEGER) WITHOUT ROWID;
        CREATE TABLE presence (user BLOB PRIMARY KEY, seen_at INTEGER NOT NULL) WITHOUT ROWID;
        """;

    /// <summary>Several devices of a person, profile records, and rooms: a room's row is what its newest commit left.</summary>
    private const string Version2 = """
        ALTER TABLE device ADD COLUMN name TEXT;
        ALTER TABLE device ADD COLUMN approval BLOB;
        ALTER TABLE device ADD COLUMN revoked_at INTEGER;

        CREATE TABLE profile (user BLOB PRIMARY KEY, version INTEGER NOT NULL, record BLOB NOT NULL) WITHOUT ROWID;

        CREATE TABLE room (
            room BLOB PRIMARY KEY, epoch INTEGER NOT NULL, head BLOB NOT NULL, name TEXT NOT NULL, topic TEXT NOT NULL,
            is_open INTEGER NOT NULL, is_closed INTEGER NOT NULL, members INTEGER NOT NULL, creator BLOB) WITHOUT ROWID;
        CREATE INDEX room_open ON room (room) WHERE is_open = 1 AND is_closed = 0;
        CREATE INDEX room_by_creator ON room (creator) WHERE is_closed = 0;
        CREATE TABLE room_commit (room BLOB NOT NULL, epoch INTEGER NOT NULL, token BLOB NOT NULL, PRIMARY KEY (room, epoch));
        CREATE TABLE room_person (user BLOB NOT NULL, room BLOB NOT NULL, until INTEGER, PRIMARY KEY (user, room)) WITHOUT ROWID;
        """;

    /// <summary>Revocation of each certificate, and CRL numbers. What revoked devices had counts as revoked with them.</summary>
    private const string Version3 = """
        ALTER TABLE certificate ADD COLUMN revoked_at INTEGER;
        ALTER TABLE certificate ADD COLUMN revocation_reason INTEGER;
        CREATE INDEX certificate_by_device ON certificate (device);
        CREATE INDEX certificate_by_user ON certificate (user, serial);
        CREATE INDEX certificate_revoked ON certificate (not_after) WHERE revoked_at IS NOT NULL;
        UPDATE certificate SET revocation_reason = 0, revoked_at = coalesce((SELECT revoked_at FROM device WHERE device.device = certificate.device), issued_at)
            WHERE device IN (SELECT device FROM device WHERE state = 2);
        CREATE TABLE sequence (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
        """;

    /// <summary>Whose certificate it is, by the CA's key, and the newest CRL of each CA.</summary>
    private const string Version4 = """
        ALTER TABLE certificate ADD COLUMN issuer BLOB;
        CREATE TABLE crl (issuer BLOB PRIMARY KEY, number INTEGER NOT NULL, der BLOB NOT NULL);
        """;

    /// <summary>Whose key it is, identity or encryption, over all accounts and for good. Of identity keys that two devices had before, the older device has it.</summary>
    private const string Version5 = """
        CREATE TABLE device_key (key_hash BLOB PRIMARY KEY, device BLOB NOT NULL) WITHOUT ROWID;
        INSERT OR IGNORE INTO device_key (key_hash, device) SELECT key_hash, device FROM device ORDER BY added_at, device;
        """;

    /// <summary>Throws <see cref="EngineException"/> on a file of a newer program.</summary>
    public static void Migrate(Database database, string file)
    {
        var version = database.Number("PRAGMA user_version");
        if (version > Steps.Length)
            throw new EngineException($"the database {file} was written by a newer talkywalkyd (schema {version}, this program knows {Steps.Length}); install that version");
        for (; version < Steps.Length; version++)
            database.Execute($"BEGIN IMMEDIATE; {Steps[version]} PRAGMA user_version = {version + 1}; COMMIT;");
    }
}
