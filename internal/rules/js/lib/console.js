// console: lines to the host's log. What is no text is shown as Node shows it.
'use strict';
const line = (level) => (...values) => {
  const plain = values.every((v, i) => typeof v === 'string' && !(i === 0 && values.length > 1 && v.includes('%')));
  host.log(level, plain ? values.join(' ') : require('util').format(...values));
};
const counts = {};
const quiet = () => {};

module.exports = {
  log: line('info'), info: line('info'), warn: line('warn'), error: line('error'), debug: line('debug'), trace: line('debug'),
  dir: (v) => line('info')(v), table: line('info'), group: line('info'), groupEnd: quiet, time: quiet, timeEnd: quiet, timeLog: quiet,
  assert: (ok, ...values) => { if (!ok) line('error')('Assertion failed:', ...values); },
  count: (label = 'default') => line('info')(`${label}: ${counts[label] = (counts[label] || 0) + 1}`),
};
