namespace TalkyWalky.Engines.Embedded.Log;

/// <summary>The tables of the transparency log.</summary>
internal static class LogSchema
{
    /// <summary>
    /// Hashes stand apart from the leaves, so that a tile of them is a few pages. A person's row has the newest list, and its head where one was signed; <c>expires</c> is 0 where none was.
    /// An organisation from before has everything noted that happened there, so that its log begins with all of it.
    /// </summary>
    public const string Step = """
        CREATE TABLE log_change (id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, key TEXT NOT NULL);
        CREATE TABLE log_leaf (leaf INTEGER PRIMARY KEY, data BLOB NOT NULL);
        CREATE TABLE log_hash (level INTEGER NOT NULL, number INTEGER NOT NULL, hash BLOB NOT NULL, PRIMARY KEY (level, number)) WITHOUT ROWID;
        CREATE TABLE log_list (user BLOB NOT NULL, seq INTEGER NOT NULL, leaf INTEGER NOT NULL, PRIMARY KEY (user, seq)) WITHOUT ROWID;
        CREATE TABLE log_identity (user BLOB NOT NULL, identity BLOB NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (user, identity)) WITHOUT ROWID;
        CREATE TABLE log_head (size INTEGER PRIMARY KEY, token BLOB NOT NULL);
        CREATE TABLE log_user (user BLOB PRIMARY KEY, seq INTEGER NOT NULL, token BLOB, path BLOB, expires INTEGER NOT NULL) WITHOUT ROWID;
        CREATE INDEX log_user_by_expiry ON log_user (expires);

        INSERT INTO log_change (kind, key) SELECT 0, serial FROM certificate ORDER BY issued_at, serial;
        INSERT INTO log_change (kind, key) SELECT 1, serial FROM certificate WHERE revoked_at IS NOT NULL ORDER BY revoked_at, serial;
        INSERT INTO log_change (kind, key) SELECT 2, lower(hex(room)) || '/' || epoch FROM room_commit ORDER BY room, epoch;
        INSERT INTO log_change (kind, key) SELECT 3, lower(hex(device)) FROM device WHERE approval IS NOT NULL ORDER BY added_at, device;
        INSERT INTO log_change (kind, key)
            SELECT 4, substr(id, 1, 8) || '-' || substr(id, 9, 4) || '-' || substr(id, 13, 4) || '-' || substr(id, 17, 4) || '-' || substr(id, 21)
            FROM (SELECT DISTINCT lower(hex(user)) AS id FROM device) ORDER BY id;
        INSERT INTO sequence (name, value) SELECT 'log_change', max(id) FROM log_change HAVING count(*) > 0;
        """;

    /// <summary>How the log's key was replaced stands beside the head that needs it.</summary>
    public const string Keys = "ALTER TABLE log_head ADD COLUMN keys BLOB NOT NULL DEFAULT x'';";
}
