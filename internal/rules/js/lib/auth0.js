// The global auth0: metadata of the user who signs in.
'use strict';
const ask = require('hush:ask');
const update = (method) => (id, patch, callback) => ask(method, [id, patch], callback);
const refuse = (what) => { throw new Error(what + ' does not exist here: there is no Management API; rules update metadata by auth0.users'); };

module.exports = {
  get domain() { return host.domain(); },
  users: { updateAppMetadata: update('updateAppMetadata'), updateUserMetadata: update('updateUserMetadata') },
  get accessToken() { return refuse('auth0.accessToken'); },
  get baseUrl() { return refuse('auth0.baseUrl'); },
};
