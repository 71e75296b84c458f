// What Auth0 adds to the language: who is denied, and what is configured.
'use strict';
class UnauthorizedError extends Error {
  constructor(message) {
    super(message);
    this.name = 'UnauthorizedError';
  }
}

module.exports = {
  UnauthorizedError, require: host.require,
  get configuration() { return Object.freeze(host.configuration()); },
};
