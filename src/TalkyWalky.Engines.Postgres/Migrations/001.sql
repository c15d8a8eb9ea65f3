-- Times are ticks (100 ns) since year 1, UTC, and ids and hashes are bytes, as in the embedded engine: what is copied from it stays the same to the bit.
-- Names compare by their UTF-8 bytes, whatever the locale of the database.

CREATE TABLE account (
    "user" bytea PRIMARY KEY, username text COLLATE "C" NOT NULL UNIQUE, full_name text NOT NULL, mail text, enabled boolean NOT NULL,
    salt bytea NOT NULL, hash bytea NOT NULL, iterations integer NOT NULL, password_changed_at bigint NOT NULL);
CREATE TABLE attempt (username text COLLATE "C" PRIMARY KEY, failures bigint NOT NULL, last_at bigint NOT NULL, locked_until bigint);
CREATE INDEX attempt_by_time ON attempt (last_at);

-- A generation is an unsigned number: its 64 bits are kept.
CREATE TABLE device (
    device bytea PRIMARY KEY, "user" bytea NOT NULL, key_hash bytea NOT NULL, state integer NOT NULL, activated_at bigint,
    added_at bigint NOT NULL, login_at bigint, generation bigint NOT NULL DEFAULT 0,
    identity_serial text COLLATE "C", encryption_serial text COLLATE "C", name text, approval bytea, revoked_at bigint,
    UNIQUE ("user", key_hash));
CREATE TABLE certificate (
    serial text COLLATE "C" PRIMARY KEY, kind integer NOT NULL, "user" bytea, device bytea, der bytea NOT NULL,
    not_before bigint NOT NULL, not_after bigint NOT NULL, issued_at bigint NOT NULL);
CREATE TABLE invitation (
    token_hash bytea PRIMARY KEY, username text COLLATE "C", created_at bigint NOT NULL, expires_at bigint NOT NULL, used_at bigint);
CREATE TABLE presence ("user" bytea PRIMARY KEY, seen_at bigint NOT NULL);
CREATE TABLE profile ("user" bytea PRIMARY KEY, version bigint NOT NULL, record bytea NOT NULL);

-- A room's row is what its newest commit left.
CREATE TABLE room (
    room bytea PRIMARY KEY, epoch bigint NOT NULL, head bytea NOT NULL, name text NOT NULL, topic text NOT NULL,
    is_open boolean NOT NULL, is_closed boolean NOT NULL, members integer NOT NULL, creator bytea);
CREATE INDEX room_open ON room (room) WHERE is_open AND NOT is_closed;
CREATE INDEX room_by_creator ON room (creator) WHERE NOT is_closed;
CREATE TABLE room_commit (room bytea NOT NULL, epoch bigint NOT NULL, token bytea NOT NULL, PRIMARY KEY (room, epoch));
CREATE TABLE room_person ("user" bytea NOT NULL, room bytea NOT NULL, until bigint, PRIMARY KEY ("user", room));
