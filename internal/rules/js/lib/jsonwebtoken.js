// jsonwebtoken: JWTs (RFC 7519) in compact form. Signatures are the host's.
'use strict';
const { Buffer } = require('buffer');

class JsonWebTokenError extends Error {
  constructor(message, error) {
    super(message);
    this.name = 'JsonWebTokenError';
    if (error) this.inner = error;
  }
}
class TokenExpiredError extends JsonWebTokenError {
  constructor(message, expiredAt) {
    super(message);
    this.name = 'TokenExpiredError';
    this.expiredAt = expiredAt;
  }
}
class NotBeforeError extends JsonWebTokenError {
  constructor(message, date) {
    super(message);
    this.name = 'NotBeforeError';
    this.date = date;
  }
}

const symmetric = ['HS256', 'HS384', 'HS512'];
const asymmetric = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512'];

const encode = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

// keyed is the key as bytes, and whether it is one of a pair.
const keyed = (key) => {
  const material = key && typeof key === 'object' && !ArrayBuffer.isView(key) && key.key !== undefined ? key.key : key;
  const bytes = typeof material === 'string' ? Buffer.from(material) : material;
  if (!bytes || !ArrayBuffer.isView(bytes) || bytes.byteLength === 0) throw new JsonWebTokenError('secret or key must be provided');
  return { bytes, pair: Buffer.from(bytes).toString('latin1').includes('-----BEGIN ') };
};

// seconds of a span: a number of them, or a text such as 90s, 5m, 2h, 7 days.
const units = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86400, w: 604800, y: 31557600 };
const seconds = (name, span) => {
  if (typeof span === 'number' && Number.isFinite(span)) return span;
  const m = /^(-?\d*\.?\d+) *(ms|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?|y|yrs?|years?)?$/i.exec(String(span));
  if (!m) throw new Error(`"${name}" should be a number of seconds or string representing a timespan eg: "1d", "20h", 60`);
  const unit = (m[2] || 'ms').toLowerCase();
  return Math.floor(parseFloat(m[1]) * units[/^(ms|milli)/.test(unit) ? 'ms' : unit[0]]);
};

const later = (callback, f) => {
  if (typeof callback !== 'function') return f();
  let result;
  try {
    result = f();
  } catch (err) {
    return void host.next(() => callback(err));
  }
  host.next(() => callback(null, result));
};

const claims = { audience: 'aud', issuer: 'iss', subject: 'sub', jwtid: 'jti' };

const sign = (payload, key, options, callback) => {
  if (typeof options === 'function') return sign(payload, key, undefined, options);
  return later(callback, () => {
    const o = options || {};
    const { bytes, pair } = keyed(key);
    const alg = o.algorithm || 'HS256';
    if (!(pair ? asymmetric : symmetric).includes(alg)) {
      throw new Error(pair ? `"algorithm" ${alg} does not fit a key of a pair: use RS256 or ES256` : `"algorithm" ${alg} needs a private key in PEM form`);
    }
    const header = { alg, ...(typeof payload === 'object' ? { typ: 'JWT' } : {}), ...o.header };
    if (o.keyid !== undefined) header.kid = o.keyid;
    const body = typeof payload === 'object' && payload !== null && !ArrayBuffer.isView(payload) ? { ...payload } : payload;
    if (typeof body === 'object' && !ArrayBuffer.isView(body)) fill(body, o);
    const text = encode({ ...header, alg }) + '.' + encode(ArrayBuffer.isView(body) ? Buffer.from(body).toString() : body);
    return text + '.' + host.sign(alg, bytes, text);
  });
};

const fill = (body, o) => {
  const now = body.iat === undefined ? Math.floor(Date.now() / 1000) : body.iat;
  if (!o.noTimestamp) body.iat = now;
  else delete body.iat;
  for (const [option, claim] of [['expiresIn', 'exp'], ['notBefore', 'nbf']]) {
    if (o[option] === undefined) continue;
    if (body[claim] !== undefined) throw new Error(`Bad "options.${option}" option the payload already has an "${claim}" property.`);
    body[claim] = now + seconds(option, o[option]);
  }
  for (const [option, claim] of Object.entries(claims)) {
    if (o[option] === undefined) continue;
    if (body[claim] !== undefined) throw new Error(`Bad "options.${option}" option. The payload already has an "${claim}" property.`);
    body[claim] = o[option];
  }
};

