// What Auth0 adds to the language: who is denied, and what is configured.
'use strict';
class UnauthorizedError extends Error {
  constructor(message) {
    super(message);
    this.name = 'UnauthorizedError';
  }
}

module.exports = { UnauthorizedError, configuration: Object.freeze(host.configuration), require: host.require };
