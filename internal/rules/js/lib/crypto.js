// The parts of Node's crypto that rules use.
'use strict';
const { Buffer } = require('buffer');

const bytes = (v, encoding) => {
  if (typeof v === 'string') return Buffer.from(v, encoding === undefined || encoding === 'buffer' ? 'utf8' : encoding);
  if (ArrayBuffer.isView(v)) return Buffer.from(v.buffer, v.byteOffset, v.byteLength);
  if (v instanceof ArrayBuffer) return Buffer.from(v);
  throw new TypeError('a text or bytes are needed here');
};
const out = (buffer, encoding) => {
  const b = Buffer.from(buffer);
  return encoding === undefined || encoding === 'buffer' ? b : b.toString(encoding);
};
const name = (algorithm) => String(algorithm).toLowerCase().replace(/^(rsa-)?sha-?/, 'sha');

class Hash {
  #algorithm; #key; #chunks = []; #done = false;
  constructor(algorithm, key) {
    this.#algorithm = name(algorithm);
    this.#key = key;
    host.hash(this.#algorithm, Buffer.alloc(0)); // throws for what does not exist
  }
  update(data, encoding) {
    if (this.#done) throw new Error('Digest already called');
    this.#chunks.push(bytes(data, encoding));
    return this;
  }
  digest(encoding) {
    if (this.#done) throw new Error('Digest already called');
    this.#done = true;
    const all = Buffer.concat(this.#chunks);
    return out(this.#key === undefined ? host.hash(this.#algorithm, all) : host.hmac(this.#algorithm, this.#key, all), encoding);
  }
}

const randomBytes = (n, callback) => {
  const b = Buffer.from(host.random(n));
  if (typeof callback !== 'function') return b;
  host.next(() => callback(null, b));
};

const randomUUID = () => {
  const b = randomBytes(16);
  b[6] = (b[6] & 0x0f) | 0x40;
  b[8] = (b[8] & 0x3f) | 0x80;
  const h = b.toString('hex');
  return [h.slice(0, 8), h.slice(8, 12), h.slice(12, 16), h.slice(16, 20), h.slice(20)].join('-');
};

const randomInt = (min, max, callback) => {
  if (max === undefined || typeof max === 'function') return randomInt(0, min, max);
  const range = max - min;
  if (!Number.isSafeInteger(range) || range <= 0 || range > 2 ** 48) throw new RangeError('max must be greater than min, by 2^48 at most');
  const most = 2 ** 48 - (2 ** 48 % range);
  let n;
  do n = randomBytes(6).readUIntBE(0, 6); while (n >= most);
  if (typeof callback !== 'function') return min + (n % range);
  host.next(() => callback(null, min + (n % range)));
};

const pbkdf2Sync = (password, salt, rounds, length, algorithm) =>
  Buffer.from(host.pbkdf2(name(algorithm || 'sha1'), bytes(password), bytes(salt), rounds, length));

const pbkdf2 = (password, salt, rounds, length, algorithm, callback) => {
  const key = pbkdf2Sync(password, salt, rounds, length, algorithm);
  host.next(() => callback(null, key));
};

const timingSafeEqual = (a, b) => {
  const [x, y] = [bytes(a), bytes(b)];
  if (typeof a === 'string' || typeof b === 'string') throw new TypeError('timingSafeEqual compares bytes: use Buffer.from');
  if (x.length !== y.length) throw new RangeError('Input buffers must have the same byte length');
  return host.equal(x, y);
};

const getRandomValues = (array) => {
  const view = Buffer.from(array.buffer, array.byteOffset, array.byteLength);
  randomBytes(array.byteLength).copy(view);
  return array;
};

module.exports = {
  createHash: (algorithm) => new Hash(algorithm),
  createHmac: (algorithm, key) => new Hash(algorithm, bytes(key)),
  getHashes: () => ['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512'],
  randomBytes, randomUUID, randomInt, pbkdf2Sync, pbkdf2, timingSafeEqual, getRandomValues,
  webcrypto: { getRandomValues, randomUUID },
};

// What would be undefined, and called, says so.
for (const missing of ['createCipheriv', 'createDecipheriv', 'createSign', 'createVerify', 'scrypt', 'scryptSync', 'publicEncrypt', 'privateDecrypt', 'createCipher', 'createDecipher', 'subtle']) {
  Object.defineProperty(module.exports, missing, {
    get() { throw new Error('crypto.' + missing + ' does not exist here; jsonwebtoken signs and verifies'); },
  });
}
