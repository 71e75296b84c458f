// Timers, and what runs after the present job.
'use strict';
const run = (f, name) => {
  if (typeof f !== 'function') throw new TypeError(name + ' takes a function');
  return f;
};
const timer = (name, repeat) => (f, ms, ...args) => {
  run(f, name);
  return host.timer(args.length ? () => f(...args) : f, ms, repeat);
};
const clear = (id) => { if (typeof id === 'number') host.clear(id); };
const soon = (name) => (f, ...args) => {
  run(f, name);
  Promise.resolve().then(() => f(...args));
};

module.exports = {
  setTimeout: timer('setTimeout', false),
  setInterval: timer('setInterval', true),
  setImmediate: (f, ...args) => { run(f, 'setImmediate'); host.next(() => f(...args)); },
  clearTimeout: clear, clearInterval: clear, clearImmediate: clear,
  queueMicrotask: soon('queueMicrotask'),
  process: {
    env: {}, argv: [], platform: 'linux', version: 'v18.0.0', versions: { node: '18.0.0' },
    nextTick: soon('process.nextTick'), uptime: () => 0, cwd: () => '/', on: () => {},
  },
  structuredClone: (v) => require('lodash').cloneDeep(v),
};
