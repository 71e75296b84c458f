// Node's Buffer: bytes with encodings. host.encode and host.decode know these.
'use strict';

const encodings = {
  utf8: 'utf8', 'utf-8': 'utf8', hex: 'hex', base64: 'base64', base64url: 'base64url', latin1: 'latin1', binary: 'latin1',
  ascii: 'ascii', utf16le: 'utf16le', 'utf-16le': 'utf16le', ucs2: 'utf16le', 'ucs-2': 'utf16le',
};
const encoding = (name) => {
  const known = name === undefined || name === null ? 'utf8' : encodings[String(name).toLowerCase()];
  if (!known) throw Object.assign(new TypeError('Unknown encoding: ' + name), { code: 'ERR_UNKNOWN_ENCODING' });
  return known;
};

// Buffer is a function, since old rules call it with and without new.
function Buffer(a, b, c) {
  if (typeof a === 'string') return from(a, b);
  if (typeof a === 'number' || a === undefined) return make(a || 0);
  return a instanceof ArrayBuffer ? make(a, b, c) : from(a, b);
}
Object.setPrototypeOf(Buffer, Uint8Array);
Buffer.prototype = Object.create(Uint8Array.prototype, { constructor: { value: Buffer, writable: true, configurable: true } });

const make = (...args) => Reflect.construct(Uint8Array, args, Buffer);

const from = (value, how, length) => {
  if (typeof value === 'string') return make(host.encode(value, encoding(how)));
  if (value instanceof ArrayBuffer) return make(value, how, length);
  if (value && value.type === 'Buffer' && Array.isArray(value.data)) return make(value.data);
  if (value && (Array.isArray(value) || ArrayBuffer.isView(value) || typeof value.length === 'number')) return make(value);
  if (value && typeof value.valueOf === 'function' && value.valueOf() !== value) return from(value.valueOf(), how, length);
  throw new TypeError('a Buffer is made of a text, bytes or an array');
};

const compare = (a, b) => {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    if (a[i] !== b[i]) return a[i] < b[i] ? -1 : 1;
  }
  return Math.sign(a.length - b.length);
};

Object.assign(Buffer, {
  from: (value, how, length) => from(value, how, length), // not Uint8Array's
  of: (...bytes) => make(bytes),
  alloc: (size, fill, how) => (fill === undefined ? make(size) : make(size).fill(fill, how)),
  allocUnsafe: (size) => make(size),
  concat: (list, length) => {
    const all = make(length === undefined ? list.reduce((n, b) => n + b.length, 0) : length);
    let at = 0;
    for (const b of list) {
      all.set(b.subarray(0, Math.max(0, all.length - at)), Math.min(at, all.length));
      at += b.length;
    }
    return all;
  },
  isBuffer: (v) => v instanceof Buffer,
  isEncoding: (name) => Object.hasOwn(encodings, String(name).toLowerCase()),
  byteLength: (v, how) => (typeof v === 'string' ? from(v, how).length : v.byteLength),
  compare, poolSize: 8192,
});

// search looks for bytes in bytes.
const search = (all, wanted, at) => {
  for (let i = Math.max(0, at < 0 ? all.length + at : at); i + wanted.length <= all.length; i++) {
    let same = 0;
    while (same < wanted.length && all[i + same] === wanted[same]) same++;
    if (same === wanted.length) return i;
  }
  return -1;
};

const methods = {
  toString(how, start = 0, end = this.length) { return host.decode(this.subarray(start, end), encoding(how)); },
  toJSON() { return { type: 'Buffer', data: Array.from(this) }; },
  equals(other) { return compare(this, other) === 0; },
  compare(other) { return compare(this, other); },
  slice(start, end) { return this.subarray(start, end); }, // shares its bytes, as Node's
  copy(to, at = 0, start = 0, end = this.length) {
    const part = this.subarray(start, Math.min(end, start + Math.max(0, to.length - at)));
    to.set(part, at);
    return part.length;
  },
  write(text, at = 0, length, how) {
    if (typeof at === 'string') return this.write(text, 0, undefined, at);
    if (typeof length === 'string') return this.write(text, at, undefined, length);
    const bytes = from(text, how).subarray(0, Math.min(this.length - at, length === undefined ? Infinity : length));
    this.set(bytes, at);
    return bytes.length;
  },
  fill(value, start, end, how) {
    if (typeof value !== 'string') return Uint8Array.prototype.fill.call(this, value, start, end);
    if (typeof start === 'string') return this.fill(value, 0, this.length, start);
    const bytes = from(value, how);
    for (let i = start || 0; bytes.length && i < (end === undefined ? this.length : end); i++) this[i] = bytes[(i - (start || 0)) % bytes.length];
    return this;
  },
  indexOf(value, at = 0, how) {
    if (typeof value === 'number') return Uint8Array.prototype.indexOf.call(this, value & 255, at);
    return search(this, typeof value === 'string' ? from(value, how) : value, at);
  },
  includes(value, at, how) { return this.indexOf(value, at, how) >= 0; },
};
for (const [name, value] of Object.entries(methods)) Object.defineProperty(Buffer.prototype, name, { value, writable: true, configurable: true });

// Numbers: readUInt32BE, writeDoubleLE and so on, and those of up to 6 bytes.
const add = (name, value) => {
  for (const n of [name, name.replace('UInt', 'Uint')]) Object.defineProperty(Buffer.prototype, n, { value, writable: true, configurable: true });
};
const view = (b) => new DataView(b.buffer, b.byteOffset, b.byteLength);
for (const [kind, name, size] of [['Uint8', 'UInt8', 1], ['Int8', 'Int8', 1], ['Uint16', 'UInt16', 2], ['Int16', 'Int16', 2], ['Uint32', 'UInt32', 4], ['Int32', 'Int32', 4],
  ['Float32', 'Float', 4], ['Float64', 'Double', 8], ['BigInt64', 'BigInt64', 8], ['BigUint64', 'BigUInt64', 8]]) {
  for (const end of size === 1 ? [''] : ['LE', 'BE']) {
    add('read' + name + end, function (at = 0) { return view(this)['get' + kind](at, end === 'LE'); });
    add('write' + name + end, function (value, at = 0) { view(this)['set' + kind](at, value, end === 'LE'); return at + size; });
  }
}
for (const end of ['LE', 'BE']) {
  const each = (b, at, size) => { // the most significant byte first
    if (at < 0 || size < 1 || size > 6 || at + size > b.length) throw new RangeError('out of range');
    const places = Array.from({ length: size }, (_, i) => at + i);
    return end === 'BE' ? places : places.reverse();
  };
  add('readUInt' + end, function (at, size) { return each(this, at, size).reduce((n, i) => n * 256 + this[i], 0); });
  add('readInt' + end, function (at, size) {
    const n = this['readUInt' + end](at, size);
    return n >= 2 ** (8 * size - 1) ? n - 2 ** (8 * size) : n;
  });
  const write = function (value, at, size) {
    let rest = value < 0 ? value + 2 ** (8 * size) : value;
    for (const i of each(this, at, size).reverse()) {
      this[i] = rest % 256;
      rest = Math.floor(rest / 256);
    }
    return at + size;
  };
  add('writeUInt' + end, write);
  add('writeInt' + end, write);
}

module.exports = {
  Buffer, kMaxLength: 2 ** 31 - 1, constants: { MAX_LENGTH: 2 ** 31 - 1 },
  get atob() { return require('hush:text').atob; }, get btoa() { return require('hush:text').btoa; },
};
