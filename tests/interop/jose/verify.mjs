// Opens vectors/crypto/session.json with jose alone, and derives every key anew from docs/protocol.md section 5.
// Usage: node verify.mjs VECTORS_FOLDER. Prints one line for each thing checked; exits 1 at the first that fails.
import assert from 'node:assert/strict';
import { X509Certificate, createHash, createHmac, hkdfSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compactDecrypt, compactVerify, importJWK, importPKCS8, importX509 } from 'jose';

const folder = process.argv[2];
assert(folder, 'usage: node verify.mjs VECTORS_FOLDER');
const vector = JSON.parse(readFileSync(join(folder, 'crypto', 'session.json'), 'utf8'));
const passed = (what) => console.log(`ok ${what}`);

const sha256 = (...parts) => createHash('sha256').update(Buffer.concat(parts)).digest();
const u64 = (value) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
};
// Length-prefixed fields, u32 big-endian.
const fields = (...parts) =>
  Buffer.concat(
    parts.flatMap((part) => {
      const bytes = Buffer.from(part);
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return [length, bytes];
    }),
  );
const b64u = (text) => Buffer.from(text, 'base64url');
const hex = (bytes) => Buffer.from(bytes).toString('hex');
const uuid = (text) => Buffer.from(text.replaceAll('-', ''), 'hex');
// HKDF-Expand for one block (RFC 5869 §2.3).
const expand = (key, info) => createHmac('sha256', key).update(info).update(Buffer.from([1])).digest();

// The grant: RSA-OAEP-256 around A256GCM around PS256.
const readerKey = await importPKCS8(readFileSync(join(folder, vector.reader.encryptionKey), 'utf8'), 'RSA-OAEP-256');
const grantJwe = await compactDecrypt(vector.grant.token, readerKey, {
  keyManagementAlgorithms: ['RSA-OAEP-256'],
  contentEncryptionAlgorithms: ['A256GCM'],
});
assert.deepEqual(grantJwe.protectedHeader, { alg: 'RSA-OAEP-256', enc: 'A256GCM', typ: 'tw-grant' });
passed('grant: slice unwrapped (RSA-OAEP-256), payload decrypted (A256GCM)');

const pem = (base64) => `-----BEGIN CERTIFICATE-----\n${base64.match(/.{1,64}/g).join('\n')}\n-----END CERTIFICATE-----`;
const identity = await importX509(pem(vector.sender.identityCertificate), 'PS256');
const grantJws = await compactVerify(Buffer.from(grantJwe.plaintext), identity, { algorithms: ['PS256'] });
assert.equal(grantJws.protectedHeader.typ, 'tw-grant');
assert.deepEqual(grantJws.protectedHeader.x5c, [vector.sender.identityCertificate, vector.issuing]);
passed('grant: signature verified (PS256)');

const [leaf, issuing, root] = [vector.sender.identityCertificate, vector.issuing, vector.root].map((der) => new X509Certificate(Buffer.from(der, 'base64')));
assert(leaf.verify(issuing.publicKey) && issuing.verify(root.publicKey) && root.verify(root.publicKey));
passed('grant: certificates lead to the root');

const grantText = Buffer.from(grantJws.payload).toString('utf8');
assert.equal(grantText, vector.grant.body);
const grant = JSON.parse(grantText);
assert.equal(JSON.stringify(grant), grantText);
assert.deepEqual(Object.keys(grant), ['v', 'conv', 'epoch', 'head', 'suite', 'members', 'sid', 'seed', 'spk', 'root', 'leaves', 'prev', 'time']);
passed('grant: body as expected, and JSON.stringify writes the same bytes');

// What the grant commits to.
const rootHash = sha256(fields('root/v1', Buffer.from(vector.root, 'base64'), ''));
assert.deepEqual(sha256(fields('dm/v1', rootHash, ...grant.members.map(uuid))), b64u(grant.conv));
const certificateHash = sha256(Buffer.from(vector.sender.identityCertificate, 'base64'));
const sid = sha256(fields('session/v1', b64u(grant.seed), b64u(grant.conv), u64(grant.epoch), '', certificateHash, grant.suite));
assert.deepEqual(sid, b64u(grant.sid));
passed('grant: conversation and session id follow from root, members, seed and context');

const readerCertificateHash = sha256(Buffer.from(vector.reader.encryptionCertificate, 'base64'));
let node = sha256(Buffer.from([0]), fields('recipient/v1', uuid(vector.reader.user), uuid(vector.reader.device), readerCertificateHash));
assert.equal(grant.leaves, 2);
for (const [level, sibling] of vector.grant.path.entries()) {
  const other = Buffer.from(sibling, 'hex');
  node = (vector.grant.leafIndex >> level) & 1 ? sha256(Buffer.from([1]), other, node) : sha256(Buffer.from([1]), node, other);
}
assert.deepEqual(node, b64u(grant.root));
passed("grant: the reader's leaf leads to the signed recipient root");

// The messages: dir + A256GCM around ES256.
const point = b64u(grant.spk);
assert.equal(point[0], 4);
const sessionKey = await importJWK({ kty: 'EC', crv: 'P-256', x: point.subarray(1, 33).toString('base64url'), y: point.subarray(33).toString('base64url') }, 'ES256');
let chain = Buffer.from(hkdfSync('sha256', b64u(grant.seed), sid, fields('chain/v1'), 32));
let previous = '';
assert(vector.messages.length > 0, 'the vector holds no message');
for (const message of vector.messages) {
  const base = expand(chain, fields('base/v1'));
  assert.equal(hex(chain), vector.keys.chain[message.n]);
  assert.equal(hex(base), vector.keys.base[message.n]);
  const header = JSON.parse(b64u(message.jwe.split('.')[0]).toString('utf8'));
  assert.deepEqual(Object.keys(header), ['alg', 'enc', 'typ', 'suite', 'sid', 'n', 'salt']);
  const key = Buffer.from(hkdfSync('sha256', base, b64u(header.salt), fields('msg/v1', sid, u64(message.n)), 32));
  assert.equal(hex(key), message.key);
  chain = expand(chain, fields('next/v1'));

  const opened = await compactDecrypt(message.jwe, key, { keyManagementAlgorithms: ['dir'], contentEncryptionAlgorithms: ['A256GCM'] });
  const signed = await compactVerify(Buffer.from(opened.plaintext), sessionKey, { algorithms: ['ES256'] });
  assert.deepEqual(signed.protectedHeader, { alg: 'ES256', typ: 'tw-body' });
  const text = Buffer.from(signed.payload).toString('utf8');
  assert.equal(text, message.body);
  const body = JSON.parse(text);
  assert.equal(JSON.stringify(body), text);
  assert.deepEqual(
    [body.conv, body.epoch, body.sid, body.n, body.id, body.prev, body.time],
    [grant.conv, 0, grant.sid, message.n, message.id, previous, message.time],
  );
  previous = createHash('sha256').update(message.jwe, 'ascii').digest('base64url');
  passed(`message ${message.n}: key derived, decrypted (A256GCM), signature verified (ES256), chained`);
}
