// TextEncoder, TextDecoder, atob and btoa.
'use strict';
const { Buffer } = require('buffer');

class TextEncoder {
  get encoding() { return 'utf-8'; }
  encode(text = '') { return new Uint8Array(Buffer.from(String(text))); }
}

class TextDecoder {
  #fatal; #keep;
  constructor(label = 'utf-8', { fatal = false, ignoreBOM = false } = {}) {
    if (!/^(utf-?8|unicode-1-1-utf-8)$/i.test(label)) throw new RangeError('only UTF-8 is decoded here');
    this.#fatal = fatal;
    this.#keep = ignoreBOM;
  }
  get encoding() { return 'utf-8'; }
  decode(bytes = new Uint8Array()) {
    const b = ArrayBuffer.isView(bytes) ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) : Buffer.from(bytes);
    const text = b.toString('utf8');
    if (this.#fatal && !Buffer.from(text).equals(b)) throw new TypeError('this is no UTF-8');
    return !this.#keep && text.startsWith('\ufeff') ? text.slice(1) : text;
  }
}

const refuse = (message) => { throw Object.assign(new Error(message), { name: 'InvalidCharacterError', code: 5 }); };

const btoa = (text) => {
  const s = String(text);
  if (/[^\0-\xff]/.test(s)) refuse('btoa takes characters up to U+00FF');
  return Buffer.from(s, 'latin1').toString('base64');
};

const atob = (text) => {
  const s = String(text).replace(/[\t\n\f\r ]/g, '').replace(/^((?:....)*(?:..==|...=))$/, (all) => all.replace(/=+$/, ''));
  if (s.length % 4 === 1 || /[^A-Za-z0-9+/]/.test(s)) refuse('this is no Base64');
  return Buffer.from(s, 'base64').toString('latin1');
};

module.exports = { TextEncoder, TextDecoder, atob, btoa };
