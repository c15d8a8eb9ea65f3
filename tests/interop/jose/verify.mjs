// Opens vectors/crypto/session.json with jose alone, and derives every key anew from docs/protocol.md section 5.
// Usage: node verify.mjs VECTORS_FOLDER. Prints one line for each thing checked; exits 1 at the first that fails.
import assert from 'node:assert/strict';
import { X509Certificate, createHash, createHmac, createPublicKey, hkdfSync } from 'node:crypto';
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

const readerKey = await importPKCS8(readFileSync(join(folder, vector.reader.encryptionKey), 'utf8'), 'RSA-OAEP-256');
const pem = (base64) => `-----BEGIN CERTIFICATE-----\n${base64.match(/.{1,64}/g).join('\n')}\n-----END CERTIFICATE-----`;
const rootHash = sha256(fields('root/v1', Buffer.from(vector.root, 'base64'), Buffer.from(vector.log, 'base64')));
const logKey = createPublicKey({ key: Buffer.from(vector.log, 'base64'), format: 'der', type: 'spki' });

// A grant: RSA-OAEP-256 around A256GCM around PS256, and what its body commits to.
async function openGrant(what, expected, sender, leaves) {
  const jwe = await compactDecrypt(expected.token, readerKey, {
    keyManagementAlgorithms: ['RSA-OAEP-256'],
    contentEncryptionAlgorithms: ['A256GCM'],
  });
  assert.deepEqual(jwe.protectedHeader, { alg: 'RSA-OAEP-256', enc: 'A256GCM', typ: 'tw-grant' });
  passed(`${what}: slice unwrapped (RSA-OAEP-256), payload decrypted (A256GCM)`);

  const identity = await importX509(pem(sender.identityCertificate), 'PS256');
  const jws = await compactVerify(Buffer.from(jwe.plaintext), identity, { algorithms: ['PS256'] });
  assert.equal(jws.protectedHeader.typ, 'tw-grant');
  assert.deepEqual(jws.protectedHeader.x5c, [sender.identityCertificate, vector.issuing]);
  passed(`${what}: signature verified (PS256)`);

  const [leaf, issuing, root] = [sender.identityCertificate, vector.issuing, vector.root].map((der) => new X509Certificate(Buffer.from(der, 'base64')));
  assert(leaf.verify(issuing.publicKey) && issuing.verify(root.publicKey) && root.verify(root.publicKey));
  passed(`${what}: certificates lead to the root`);

  const text = Buffer.from(jws.payload).toString('utf8');
  assert.equal(text, expected.body);
  const body = JSON.parse(text);
  assert.equal(JSON.stringify(body), text);
  assert.deepEqual(Object.keys(body), ['v', 'conv', 'epoch', 'head', 'suite', 'members', 'sid', 'seed', 'spk', 'root', 'leaves', 'tree', 'prev', 'time']);
  passed(`${what}: body as expected, and JSON.stringify writes the same bytes`);

  const certificateHash = sha256(Buffer.from(sender.identityCertificate, 'base64'));
  const sid = sha256(fields('session/v1', b64u(body.seed), b64u(body.conv), u64(body.epoch), b64u(body.head), certificateHash, body.suite));
  assert.deepEqual(sid, b64u(body.sid));
  passed(`${what}: session id follows from seed and context`);

  const readerCertificateHash = sha256(Buffer.from(vector.reader.encryptionCertificate, 'base64'));
  let node = sha256(Buffer.from([0]), fields('recipient/v1', uuid(vector.reader.user), uuid(vector.reader.device), readerCertificateHash, u64(expected.listSeq), Buffer.from(expected.listHash, 'hex')));
  assert.equal(body.leaves, leaves);
  for (const [level, sibling] of expected.path.entries()) {
    const other = Buffer.from(sibling, 'hex');
    node = (expected.leafIndex >> level) & 1 ? sha256(Buffer.from([1]), other, node) : sha256(Buffer.from([1]), node, other);
  }
  assert.deepEqual(node, b64u(body.root));
  passed(`${what}: the reader's leaf leads to the signed recipient root`);

  const tree = await compactVerify(body.tree, logKey, { algorithms: ['ES256'] });
  assert.deepEqual(tree.protectedHeader, { alg: 'ES256', typ: 'tw-tree-head' });
  const head = Buffer.from(tree.payload).toString('utf8');
  assert.equal(JSON.stringify(JSON.parse(head)), head);
  assert.deepEqual(Object.keys(JSON.parse(head)), ['v', 'size', 'root', 'time']);
  passed(`${what}: tree head verified (ES256) by the log's key`);
  return body;
}

