-- How the log's key was replaced stands beside the head that needs it.

ALTER TABLE log_head ADD COLUMN keys bytea NOT NULL DEFAULT '';
