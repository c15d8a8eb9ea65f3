namespace TalkyWalky.Client.Store;

/// <summary>
/// Ids, times, counters and states are plain, for the indexes; every name, key, text and sealed byte string is a value of the <see cref="Vault"/>.
/// Times are Unix milliseconds.
/// </summary>
internal static class Schema
{
    /// <summary><c>user_version</c> counts the steps that were applied; a new profile takes them all, an older one those that it lacks.</summary>
    public static IReadOnlyList<string> Steps { get; } = [Version1, Version2, Version3, Version4, Version5, Version6, Version7, Version8, Version9, Version10, Version11, Version12];

    private const string Version1 = """
        CREATE TABLE vault(id INTEGER PRIMARY KEY CHECK (id = 1), salt BLOB NOT NULL, iterations INTEGER NOT NULL, wrapped BLOB NOT NULL);
        CREATE TABLE setting(name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
        CREATE TABLE encryption_key(certificate BLOB PRIMARY KEY, since INTEGER NOT NULL, retired INTEGER, der BLOB NOT NULL, value BLOB NOT NULL);
        CREATE TABLE contact(id INTEGER PRIMARY KEY, user BLOB UNIQUE, conversation BLOB UNIQUE, name BLOB NOT NULL);
        CREATE TABLE message(
            id INTEGER PRIMARY KEY, author BLOB NOT NULL, message BLOB NOT NULL, contact INTEGER NOT NULL, state INTEGER NOT NULL,
            sent INTEGER NOT NULL, received INTEGER, sequence INTEGER NOT NULL, position INTEGER NOT NULL, session BLOB, n INTEGER,
            kind TEXT, text BLOB NOT NULL, trouble BLOB, UNIQUE (author, message));
        CREATE INDEX message_place ON message(contact, position);
        CREATE INDEX message_session ON message(session, n) WHERE session IS NOT NULL;
        CREATE INDEX message_arrival ON message(sequence) WHERE sequence > 0;
        CREATE TABLE gap(session BLOB NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (session, n)) WITHOUT ROWID;
        CREATE TABLE receiving(
            session BLOB PRIMARY KEY, contact INTEGER NOT NULL, next INTEGER NOT NULL, before BLOB, before_n INTEGER, opened INTEGER NOT NULL, used INTEGER NOT NULL,
            value BLOB NOT NULL);
        CREATE TABLE sending(
            session BLOB PRIMARY KEY, contact INTEGER NOT NULL, state INTEGER NOT NULL, started INTEGER NOT NULL, accepted_n INTEGER, accepted_hash BLOB,
            value BLOB NOT NULL, payload BLOB NOT NULL);
        CREATE INDEX sending_contact ON sending(contact, started);
        CREATE TABLE slice(session BLOB NOT NULL, device BLOB NOT NULL, certificate BLOB NOT NULL, given INTEGER NOT NULL, value BLOB NOT NULL, PRIMARY KEY (session, device)) WITHOUT ROWID;
        CREATE TABLE outbox(
            ticket INTEGER PRIMARY KEY AUTOINCREMENT, contact INTEGER NOT NULL, kind INTEGER NOT NULL, message BLOB NOT NULL, written INTEGER NOT NULL,
            body BLOB NOT NULL, session BLOB, n INTEGER, jwe BLOB);
        CREATE INDEX outbox_contact ON outbox(contact, ticket);
        CREATE INDEX outbox_message ON outbox(message);
        CREATE TABLE pending(
            id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, session BLOB NOT NULL, conversation BLOB NOT NULL, user BLOB NOT NULL, device BLOB NOT NULL,
            received INTEGER NOT NULL, bytes INTEGER NOT NULL, asks INTEGER NOT NULL, ask INTEGER NOT NULL, value BLOB NOT NULL);
        CREATE INDEX pending_session ON pending(session);
        CREATE INDEX pending_ask ON pending(ask);
        CREATE TABLE receipt(contact INTEGER NOT NULL, message BLOB NOT NULL, PRIMARY KEY (contact, message)) WITHOUT ROWID;
        CREATE TABLE rejected(id INTEGER PRIMARY KEY, at INTEGER NOT NULL, device BLOB NOT NULL, kind INTEGER NOT NULL, reason TEXT NOT NULL);
        CREATE TABLE notice(id INTEGER PRIMARY KEY, text BLOB NOT NULL);
        """;