const grant = await openGrant('grant', vector.grant, vector.sender, 2);
assert.deepEqual([grant.epoch, grant.head], [0, '']);
assert.deepEqual(grant.members, [vector.sender.user, vector.reader.user].sort());
assert.deepEqual(sha256(fields('dm/v1', rootHash, ...grant.members.map(uuid))), b64u(grant.conv));
passed('grant: conversation follows from root and members');

const room = await openGrant('room grant', vector.roomGrant, vector.sender, 2);
assert.deepEqual([room.epoch, room.members, b64u(room.head)], [3, [], sha256(Buffer.from('its third commit'))]);
passed('room grant: epoch and ledger head, no members');

const own = await openGrant('own grant', vector.ownGrant, vector.ownSender, 1);
assert.deepEqual([own.epoch, own.head, own.members], [0, '', [vector.reader.user, vector.reader.user]]);
assert.deepEqual(sha256(fields('dm/v1', rootHash, ...own.members.map(uuid))), b64u(own.conv));
passed('own grant: conversation follows from root and the one member');

// The messages: dir + A256GCM around ES256.
const point = b64u(grant.spk);
assert.equal(point[0], 4);
const sessionKey = await importJWK({ kty: 'EC', crv: 'P-256', x: point.subarray(1, 33).toString('base64url'), y: point.subarray(33).toString('base64url') }, 'ES256');
const sid = b64u(grant.sid);
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

// The signal: the same layers under a key of its own.
const { signal } = vector;
const signalHeader = JSON.parse(b64u(signal.jwe.split('.')[0]).toString('utf8'));
assert.deepEqual(Object.keys(signalHeader), ['alg', 'enc', 'typ', 'suite', 'sid', 'n', 'salt']);
assert.deepEqual([signalHeader.typ, signalHeader.sid, signalHeader.n], ['tw-signal', grant.sid, signal.n]);
const signalBase = Buffer.from(hkdfSync('sha256', b64u(grant.seed), sid, fields('signal/v1'), 32));
assert.equal(hex(signalBase), signal.signalKey);
const signalKey = Buffer.from(hkdfSync('sha256', signalBase, b64u(signalHeader.salt), fields('sigmsg/v1', sid, u64(signal.n)), 32));
assert.equal(hex(signalKey), signal.key);
const signalJwe = await compactDecrypt(signal.jwe, signalKey, { keyManagementAlgorithms: ['dir'], contentEncryptionAlgorithms: ['A256GCM'] });
const signalJws = await compactVerify(Buffer.from(signalJwe.plaintext), sessionKey, { algorithms: ['ES256'] });
assert.deepEqual(signalJws.protectedHeader, { alg: 'ES256', typ: 'tw-signal-body' });
const signalText = Buffer.from(signalJws.payload).toString('utf8');
assert.equal(signalText, signal.body);
const signalBody = JSON.parse(signalText);
assert.equal(JSON.stringify(signalBody), signalText);
assert.deepEqual([Object.keys(signalBody), signalBody.sid, signalBody.n, signalBody.kind], [['sid', 'n', 'kind', 'pad'], grant.sid, signal.n, 'typing']);
passed('signal: key derived, decrypted (A256GCM), signature verified (ES256)');
