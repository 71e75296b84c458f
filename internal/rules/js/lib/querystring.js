// Node's querystring.
'use strict';
const { Buffer } = require('buffer');

const escape = (text) => encodeURIComponent(String(text));
const unescape = (text) => {
  try {
    return decodeURIComponent(text);
  } catch (err) { // as Node, what is no UTF-8 is read byte by byte
    return Buffer.from(text.replace(/%([0-9a-f]{2})/gi, (_, h) => String.fromCharCode(parseInt(h, 16))), 'latin1').toString('utf8');
  }
};
const plain = (v) => (typeof v === 'string' ? v : typeof v === 'number' && Number.isFinite(v) || typeof v === 'bigint' || typeof v === 'boolean' ? String(v) : '');

const stringify = (value, sep = '&', eq = '=', options = {}) => {
  const encode = options.encodeURIComponent || escape;
  const pairs = [];
  for (const [name, v] of Object.entries(value || {})) {
    for (const one of Array.isArray(v) ? v : [v]) pairs.push(encode(name) + eq + encode(plain(one)));
  }
  return pairs.join(sep);
};

const parse = (text, sep = '&', eq = '=', options = {}) => {
  const decode = options.decodeURIComponent || unescape;
  const all = Object.create(null);
  for (const pair of String(text || '').split(sep).slice(0, options.maxKeys || 1000)) {
    if (!pair) continue;
    const at = pair.indexOf(eq);
    const read = (s) => decode(s.replace(/\+/g, ' '));
    const name = read(at < 0 ? pair : pair.slice(0, at));
    const v = at < 0 ? '' : read(pair.slice(at + eq.length));
    all[name] = name in all ? [].concat(all[name], v) : v;
  }
  return all;
};

module.exports = { stringify, encode: stringify, parse, decode: parse, escape, unescape };