    /// <summary>
    /// Rooms, several devices. A row of contact is a conversation from here on: kind 0 with a person, 1 a room, 2 between the person's own devices. read is the place
    /// (message.position) up to which everything was seen.
    /// </summary>
    private const string Version2 = """
        ALTER TABLE contact ADD COLUMN kind INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE contact ADD COLUMN muted INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE contact ADD COLUMN closed INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE contact ADD COLUMN read INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE contact ADD COLUMN profile BLOB;
        ALTER TABLE sending ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE sending ADD COLUMN head BLOB;
        ALTER TABLE receiving ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE receiving ADD COLUMN head BLOB;
        ALTER TABLE receipt ADD COLUMN read INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE notice ADD COLUMN alarm INTEGER NOT NULL DEFAULT 0;
        CREATE TABLE room(
            conversation BLOB PRIMARY KEY, contact INTEGER NOT NULL UNIQUE, epoch INTEGER NOT NULL, head BLOB NOT NULL, member INTEGER NOT NULL, frozen BLOB) WITHOUT ROWID;
        CREATE TABLE ledger(conversation BLOB NOT NULL, epoch INTEGER NOT NULL, hash BLOB NOT NULL, token BLOB NOT NULL, PRIMARY KEY (conversation, epoch)) WITHOUT ROWID;
        CREATE INDEX pending_conversation ON pending(conversation, id);
        CREATE TABLE told(message BLOB NOT NULL, user BLOB NOT NULL, read INTEGER NOT NULL, PRIMARY KEY (message, user)) WITHOUT ROWID;
        """;

    /// <summary>
    /// What is in step on all own devices (state: one row for each thing, the newest wins; due is not told yet, waits names a message that is not here), and backfill. A message
    /// knows its session and epoch, own ones too; settled is the n up to which nothing is missing any more, because the author gave all there was.
    /// </summary>
    private const string Version3 = """
        ALTER TABLE message ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;
        CREATE INDEX message_unread ON message(contact, position) WHERE state = 4;
        ALTER TABLE receiving ADD COLUMN settled INTEGER NOT NULL DEFAULT 0;
        CREATE TABLE state(
            name TEXT PRIMARY KEY, time INTEGER NOT NULL, device BLOB NOT NULL, due INTEGER NOT NULL, waits INTEGER NOT NULL, value BLOB NOT NULL) WITHOUT ROWID;
        CREATE INDEX state_due ON state(name) WHERE due = 1;
        CREATE INDEX state_waits ON state(name) WHERE waits = 1;
        ALTER TABLE slice ADD COLUMN user BLOB;
        CREATE TABLE backfill(
            job BLOB PRIMARY KEY, peer BLOB NOT NULL, conversation BLOB NOT NULL, since INTEGER NOT NULL, state INTEGER NOT NULL, asked INTEGER NOT NULL,
            device BLOB, cursor TEXT NOT NULL, UNIQUE (peer, conversation)) WITHOUT ROWID;
        """;

    /// <summary>
    /// The history cleared and long: cleared holds 64 bits of a hash for each message that was deleted, arrival the highest sequence among them. Without its index each
    /// message that arrives would look through all of receiving.
    /// </summary>
    private const string Version4 = """
        CREATE INDEX receiving_before ON receiving(before) WHERE before IS NOT NULL;
        CREATE TABLE cleared(id INTEGER PRIMARY KEY);
        CREATE TABLE arrival(id INTEGER PRIMARY KEY CHECK (id = 1), last INTEGER NOT NULL);
        INSERT INTO arrival(id, last) VALUES (1, 0);
        """;

    /// <summary>What was begun and not sent: one text for each conversation.</summary>
    private const string Version5 = "CREATE TABLE draft(contact INTEGER PRIMARY KEY, text BLOB NOT NULL);";

