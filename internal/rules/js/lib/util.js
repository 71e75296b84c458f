// The parts of Node's util that rules use, and how console shows values.
'use strict';

const inspect = (value, options) => show(value, (options && options.depth) === null ? Infinity : (options && options.depth) || 4, []);

const show = (v, depth, above) => {
  switch (typeof v) {
    case 'string': return above.length ? `'${v.replace(/\\/g, '\\\\').replace(/'/g, "\\'").replace(/\n/g, '\\n')}'` : `'${v}'`;
    case 'bigint': return v + 'n';
    case 'symbol': return v.toString();
    case 'function': return `[Function${v.name ? ': ' + v.name : ' (anonymous)'}]`;
    case 'object': return v === null ? 'null' : object(v, depth, above);
    default: return Object.is(v, -0) ? '-0' : String(v);
  }
};

const object = (v, depth, above) => {
  if (above.includes(v)) return '[Circular *1]';
  if (v instanceof Error) return String(v.stack || v);
  if (v instanceof Date) return isNaN(v) ? 'Invalid Date' : v.toISOString();
  if (v instanceof RegExp) return String(v);
  if (above.length > depth) return Array.isArray(v) ? '[Array]' : '[Object]';
  const next = [...above, v];
  const each = (x) => show(x, depth, next);
  if (Array.isArray(v)) return list('[', v.slice(0, 100).map(each), v.length - 100, ']');
  if (v instanceof Map) return list(`Map(${v.size}) {`, [...v].slice(0, 100).map(([k, x]) => each(k) + ' => ' + each(x)), v.size - 100, '}');
  if (v instanceof Set) return list(`Set(${v.size}) {`, [...v].slice(0, 100).map(each), v.size - 100, '}');
  if (v instanceof Promise) return 'Promise {}';
  const kind = v.constructor && v.constructor.name && v.constructor !== Object ? v.constructor.name + ' {' : '{';
  const names = Object.keys(v);
  return list(kind, names.slice(0, 100).map((k) => (/^[A-Za-z_$][\w$]*$/.test(k) ? k : show(k, 0, [v])) + ': ' + member(v, k, each)), names.length - 100, '}');
};

const member = (v, k, each) => {
  const { get } = Object.getOwnPropertyDescriptor(v, k) || {};
  return get ? '[Getter]' : each(v[k]);
};

const list = (open, parts, more, close) => {
  if (more > 0) parts.push(`... ${more} more`);
  return parts.length ? `${open} ${parts.join(', ')} ${close}` : open + close;
};

const format = (first, ...rest) => {
  const text = typeof first === 'string' ? first.replace(/%[sdifjoOc%]/g, (m) => {
    if (m === '%%') return '%';
    if (!rest.length) return m;
    const v = rest.shift();
    switch (m) {
      case '%s': return typeof v === 'object' && v !== null ? inspect(v, { depth: 1 }) : String(v);
      case '%d': return String(Number(v));
      case '%i': return String(parseInt(v, 10));
      case '%f': return String(parseFloat(v));
      case '%j': return json(v);
      case '%c': return '';
      default: return inspect(v);
    }
  }) : first === undefined && !rest.length ? '' : inspect(first);
  return [text, ...rest.map((v) => (typeof v === 'string' ? v : inspect(v)))].join(' ');
};

const json = (v) => {
  try {
    return JSON.stringify(v);
  } catch (err) {
    return '[Circular]';
  }
};

const custom = Symbol.for('nodejs.util.promisify.custom');
const promisify = (f) => {
  if (typeof f !== 'function') throw new TypeError('promisify takes a function');
  if (f[custom]) return f[custom];
  return function (...args) {
    return new Promise((resolve, reject) => f.call(this, ...args, (err, value) => (err ? reject(err) : resolve(value))));
  };
};
promisify.custom = custom;

const callbackify = (f) => function (...args) {
  const callback = args.pop();
  f.apply(this, args).then((v) => host.next(() => callback(null, v)), (err) => host.next(() => callback(err || new Error('rejected'))));
};

const inherits = (child, parent) => {
  child.super_ = parent;
  Object.setPrototypeOf(child.prototype, parent.prototype);
};

const isDeepStrictEqual = (a, b) => {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || !a || !b || Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (a instanceof Date) return a.getTime() === b.getTime();
  const [x, y] = [Object.keys(a), Object.keys(b)];
  return x.length === y.length && x.every((k) => Object.hasOwn(b, k) && isDeepStrictEqual(a[k], b[k]));
};

const is = (type) => (v) => v instanceof type;
module.exports = {
  inspect, format, promisify, callbackify, inherits, isDeepStrictEqual, deprecate: (f) => f,
  isArray: Array.isArray, isDate: is(Date), isRegExp: is(RegExp), isError: is(Error), isFunction: (v) => typeof v === 'function',
  isString: (v) => typeof v === 'string', isObject: (v) => typeof v === 'object' && v !== null, isUndefined: (v) => v === undefined, isNullOrUndefined: (v) => v == null,
  types: { isDate: is(Date), isRegExp: is(RegExp), isPromise: is(Promise), isMap: is(Map), isSet: is(Set), isNativeError: is(Error) },
  get TextEncoder() { return require('hush:text').TextEncoder; }, get TextDecoder() { return require('hush:text').TextDecoder; },
};
