// One call through the host, which fetch, axios and request are made of.
'use strict';
const { Buffer } = require('buffer');
const { setTimeout, clearTimeout } = require('hush:timers');
const ask = require('hush:ask');

// bytes of what may be sent as a body, and the content type that goes with it.
const encode = (body) => {
  if (body === undefined || body === null) return {};
  if (typeof body === 'string') return { bytes: Buffer.from(body), type: 'text/plain;charset=UTF-8' };
  if (body instanceof ArrayBuffer) return { bytes: Buffer.from(body) };
  if (ArrayBuffer.isView(body)) return { bytes: Buffer.from(body.buffer, body.byteOffset, body.byteLength) };
  if (body instanceof require('url').URLSearchParams) {
    return { bytes: Buffer.from(body.toString()), type: 'application/x-www-form-urlencoded;charset=UTF-8' };
  }
  return { bytes: Buffer.from(String(body)), type: 'text/plain;charset=UTF-8' };
};

// send resolves to { status, statusText, url, headers: { name: value }, body: Buffer }, whatever
// the status is. ms bounds it: 0 or nothing for not at all.
const send = ({ method, url, headers, body, ms }) => {
  const sent = {};
  for (const [name, value] of Object.entries(headers || {})) {
    if (value !== undefined && value !== null && value !== false) sent[name] = String(value);
  }
  const has = (name) => Object.keys(sent).some((n) => n.toLowerCase() === name);
  const { bytes, type } = encode(body);
  if (type && !has('content-type')) sent['Content-Type'] = type;
  const request = { url: String(url), method: String(method || 'GET').toUpperCase(), headers: sent };
  if (bytes) request.body = bytes.toString('base64');
  const answer = ask('fetch', [request])
    .then((a) => ({ ...a, headers: a.headers || {}, body: Buffer.from(a.body || '', 'base64') }));
  if (!(ms > 0)) return answer;
  return new Promise((resolve, reject) => {
    const id = setTimeout(() => {
      const err = new Error(`timeout of ${ms}ms exceeded`);
      err.code = 'ETIMEDOUT';
      reject(err);
    }, ms);
    answer.then((a) => { clearTimeout(id); resolve(a); }, (err) => { clearTimeout(id); reject(err); });
  });
};

const basic = (user, pass) => 'Basic ' + Buffer.from(`${user === undefined ? '' : user}:${pass === undefined ? '' : pass}`).toString('base64');

module.exports = { send, basic };
