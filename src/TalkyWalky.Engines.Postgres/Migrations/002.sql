-- Revocation of each certificate, and CRL numbers. What revoked devices had counts as revoked with them.

ALTER TABLE certificate ADD COLUMN revoked_at bigint, ADD COLUMN revocation_reason integer;
CREATE INDEX certificate_by_device ON certificate (device);
CREATE INDEX certificate_by_user ON certificate ("user", serial);
CREATE INDEX certificate_revoked ON certificate (not_after) WHERE revoked_at IS NOT NULL;
UPDATE certificate SET revocation_reason = 0, revoked_at = coalesce(device.revoked_at, certificate.issued_at)
    FROM device WHERE device.device = certificate.device AND device.state = 2;
CREATE TABLE sequence (name text COLLATE "C" PRIMARY KEY, value bigint NOT NULL);
