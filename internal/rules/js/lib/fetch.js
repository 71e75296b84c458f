// fetch, as far as rules use it. The host follows no redirects.
'use strict';
const { Buffer } = require('buffer');
const { setTimeout } = require('hush:timers');
const { send } = require('hush:http');

class Headers {
  #map = new Map();
  constructor(init) {
    const list = init instanceof Headers || Array.isArray(init) ? [...init] : Object.entries(init || {});
    for (const [name, value] of list) this.append(name, value);
  }
  append(name, value) {
    const key = String(name).toLowerCase();
    this.#map.set(key, this.#map.has(key) ? `${this.#map.get(key)}, ${value}` : String(value));
  }
  set(name, value) { this.#map.set(String(name).toLowerCase(), String(value)); }
  get(name) { const v = this.#map.get(String(name).toLowerCase()); return v === undefined ? null : v; }
  has(name) { return this.#map.has(String(name).toLowerCase()); }
  delete(name) { this.#map.delete(String(name).toLowerCase()); }
  forEach(f, self) { for (const [name, value] of this) f.call(self, value, name, this); }
  keys() { return this.#map.keys(); }
  values() { return this.#map.values(); }
  entries() { return this.#map.entries(); }
  [Symbol.iterator]() { return this.#map.entries(); }
  raw() { const all = {}; for (const [name, value] of this) all[name] = [value]; return all; }
}

class Response {
  #body;
  constructor(body, init = {}) {
    this.#body = Buffer.isBuffer(body) ? body : Buffer.from(body === undefined || body === null ? '' : String(body));
    this.status = init.status === undefined ? 200 : init.status;
    this.statusText = init.statusText || '';
    this.headers = new Headers(init.headers);
    this.url = init.url || '';
    this.redirected = false;
    this.type = 'default';
    this.bodyUsed = false;
  }
  get ok() { return this.status >= 200 && this.status < 300; }
  async #read() {
    if (this.bodyUsed) throw new TypeError('the body was read before');
    this.bodyUsed = true;
    return this.#body;
  }
  async buffer() { return this.#read(); }
  async text() { return (await this.#read()).toString('utf8'); }
  async json() { return JSON.parse(await this.text()); }
  async arrayBuffer() {
    const b = await this.#read();
    return b.buffer.slice(b.byteOffset, b.byteOffset + b.byteLength);
  }
  clone() { return new Response(this.#body, this); }
}

class Request {
  constructor(input, init = {}) {
    const from = input instanceof Request ? input : {};
    this.url = String(from.url || input);
    this.method = String(init.method || from.method || 'GET').toUpperCase();
    this.headers = new Headers(init.headers || from.headers);
    this.body = init.body === undefined ? from.body : init.body;
    this.signal = init.signal || from.signal;
  }
}

const aborted = (signal) => {
  const err = signal.reason instanceof Error ? signal.reason : new Error('The operation was aborted');
  if (!(signal.reason instanceof Error)) err.name = 'AbortError';
  return err;
};

class AbortSignal {
  #heard = [];
  constructor() { this.aborted = false; this.reason = undefined; }
  addEventListener(type, f) { if (type === 'abort') this.#heard.push(f); }
  removeEventListener(type, f) { this.#heard = this.#heard.filter((g) => g !== f); }
  throwIfAborted() { if (this.aborted) throw aborted(this); }
  static [Symbol.for('hush.abort')](signal, reason) {
    if (signal.aborted) return;
    signal.aborted = true;
    signal.reason = reason;
    for (const f of signal.#heard) f.call(signal, { type: 'abort', target: signal });
    if (typeof signal.onabort === 'function') signal.onabort({ type: 'abort', target: signal });
  }
  static timeout(ms) {
    const signal = new AbortSignal();
    setTimeout(() => AbortSignal[Symbol.for('hush.abort')](signal, Object.assign(new Error('The operation timed out'), { name: 'TimeoutError' })), ms);
    return signal;
  }
}

class AbortController {
  constructor() { this.signal = new AbortSignal(); }
  abort(reason) { AbortSignal[Symbol.for('hush.abort')](this.signal, reason); }
}

async function fetch(input, init) {
  const request = new Request(input, init);
  if (request.body !== undefined && request.body !== null && (request.method === 'GET' || request.method === 'HEAD')) {
    throw new TypeError('a request with the method GET or HEAD has no body');
  }
  const { signal } = request;
  if (signal && signal.aborted) throw aborted(signal);
  const headers = {};
  request.headers.forEach((value, name) => { headers[name] = value; });
  const answer = send({ method: request.method, url: request.url, headers, body: request.body, ms: init && init.timeout })
    .then((a) => new Response(a.body, a));
  if (!signal) return answer;
  return Promise.race([answer, new Promise((_, reject) => signal.addEventListener('abort', () => reject(aborted(signal))))]);
}

module.exports = Object.assign(fetch, { default: fetch, fetch, Headers, Request, Response, AbortController, AbortSignal });
