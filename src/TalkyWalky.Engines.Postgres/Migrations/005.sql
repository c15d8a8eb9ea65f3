-- The transparency log. Hashes stand apart from the leaves, so that a tile of them is a few pages. A person's row has the newest list, and its head where one was signed; expires is 0 where none was.

CREATE TABLE log_change (id bigint PRIMARY KEY, kind integer NOT NULL, key text COLLATE "C" NOT NULL);
CREATE TABLE log_leaf (leaf bigint PRIMARY KEY, data bytea NOT NULL);
CREATE TABLE log_hash (level integer NOT NULL, number bigint NOT NULL, hash bytea NOT NULL, PRIMARY KEY (level, number));
CREATE TABLE log_list ("user" bytea NOT NULL, seq bigint NOT NULL, leaf bigint NOT NULL, PRIMARY KEY ("user", seq));
CREATE TABLE log_identity ("user" bytea NOT NULL, identity bytea NOT NULL, seq bigint NOT NULL, PRIMARY KEY ("user", identity));
CREATE TABLE log_head (size bigint PRIMARY KEY, token bytea NOT NULL);
CREATE TABLE log_user ("user" bytea PRIMARY KEY, seq bigint NOT NULL, token bytea, path bytea, expires bigint NOT NULL);
CREATE INDEX log_user_by_expiry ON log_user (expires);

-- Everything that happened before: the log of an organisation that has been there begins with all of it.
INSERT INTO log_change (id, kind, key)
    SELECT row_number() OVER (ORDER BY kind, moment, room, epoch, key COLLATE "C"), kind, key FROM (
        SELECT 0 AS kind, issued_at AS moment, NULL::bytea AS room, 0 AS epoch, serial AS key FROM certificate
        UNION ALL SELECT 1, revoked_at, NULL, 0, serial FROM certificate WHERE revoked_at IS NOT NULL
        UNION ALL SELECT 2, 0, room, epoch, encode(room, 'hex') || '/' || epoch FROM room_commit
        UNION ALL SELECT 3, added_at, NULL, 0, encode(device, 'hex') FROM device WHERE approval IS NOT NULL
        UNION ALL SELECT DISTINCT 4, 0, NULL::bytea, 0, encode("user", 'hex')::uuid::text FROM device) AS known;
INSERT INTO sequence (name, value) SELECT 'log_change', max(id) FROM log_change HAVING count(*) > 0;
