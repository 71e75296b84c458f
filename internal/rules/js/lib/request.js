// request, as far as rules use it. The host follows no redirects.
'use strict';
const { Buffer } = require('buffer');
const querystring = require('querystring');
const { send, basic } = require('hush:http');

const named = (headers, lower) => Object.keys(headers).find((name) => name.toLowerCase() === lower);

// settle makes one set of options of the ways in which request can be called.
const settle = (defaults, uri, options, callback) => {
  if (typeof options === 'function') return settle(defaults, uri, undefined, options);
  const given = typeof uri === 'object' && uri !== null && !(uri instanceof require('url').URL) ? { ...uri, ...options } : { ...options, uri };
  const all = { ...defaults, ...given, headers: { ...defaults.headers, ...given.headers } };
  return { ...all, callback: callback || all.callback };
};

const address = (o) => {
  let url = String((o.uri && o.uri.href) || o.uri || (o.url && o.url.href) || o.url || '');
  if (o.baseUrl) url = o.baseUrl.replace(/\/+$/, '') + '/' + url.replace(/^\/+/, '');
  const query = o.qs ? querystring.stringify(o.qs) : '';
  return query ? url + (url.includes('?') ? '&' : '?') + query : url;
};

const authorization = (auth) => {
  const bearer = typeof auth.bearer === 'function' ? auth.bearer() : auth.bearer;
  if (bearer !== undefined) return 'Bearer ' + bearer;
  const { user, username, pass, password } = auth;
  return basic(user === undefined ? username : user, pass === undefined ? password : pass);
};

const body = (o, headers) => {
  const type = (value) => { if (!named(headers, 'content-type')) headers['Content-Type'] = value; };
  if (o.form) {
    type('application/x-www-form-urlencoded');
    return typeof o.form === 'string' ? o.form : querystring.stringify(o.form);
  }
  if (o.json) {
    if (!named(headers, 'accept')) headers.Accept = 'application/json';
    const value = typeof o.json === 'object' ? o.json : o.body;
    if (value === undefined) return undefined;
    type('application/json');
    return JSON.stringify(value);
  }
  return o.body;
};

const read = (o, bytes) => {
  if (o.encoding === null) return bytes;
  const text = bytes.toString(typeof o.encoding === 'string' ? o.encoding : 'utf8');
  if (!o.json) return text;
  try {
    return JSON.parse(text);
  } catch (err) {
    return text;
  }
};

// perform resolves to the response, with its body read.
const perform = async (o) => {
  const headers = { ...o.headers };
  if (o.auth) headers.Authorization = authorization(o.auth);
  const sent = body(o, headers);
  const method = String(o.method || 'GET').toUpperCase();
  const answer = await send({ method, url: address(o), headers, body: sent, ms: o.timeout });
  return {
    statusCode: answer.status, statusMessage: answer.statusText, headers: answer.headers, body: read(o, answer.body),
    request: { method, uri: { href: address(o) }, headers }, toJSON() { return { statusCode: this.statusCode, body: this.body, headers: this.headers }; },
  };
};

// emitter is what request returns: events, for those who listen to them.
const emitter = () => {
  const heard = {};
  const self = {
    on(name, f) { (heard[name] = heard[name] || []).push(f); return self; },
    emit(name, ...args) { (heard[name] || []).forEach((f) => f.apply(self, args)); return self; },
    heard: (name) => Boolean(heard[name]),
    abort() {}, end() { return self; }, setHeader() {},
  };
  self.once = self.addListener = self.on;
  return self;
};

const make = (defaults) => {
  const request = (uri, options, callback) => {
    const o = settle(defaults, uri, options, callback);
    const events = emitter();
    perform(o).then((response) => host.next(() => {
      events.emit('response', response).emit('data', Buffer.isBuffer(response.body) ? response.body : Buffer.from(typeof response.body === 'string' ? response.body : JSON.stringify(response.body)));
      events.emit('end').emit('complete', response, response.body);
      if (o.callback) o.callback(null, response, response.body);
    }), (err) => host.next(() => {
      events.emit('error', err);
      if (o.callback) o.callback(err);
      else if (!events.heard('error')) throw err;
    }));
    return events;
  };
  request.defaults = (more) => make({ ...defaults, ...more, headers: { ...defaults.headers, ...more.headers } });
  return verbs(request, (method) => (uri, options, callback) => {
    const o = settle({}, uri, options, callback);
    return request({ ...o, method });
  });
};

// verbs adds request.get and so on.
const verbs = (request, call) => {
  for (const name of ['get', 'post', 'put', 'patch', 'head', 'options']) request[name] = call(name.toUpperCase());
  request.del = request.delete = call('DELETE');
  return request;
};

module.exports = Object.assign(make({ headers: {} }), { hush: { settle, perform, verbs } });
