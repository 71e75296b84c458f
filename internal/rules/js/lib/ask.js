// ask calls the host. It returns a promise, and tells a callback where there is one.
'use strict';
module.exports = (method, args, callback) => {
  const answer = new Promise((resolve, reject) =>
    host.call(method, JSON.stringify(args), (why, result) => (why === null ? resolve(result) : reject(new Error(why)))));
  if (typeof callback === 'function') {
    answer.then((result) => host.next(() => callback(null, result)), (err) => host.next(() => callback(err)));
  }
  return answer;
};
