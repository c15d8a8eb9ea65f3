-- Whose key it is, identity or encryption, over all accounts and for good. Of identity keys that two devices had before, the older device has it.

CREATE TABLE device_key (key_hash bytea PRIMARY KEY, device bytea NOT NULL);
INSERT INTO device_key (key_hash, device) SELECT key_hash, device FROM device ORDER BY added_at, device ON CONFLICT (key_hash) DO NOTHING;