const decode = (token, options) => {
  const parts = String(token).split('.');
  if (parts.length !== 3) return null;
  let header, payload;
  try {
    header = JSON.parse(Buffer.from(parts[0], 'base64url').toString());
    payload = Buffer.from(parts[1], 'base64url').toString();
  } catch (err) {
    return null;
  }
  try {
    const is = JSON.parse(payload);
    if (is !== null && typeof is === 'object') payload = is;
  } catch (err) { /* a payload may be any text */ }
  return options && options.complete ? { header, payload, signature: parts[2] } : payload;
};

const verify = (token, key, options, callback) => {
  if (typeof options === 'function') return verify(token, key, undefined, options);
  if (typeof key === 'function') {
    const whole = decode(token, { complete: true });
    if (!whole) return later(callback, () => { throw new JsonWebTokenError('invalid token'); });
    return key(whole.header, (err, is) => (err
      ? callback(new JsonWebTokenError('error in secret or public key callback: ' + err.message))
      : verify(token, is, options, callback)));
  }
  return later(callback, () => checked(token, key, options || {}));
};

const checked = (token, key, o) => {
  if (!token) throw new JsonWebTokenError('jwt must be provided');
  if (typeof token !== 'string') throw new JsonWebTokenError('jwt must be a string');
  if (token.split('.').length !== 3) throw new JsonWebTokenError('jwt malformed');
  const whole = decode(token, { complete: true });
  if (!whole) throw new JsonWebTokenError('invalid token');
  const { bytes, pair } = keyed(key);
  const { alg } = whole.header;
  // Never an algorithm of the other kind: a public key is no secret.
  if (!(pair ? asymmetric : symmetric).includes(alg) || (o.algorithms && !o.algorithms.includes(alg))) {
    throw new JsonWebTokenError('invalid algorithm');
  }
  const at = token.lastIndexOf('.');
  if (!host.verify(alg, bytes, token.slice(0, at), token.slice(at + 1))) throw new JsonWebTokenError('invalid signature');
  if (typeof whole.payload === 'object') judge(whole.payload, o);
  return o.complete ? whole : whole.payload;
};

const judge = (p, o) => {
  const now = o.clockTimestamp || Math.floor(Date.now() / 1000);
  const slack = o.clockTolerance || 0;
  if (p.nbf !== undefined && !o.ignoreNotBefore) {
    if (typeof p.nbf !== 'number') throw new JsonWebTokenError('invalid nbf value');
    if (p.nbf > now + slack) throw new NotBeforeError('jwt not active', new Date(p.nbf * 1000));
  }
  if (p.exp !== undefined && !o.ignoreExpiration) {
    if (typeof p.exp !== 'number') throw new JsonWebTokenError('invalid exp value');
    if (now >= p.exp + slack) throw new TokenExpiredError('jwt expired', new Date(p.exp * 1000));
  }
  if (o.audience) {
    const wanted = [].concat(o.audience), has = [].concat(p.aud);
    if (!has.some((a) => wanted.some((w) => (w instanceof RegExp ? w.test(a) : w === a)))) {
      throw new JsonWebTokenError('jwt audience invalid. expected: ' + wanted.join(' or '));
    }
  }
  if (o.issuer && ![].concat(o.issuer).includes(p.iss)) throw new JsonWebTokenError('jwt issuer invalid. expected: ' + o.issuer);
  for (const [option, claim, label] of [['subject', 'sub', 'subject'], ['jwtid', 'jti', 'jwtid'], ['nonce', 'nonce', 'nonce']]) {
    if (o[option] && p[claim] !== o[option]) throw new JsonWebTokenError(`jwt ${label} invalid. expected: ${o[option]}`);
  }
  if (o.maxAge) {
    if (typeof p.iat !== 'number') throw new JsonWebTokenError('iat required when maxAge is specified');
    const end = p.iat + seconds('maxAge', o.maxAge);
    if (now >= end + slack) throw new TokenExpiredError('maxAge exceeded', new Date(end * 1000));
  }
};

module.exports = { sign, verify, decode, JsonWebTokenError, TokenExpiredError, NotBeforeError };
