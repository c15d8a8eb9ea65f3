namespace TalkyWalky.Client.Store;

/// <summary>
/// Ids, times, counters and states are plain, for the indexes; every name, key, text and sealed byte string is a value of the <see cref="Vault"/>.
/// Times are Unix milliseconds.
/// </summary>
internal static class Schema
{
    public const int Version = 1;

    public const string Create = """
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
}
