// Checks vectors/pki/log.json with Node's own crypto alone, from the text of docs/protocol.md section 3: leaves, hashes, roots, proofs, heads (ES256), evidence, and what is refused.
// Usage: node log.mjs VECTORS_FOLDER. Prints one line for each thing checked; exits 1 at the first that fails.
import assert from 'node:assert/strict';
import { createHash, createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.argv[2];
assert(folder, 'usage: node log.mjs VECTORS_FOLDER');
const vector = JSON.parse(readFileSync(join(folder, 'pki', 'log.json'), 'utf8'));
const passed = (what) => console.log(`ok ${what}`);

const sha256 = (...parts) => createHash('sha256').update(Buffer.concat(parts)).digest();
const leafHash = (text) => sha256(Buffer.from([0]), Buffer.from(text, 'utf8'));
const node = (left, right) => sha256(Buffer.from([1]), left, right);
const split = (n) => 2 ** Math.floor(Math.log2(n - 1));
// RFC 6962 §2.1.
const treeHash = (leaves) => {
  if (leaves.length === 1) return leaves[0];
  const k = split(leaves.length);
  return node(treeHash(leaves.slice(0, k)), treeHash(leaves.slice(k)));
};
// The root that an audit path gives; null when the path has not the length that index and size ask for. By recursion from the top, unlike the programs.
const rootOfPath = (leaf, index, size, path) => {
  if (size === 1) return path.length === 0 ? leaf : null;
  if (path.length === 0) return null;
  const k = split(size);
  const [rest, other] = [path.slice(0, -1), path.at(-1)];
  const below = index < k ? rootOfPath(leaf, index, k, rest) : rootOfPath(leaf, index - k, size - k, rest);
  if (below === null) return null;
  return index < k ? node(below, other) : node(other, below);
};
// [old root, new root] that a consistency proof gives (RFC 6962 §2.1.2 read backwards).
const rootsOfProof = (old, first, size, path, isWhole = true) => {
  if (first === size) {
    if (isWhole) return path.length === 0 ? [old, old] : null;
    return path.length === 1 ? [path[0], path[0]] : null;
  }
  if (path.length === 0) return null;
  const k = split(size);
  const [rest, other] = [path.slice(0, -1), path.at(-1)];
  if (first <= k) {
    const below = rootsOfProof(old, first, k, rest, isWhole);
    return below && [below[0], node(below[1], other)];
  }
  const below = rootsOfProof(old, first - k, size - k, rest, false);
  return below && [node(other, below[0]), node(other, below[1])];
};

const b64u = (text, bytes) => {
  if (typeof text !== 'string') return null;
  const value = Buffer.from(text, 'base64url');
  return value.toString('base64url') === text && (bytes === undefined ? value.length > 0 : value.length === bytes) ? value : null;
};
const isNumber = (value, max = 2 ** 53 - 1) => Number.isInteger(value) && value >= 0 && value <= max;
const isTime = (value) => isNumber(value, 253402300799999);
const isUser = (value) => /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(value);
// An object with exactly these members whose text is canonical.
const canonical = (text, ...members) => {
  try {
    const value = JSON.parse(text);
    return JSON.stringify(value) === text && JSON.stringify(Object.keys(value)) === JSON.stringify(members) ? value : null;
  } catch {
    return null;
  }
};

const isDevices = (leaf) => {
  if (!isUser(leaf.user) || !isNumber(leaf.seq) || leaf.seq === 0) return false;
  if (leaf.seq === 1 ? leaf.prev !== '' : !b64u(leaf.prev, 32)) return false;
  const { devices } = leaf;
  if (!Array.isArray(devices) || devices.length > 128 || devices.filter((one) => one.approval === 'first').length > 1) return false;
  return devices.every(
    (one, i) =>
      JSON.stringify(Object.keys(one)) === '["device","identity","encryption","approval"]' &&
      /^[0-9a-f]{32}$/.test(one.device) &&
      (i === 0 || devices[i - 1].device < one.device) &&
      b64u(one.identity, 32) &&
      b64u(one.encryption, 32) &&
      (['first', 'administrator'].includes(one.approval) || b64u(one.approval, 32)),
  );
};
const kinds = {
  certificate: [['der'], (leaf) => b64u(leaf.der)?.length <= 8192],
  revocation: [
    ['issuer', 'serial', 'reason'],
    (leaf) => (leaf.issuer === '' || b64u(leaf.issuer, 32)) && /^([0-9a-f]{2}){1,20}$/.test(leaf.serial) && isNumber(leaf.reason, 10),
  ],
  commit: [['room', 'epoch', 'hash'], (leaf) => b64u(leaf.room, 32) && isNumber(leaf.epoch) && leaf.epoch > 0 && b64u(leaf.hash, 32)],
  approval: [
    ['token'],
    (leaf) => {
      const header = canonical(b64u(leaf.token.split('.')[0])?.toString('utf8') ?? '', 'alg', 'typ', 'x5c');
      return header?.alg === 'PS256' && header.typ === 'tw-approval';
    },
  ],
  'log-key': [['token'], (leaf) => readStatement(leaf.token)?.time === leaf.time],
  devices: [['user', 'seq', 'prev', 'devices'], isDevices],
};
const readLeaf = (text) => {
  const kind = /^\{"v":1,"kind":"([a-z-]+)"/.exec(text)?.[1];
  if (!(kind in kinds)) return null;
  const [members, isRight] = kinds[kind];
  const leaf = canonical(text, 'v', 'kind', 'time', ...members);
  return leaf && leaf.v === 1 && leaf.kind === kind && isTime(leaf.time) && isRight(leaf) ? leaf : null;
};

// Read first, then verified: size and time say which key must have signed it (3.2).
const readSigned = (token, typ, ...members) => {
  const [header, payload, signature, ...more] = token.split('.');
  if (more.length || b64u(header)?.toString('utf8') !== `{"alg":"ES256","typ":"${typ}"}` || !b64u(payload) || !b64u(signature, 64)) return null;
  const head = canonical(b64u(payload).toString('utf8'), 'v', ...members);
  return head && head.v === 1 && isNumber(head.size) && head.size > 0 && b64u(head.root, 32) && isTime(head.time) ? head : null;
};
const isSignedBy = (info, token) => {
  const [header, payload, signature] = token.split('.');
  const key = createPublicKey({ key: info, format: 'der', type: 'spki' });
  return verify('sha256', Buffer.from(`${header}.${payload}`), { key, dsaEncoding: 'ieee-p1363' }, b64u(signature));
};
const readStatement = (token) => {
  const statement = readSigned(token, 'tw-log-key', 'key', 'size', 'root', 'time');
  return statement && b64u(statement.key, 91)?.subarray(0, 27).equals(firstKey.subarray(0, 27)) ? statement : null;
};
const firstKey = Buffer.from(vector.key, 'base64');
// The keys of a log: [key, last size, last time] of each. Null when a statement does not follow.
const chain = (tokens) => {
  const keys = [{ info: firstKey, size: Infinity, time: Infinity }];
  for (const token of tokens) if (!follow(keys, token)) return null;
  return keys;
};
const follow = (keys, token) => {
  const statement = readStatement(token);
  const [before, last] = [keys.at(-2), keys.at(-1)];
  if (!statement || !isSignedBy(last.info, token) || (before && (statement.size <= before.size || statement.time < before.time))) return null;
  const info = b64u(statement.key);
  if (keys.some((one) => one.info.equals(info))) return null;
  [last.size, last.time] = [statement.size, statement.time];
  keys.push({ info, size: Infinity, time: Infinity });
  return statement;
};
const verified = (keys, token, head) => {
  const key = head && keys.find((one) => head.size <= one.size);
  return key && head.time <= key.time && isSignedBy(key.info, token) ? head : null;
};
const readTreeHead = (token, keys = allKeys) => verified(keys, token, readSigned(token, 'tw-tree-head', 'size', 'root', 'time'));
const readUserHead = (token, keys = allKeys) => {
  const head = verified(keys, token, readSigned(token, 'tw-user-head', 'user', 'seq', 'leaf', 'index', 'size', 'root', 'time', 'expires'));
  if (!head || !isUser(head.user) || !isNumber(head.seq) || head.seq === 0 || !b64u(head.leaf, 32) || !isNumber(head.index) || head.index >= head.size) return null;
  return isTime(head.expires) && head.expires >= head.time && head.expires - head.time <= 3600000 ? head : null;
};

// What the files prove (3.4).
const isProof = (file) => {
  const path = (texts) => texts.map((text) => b64u(text, 32));
  const tokens = JSON.parse(file).keys ?? [];
  const last = tokens.length > 0 ? ['keys'] : [];
  const keys = chain(tokens);
  const fork = canonical(file, 'v', 'kind', 'one', 'other', ...last);
  if (fork?.kind === 'key-fork') {
    const [one, other] = [fork.one, fork.other].map((token) => keys && follow(chain(tokens), token));
    return !!one && !!other && JSON.stringify(one) !== JSON.stringify(other);
  }
  const two = canonical(file, 'v', 'kind', 'smaller', 'larger', 'root', 'path', ...last);
  if (two?.kind === 'split-view') {
    if (!keys) return false;
    const [smaller, larger] = [two.smaller, two.larger].map((token) => readTreeHead(token, keys) ?? readUserHead(token, keys) ?? verified(keys, token, readStatement(token)));
    if (!smaller || !larger || smaller.size > larger.size || two.root === smaller.root) return false;
    const roots = rootsOfProof(b64u(two.root, 32), smaller.size, larger.size, path(two.path));
    return roots !== null && roots[0].equals(b64u(two.root, 32)) && roots[1].equals(b64u(larger.root, 32));
  }
  const one = canonical(file, 'v', 'kind', 'head', 'leaf', 'index', 'path', ...last);
  assert.equal(one?.kind, 'hidden-list');
  const head = keys && readUserHead(one.head, keys);
  const text = b64u(one.leaf).toString('utf8');
  const list = readLeaf(text);
  if (!head || list?.kind !== 'devices' || list.user !== head.user || list.seq < head.seq || leafHash(text).equals(b64u(head.leaf, 32)) || one.index >= head.size) return false;
  return rootOfPath(leafHash(text), one.index, head.size, path(one.path))?.equals(b64u(head.root, 32)) ?? false;
};

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
assert.equal(H('root/v1', Buffer.from(vector.root, 'base64'), Buffer.from(vector.key, 'base64')).toString('hex'), vector.anchor);
passed('trust anchor: root and log key');

const all = vector.leaves.length;
assert(all > 0, 'the vector holds no leaf');
const hashes = vector.leaves.map((leaf) => leafHash(leaf.text));
const seen = new Map();
for (const [i, { text, hash }] of vector.leaves.entries()) {
  const leaf = readLeaf(text);
  assert(leaf, text);
  assert.equal(hashes[i].toString('hex'), hash);
  if (leaf.kind !== 'devices') continue;
  const before = seen.get(leaf.user);
  assert.deepEqual([leaf.seq, leaf.prev], before ? [before.seq + 1, before.hash.toString('base64url')] : [1, '']);
  seen.set(leaf.user, { seq: leaf.seq, hash: hashes[i] });
}
passed('leaves: canonical, hashes, each list after the one before');

const hex = (texts) => texts.map((text) => Buffer.from(text, 'hex'));
const roots = hex(vector.roots);
assert.equal(roots.length, all);
for (const [i, root] of roots.entries()) assert.deepEqual(treeHash(hashes.slice(0, i + 1)), root);
passed('roots of every size');
for (const [i, path] of vector.inclusion.entries()) assert.deepEqual(rootOfPath(hashes[i], i, all, hex(path)), roots[all - 1]);
for (const [i, path] of vector.consistency.entries()) assert.deepEqual(rootsOfProof(roots[i], i + 1, all, hex(path)), [roots[i], roots[all - 1]]);
passed('inclusion of every leaf, consistency of every size');

for (const token of vector.keys) {
  const statement = readStatement(token);
  assert.equal(readLeaf(vector.leaves[statement.size].text).token, token);
  assert.deepEqual(b64u(statement.root), roots[statement.size - 1]);
}
const allKeys = chain(vector.keys);
assert(allKeys && allKeys.length === vector.keys.length + 1);
passed('keys: each by the one before, each statement the first leaf that its key does not cover');
for (const [i, token] of vector.treeHeads.entries()) {
  const head = readTreeHead(token);
  assert.deepEqual([head.size, b64u(head.root)], [i + 1, roots[i]]);
}
passed('tree heads: signatures (ES256), sizes, roots');
for (const token of vector.userHeads) {
  const head = readUserHead(token);
  const list = readLeaf(vector.leaves[head.index].text);
  assert.deepEqual([head.user, head.seq, b64u(head.leaf), b64u(head.root)], [list.user, list.seq, hashes[head.index], roots[head.size - 1]]);
}
passed('user heads: signatures (ES256), lists, roots');

for (const one of vector.evidence) {
  assert.equal(isProof(one.file), one.isProof, one.what);
  passed(`evidence: ${one.what}: ${one.isProof ? 'proves' : 'proves nothing'}`);
}
const readers = { leaf: readLeaf, 'tree-head': readTreeHead, 'user-head': readUserHead, 'log-key': (token) => follow(chain(vector.keys), token) };
for (const one of vector.refused) {
  assert.equal(readers[one.kind](one.text), null, one.what);
  passed(`refused: ${one.what}`);
}
