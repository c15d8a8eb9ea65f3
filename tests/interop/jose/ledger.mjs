// Checks the rooms of vectors/ledger/ledger.json with Node's own crypto alone, from the text of docs/protocol.md section 4: certificates, PS256, hashes, the chain, ids.
// Usage: node ledger.mjs VECTORS_FOLDER. Prints one line for each thing checked; exits 1 at the first that fails.
import assert from 'node:assert/strict';
import { X509Certificate, constants, createHash, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.argv[2];
assert(folder, 'usage: node ledger.mjs VECTORS_FOLDER');
const vector = JSON.parse(readFileSync(join(folder, 'ledger', 'ledger.json'), 'utf8'));
const passed = (what) => console.log(`ok ${what}`);

// H(label, ...): SHA-256 over length-prefixed fields, u32 big-endian.
const H = (...parts) => {
  const hash = createHash('sha256');
  for (const part of parts) {
    const bytes = Buffer.from(part);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  }
  return hash.digest();
};
const der = (base64) => Buffer.from(base64, 'base64');
const [root, issuing] = [vector.root, vector.issuing].map((text) => new X509Certificate(der(text)));
assert(issuing.verify(root.publicKey) && root.verify(root.publicKey));
const people = new Map(vector.people.map((person) => [person.user, person]));

const check = (token, expected) => {
  const [header, payload, signature] = token.split('.');
  const { alg, typ, x5c, ...rest } = JSON.parse(Buffer.from(header, 'base64url'));
  assert.deepEqual([alg, typ, rest], ['PS256', 'tw-commit', {}]);
  const text = Buffer.from(payload, 'base64url').toString('utf8');
  const body = JSON.parse(text);
  if (expected) assert.equal(text, expected);
  assert.equal(JSON.stringify(body), text);
  assert.deepEqual(Object.keys(body), ['v', 'room', 'epoch', 'prev', 'actor', 'device', 'action', 'time']);

  const leaf = new X509Certificate(der(x5c[0]));
  assert(leaf.verify(issuing.publicKey));
  assert(Date.parse(leaf.validFrom) <= body.time && body.time < Date.parse(leaf.validTo));
  assert.equal(leaf.subjectAltName, `URI:tw://example.org/user/${body.actor}, URI:tw://example.org/device/${body.device}`);
  assert.equal(x5c[0], people.get(body.actor).certificate);
  const key = { key: leaf.publicKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
  assert(verify('sha256', Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, 'base64url')));
  return { body, hash: H('commit/v1', token) };
};

for (const room of vector.rooms) {
  let head = null;
  if (room.isGeneral) {
    head = H('general/v1', H('root/v1', der(vector.root), ''));
    assert.equal(head.toString('hex'), room.id);
    passed('General: id from the root');
  }
  let epoch = room.isGeneral ? 1 : 0;
  for (const commit of room.commits) {
    const { body, hash } = check(commit.token, commit.body);
    const isCreate = head === null;
    assert.equal(body.action.kind === 'create', isCreate);
    assert.equal(body.room, isCreate ? '' : Buffer.from(room.id, 'hex').toString('base64url'));
    assert.equal(body.prev, isCreate ? '' : head.toString('base64url'));
    assert.equal(body.epoch, ++epoch);
    assert.deepEqual([hash.toString('hex'), hash.toString('hex'), epoch], [commit.hash, commit.after.head, commit.after.epoch]);
    if (isCreate) assert.equal(room.id, commit.hash);
    head = hash;
    passed(`${room.name} ${epoch}: ${body.action.kind}, certificate, signature (PS256), hash, chain`);
  }
}

const evidence = JSON.parse(vector.evidence);
const [first, second] = [check(evidence.first), check(evidence.second)];
assert(Buffer.compare(first.hash, second.hash) < 0);
assert.deepEqual([first.body.room, first.body.epoch, first.body.prev], [second.body.room, second.body.epoch, second.body.prev]);
passed('evidence: two commits on one parent');
