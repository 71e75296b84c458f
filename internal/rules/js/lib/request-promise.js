// request-promise: the body by a promise; a status that is no success rejects.
'use strict';
const { settle, perform, verbs } = require('request').hush;

class StatusCodeError extends Error {
  constructor(statusCode, body, options, response) {
    super(statusCode + ' - ' + (typeof body === 'string' ? body : JSON.stringify(body)));
    this.name = 'StatusCodeError';
    Object.assign(this, { statusCode, error: body, options, response });
  }
}

class RequestError extends Error {
  constructor(cause, options) {
    super(String(cause));
    this.name = 'RequestError';
    Object.assign(this, { cause, error: cause, options });
  }
}

const make = (defaults) => {
  const request = async (uri, options, callback) => {
    const o = settle(defaults, uri, options, callback);
    let response;
    try {
      response = await perform(o);
    } catch (err) {
      throw new RequestError(err, o);
    }
    if (o.simple !== false && !(response.statusCode >= 200 && response.statusCode < 300)) {
      throw new StatusCodeError(response.statusCode, response.body, o, response);
    }
    if (typeof o.transform === 'function') return o.transform(response.body, response, o.resolveWithFullResponse);
    return o.resolveWithFullResponse ? response : response.body;
  };
  request.defaults = (more) => make({ ...defaults, ...more, headers: { ...defaults.headers, ...more.headers } });
  return verbs(request, (method) => (uri, options, callback) => request({ ...settle({}, uri, options, callback), method }));
};

module.exports = Object.assign(make({ headers: {} }), { errors: { StatusCodeError, RequestError } });
