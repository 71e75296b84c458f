// Node's url: the classes of the standard, and parse, format and resolve of old.
'use strict';
const { URL, URLSearchParams } = host.url;
const querystring = require('querystring');

const base = 'http://relative.invalid/';

// parse reads relative addresses too, unlike the class.
const parse = (text, withQuery) => {
  const raw = String(text).trim();
  const absolute = /^[a-z][a-z\d+.-]*:/i.test(raw);
  const u = new URL(raw, base);
  const none = (s) => (s === '' ? null : s);
  const pathname = absolute || raw.startsWith('/') ? u.pathname : u.pathname.replace(/^\//, '');
  const query = u.search.slice(1);
  return {
    protocol: absolute ? u.protocol : null, slashes: absolute ? true : null,
    auth: u.username ? decodeURIComponent(u.username) + (u.password ? ':' + decodeURIComponent(u.password) : '') : null,
    host: absolute ? none(u.host) : null, port: none(u.port), hostname: absolute ? none(u.hostname) : null,
    hash: none(u.hash), search: none(u.search), query: withQuery ? querystring.parse(query) : none(query),
    pathname: none(pathname), path: none(pathname + u.search),
    href: absolute ? u.href : pathname + u.search + u.hash,
  };
};

const format = (u) => {
  if (typeof u === 'string') return parse(u).href;
  if (u instanceof URL) return u.href;
  const protocol = u.protocol ? u.protocol.replace(/:?$/, ':') : '';
  const place = u.host || (u.hostname ? u.hostname + (u.port ? ':' + u.port : '') : '');
  const auth = u.auth ? encodeURIComponent(u.auth).replace(/%3A/i, ':') + '@' : '';
  const query = typeof u.query === 'object' && u.query ? querystring.stringify(u.query) : u.query || '';
  const search = u.search || (query ? '?' + query : '');
  const hash = u.hash || '';
  const path = u.pathname || '';
  return protocol + (place ? '//' + auth + place : '') + (place && path && !path.startsWith('/') ? '/' : '') + path
    + (search && !search.startsWith('?') ? '?' : '') + search + (hash && !hash.startsWith('#') ? '#' : '') + hash;
};

const resolve = (from, to) => {
  const u = new URL(to, new URL(from, base));
  return u.href.startsWith(base) ? u.href.slice(base.length - 1) : u.href;
};

module.exports = { URL, URLSearchParams, parse, format, resolve, domainToASCII: host.url.domainToASCII, domainToUnicode: host.url.domainToUnicode };