    /// <summary>Alarms wait for the person, no longer for the next listener: told is 1 once somebody listened. An id is never used twice, so none is acknowledged in place of another.</summary>
    private const string Version6 = """
        CREATE TABLE alarm(id INTEGER PRIMARY KEY AUTOINCREMENT, told INTEGER NOT NULL, text BLOB NOT NULL);
        INSERT INTO alarm(told, text) SELECT 0, text FROM notice WHERE alarm = 1 ORDER BY id;
        DELETE FROM notice WHERE alarm = 1;
        """;

    /// <summary>
    /// CRLs, and which certificate (issuer's key hash and serial number) each slice was sealed to and each author's session was granted by. Of sessions from before it is not known:
    /// they seal nothing more.
    /// </summary>
    private const string Version7 = """
        CREATE TABLE crl(issuer BLOB PRIMARY KEY, authority BLOB NOT NULL, kept INTEGER NOT NULL, value BLOB NOT NULL);
        ALTER TABLE slice ADD COLUMN named BLOB;
        ALTER TABLE receiving ADD COLUMN author BLOB;
        UPDATE sending SET state = 2;
        """;

    /// <summary>Introductions for direct mode.</summary>
    private const string Version8 = "CREATE TABLE introduction(user BLOB PRIMARY KEY, time INTEGER NOT NULL, value BLOB NOT NULL);";

    /// <summary>
    /// Files: a part without a file waits for one, a part without a value is awaited by its file; message.here is 1 once all parts of a file are here and what its author sent.
    /// </summary>
    private const string Version9 = """
        ALTER TABLE message ADD COLUMN here INTEGER NOT NULL DEFAULT 0;
        CREATE TABLE part(
            id INTEGER PRIMARY KEY, author BLOB NOT NULL, message BLOB NOT NULL, contact INTEGER NOT NULL, received INTEGER NOT NULL, size INTEGER NOT NULL,
            file BLOB, value BLOB, UNIQUE (author, message));
        CREATE INDEX part_file ON part(author, file) WHERE file IS NOT NULL;
        CREATE INDEX part_unclaimed ON part(author, id) WHERE file IS NULL;
        CREATE INDEX part_age ON part(received) WHERE file IS NULL;
        """;

    /// <summary>The transparency log: heads, the newest device list of each person, identities and approvals that need no second look. Hashes of what the log shows to all.</summary>
    private const string Version10 = """
        CREATE TABLE log_head(kind INTEGER PRIMARY KEY, value BLOB NOT NULL);
        CREATE TABLE user_list(user BLOB PRIMARY KEY, seq INTEGER NOT NULL, hash BLOB NOT NULL, signed INTEGER NOT NULL, first BLOB) WITHOUT ROWID;
        CREATE TABLE proven_identity(user BLOB NOT NULL, certificate BLOB NOT NULL, PRIMARY KEY (user, certificate)) WITHOUT ROWID;
        CREATE TABLE admission(user BLOB NOT NULL, device BLOB NOT NULL, approval BLOB NOT NULL, PRIMARY KEY (user, device, approval)) WITHOUT ROWID;
        """;

    /// <summary>Grants whose author the log has not proven yet.</summary>
    private const string Version11 = """
        CREATE TABLE claim(
            id INTEGER PRIMARY KEY AUTOINCREMENT, session BLOB NOT NULL UNIQUE, author BLOB NOT NULL, certificate BLOB NOT NULL, tree BLOB NOT NULL, seq INTEGER NOT NULL,
            hash BLOB NOT NULL, sent INTEGER NOT NULL);
        """;

    /// <summary>Which device of the person an alarm is about, since when it is there, who let it in (AdmittedBy), and its name.</summary>
    private const string Version12 = """
        ALTER TABLE alarm ADD COLUMN device BLOB;
        ALTER TABLE alarm ADD COLUMN since INTEGER;
        ALTER TABLE alarm ADD COLUMN admitted INTEGER;
        ALTER TABLE alarm ADD COLUMN name BLOB;
        """;
}
