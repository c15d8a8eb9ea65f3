-- Whose certificate it is, by the CA's key, and the newest CRL of each CA.

ALTER TABLE certificate ADD COLUMN issuer bytea;
CREATE TABLE crl (issuer bytea PRIMARY KEY, number bigint NOT NULL, der bytea NOT NULL);
