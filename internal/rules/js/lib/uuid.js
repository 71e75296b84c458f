// uuid (RFC 9562): versions 1, 3, 4, 5 and 7, and names of old.
'use strict';
const { Buffer } = require('buffer');
const crypto = require('crypto');

const stringify = (b) => {
  const h = Buffer.from(b).toString('hex');
  return [h.slice(0, 8), h.slice(8, 12), h.slice(12, 16), h.slice(16, 20), h.slice(20, 32)].join('-');
};
const pattern = /^(?:[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}|0{8}-0{4}-0{4}-0{4}-0{12}|f{8}-f{4}-f{4}-f{4}-f{12})$/i;
const validate = (text) => typeof text === 'string' && pattern.test(text);
const parse = (text) => {
  if (!validate(text)) throw new TypeError('Invalid UUID');
  return new Uint8Array(Buffer.from(text.replace(/-/g, ''), 'hex'));
};
const stamp = (b, version) => {
  b[6] = (b[6] & 0x0f) | (version << 4);
  b[8] = (b[8] & 0x3f) | 0x80;
  return stringify(b);
};

const v4 = () => crypto.randomUUID();
const v1 = () => { // 100 ns since 1582, and a random node, as section 5.1 allows
  const b = crypto.randomBytes(16);
  const t = BigInt(Date.now() + 12219292800000) * 10000n + BigInt(crypto.randomInt(10000));
  b.writeUInt32BE(Number(t & 0xffffffffn), 0);
  b.writeUInt16BE(Number((t >> 32n) & 0xffffn), 4);
  b.writeUInt16BE(Number((t >> 48n) & 0x0fffn), 6);
  b[10] |= 1;
  return stamp(b, 1);
};
const v7 = () => {
  const b = crypto.randomBytes(16);
  b.writeUIntBE(Date.now(), 0, 6);
  return stamp(b, 7);
};
const named = (version, algorithm) => {
  const make = (name, namespace) => {
    const space = typeof namespace === 'string' ? parse(namespace) : namespace;
    const hash = crypto.createHash(algorithm).update(Buffer.from(space)).update(typeof name === 'string' ? name : Buffer.from(name)).digest();
    return stamp(hash.subarray(0, 16), version);
  };
  make.DNS = '6ba7b810-9dad-11d1-80b4-00c04fd430c8';
  make.URL = '6ba7b811-9dad-11d1-80b4-00c04fd430c8';
  return make;
};

module.exports = Object.assign(() => v4(), {
  v1, v3: named(3, 'md5'), v4, v5: named(5, 'sha1'), v7, validate, parse, stringify,
  version: (text) => parse(text)[6] >> 4, NIL: '00000000-0000-0000-0000-000000000000',
});
