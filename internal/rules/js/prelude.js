// The globals of rules that are made of JavaScript. host is what only Go has:
// configuration, log(level, text), require(name), inner(name), timer(f, ms, repeat),
// clear(id), next(f), call(method, arguments as JSON, f(error text, result)).
(function (host, context) {
  const { stringify } = JSON;

  class UnauthorizedError extends Error {
    constructor(message) {
      super(message);
      this.name = 'UnauthorizedError';
    }
  }

  const define = (name, value) =>
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });

  // ask calls the host. It returns a promise, and tells a callback where there is one.
  const ask = (method, args, callback) => {
    const answer = new Promise((resolve, reject) =>
      host.call(method, stringify(args), (why, result) => (why === null ? resolve(result) : reject(new Error(why)))));
    if (typeof callback === 'function') {
      answer.then((result) => host.next(() => callback(null, result)), (err) => host.next(() => callback(err)));
    }
    return answer;
  };

  host.ask = ask;

  // Texts need no module; anything else is shown as Node shows it.
  const line = (level) => (...values) => {
    const plain = values.every((v, i) => typeof v === 'string' && !(i === 0 && values.length > 1 && v.includes('%')));
    host.log(level, plain ? values.join(' ') : host.inner('util').format(...values));
  };
  const counts = {};
  const assert = (ok, ...values) => { if (!ok) line('error')('Assertion failed:', ...values); };
  const count = (label = 'default') => line('info')(`${label}: ${counts[label] = (counts[label] || 0) + 1}`);
  const quiet = () => {};
  define('console', {
    log: line('info'), info: line('info'), warn: line('warn'), error: line('error'), debug: line('debug'),
    trace: line('debug'), dir: (v) => line('info')(v), table: line('info'), assert, count,
    group: line('info'), groupEnd: quiet, time: quiet, timeEnd: quiet, timeLog: quiet,
  });

  const run = (f, name) => {
    if (typeof f !== 'function') throw new TypeError(name + ' takes a function');
    return f;
  };
  const timer = (name, repeat) => (f, ms, ...args) =>
    host.timer(args.length ? () => run(f, name)(...args) : run(f, name), ms, repeat);
  define('setTimeout', timer('setTimeout', false));
  define('setInterval', timer('setInterval', true));
  define('setImmediate', (f, ...args) => host.next(() => run(f, 'setImmediate')(...args)));
  define('queueMicrotask', (f) => { Promise.resolve().then(run(f, 'queueMicrotask')); });
  for (const name of ['clearTimeout', 'clearInterval', 'clearImmediate']) {
    define(name, (id) => { if (typeof id === 'number') host.clear(id); });
  }

  define('global', globalThis);
  define('require', host.require);
  define('process', {
    env: {}, argv: [], platform: 'linux', version: 'v18.0.0', versions: { node: '18.0.0' },
    nextTick: (f, ...args) => { Promise.resolve().then(() => run(f, 'process.nextTick')(...args)); },
    uptime: () => 0, cwd: () => '/', on: () => {},
  });
  define('structuredClone', (v) => host.inner('lodash').cloneDeep(v));
  define('UnauthorizedError', UnauthorizedError);
  define('configuration', Object.freeze(host.configuration));
  const refuse = (what) => { throw new Error(what + ' does not exist here: there is no Management API; rules update metadata by auth0.users'); };
  const update = (method) => (id, patch, callback) => ask(method, [id, patch], callback);
  define('auth0', {
    domain: context.request && context.request.hostname,
    users: { updateAppMetadata: update('updateAppMetadata'), updateUserMetadata: update('updateUserMetadata') },
    get accessToken() { return refuse('auth0.accessToken'); },
    get baseUrl() { return refuse('auth0.baseUrl'); },
  });
})
