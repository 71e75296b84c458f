// axios, as far as rules use it. The host follows no redirects.
'use strict';
const { URLSearchParams } = require('url');
const { send, basic } = require('hush:http');

class AxiosError extends Error {
  constructor(message, code, config, request, response) {
    super(message);
    this.name = 'AxiosError';
    this.isAxiosError = true;
    Object.assign(this, { code, config, request, response });
    if (response) this.status = response.status;
  }
  toJSON() { return { message: this.message, name: this.name, code: this.code, status: this.status }; }
}

const address = (config) => {
  let url = String(config.url || '');
  if (config.baseURL && !/^[a-z][a-z\d+.-]*:/i.test(url)) {
    url = url ? config.baseURL.replace(/\/+$/, '') + '/' + url.replace(/^\/+/, '') : config.baseURL;
  }
  if (!config.params) return url;
  const query = config.params instanceof URLSearchParams ? config.params : new URLSearchParams();
  if (query !== config.params) {
    for (const [name, value] of Object.entries(config.params)) {
      if (value === undefined || value === null) continue;
      if (Array.isArray(value)) value.forEach((v) => query.append(name + '[]', text(v)));
      else query.append(name, text(value));
    }
  }
  return query.toString() ? url + (url.includes('?') ? '&' : '?') + query : url;
};

const text = (v) => (v instanceof Date ? v.toISOString() : typeof v === 'object' ? JSON.stringify(v) : String(v));

// body is what is sent of config.data: objects as JSON, or as a form where the header says so.
const body = (config, headers) => {
  const { data } = config;
  if (data === undefined || data === null) return undefined;
  if (typeof data !== 'object' || ArrayBuffer.isView(data) || data instanceof ArrayBuffer || data instanceof URLSearchParams) {
    if (typeof data === 'string' && !named(headers, 'content-type')) headers['Content-Type'] = 'application/x-www-form-urlencoded';
    return data;
  }
  const type = named(headers, 'content-type');
  if (type && headers[type].startsWith('application/x-www-form-urlencoded')) return new URLSearchParams(Object.entries(data)).toString();
  if (!type) headers['Content-Type'] = 'application/json';
  return JSON.stringify(data);
};

const named = (headers, lower) => Object.keys(headers).find((name) => name.toLowerCase() === lower);

const read = (config, bytes) => {
  if (config.responseType === 'arraybuffer') return bytes;
  const content = bytes.toString('utf8');
  if (config.responseType === 'text') return content;
  try {
    return JSON.parse(content);
  } catch (err) {
    return content;
  }
};

const merge = (a, b) => ({ ...a, ...b, headers: { ...(a && a.headers), ...(b && b.headers) } });

const good = (status) => status >= 200 && status < 300;

async function perform(config) {
  const method = (config.method || 'get').toUpperCase();
  const headers = { Accept: 'application/json, text/plain, */*', ...config.headers };
  if (config.auth) headers.Authorization = basic(config.auth.username, config.auth.password);
  const sent = ['GET', 'HEAD'].includes(method) ? undefined : body(config, headers);
  let answer;
  try {
    answer = await send({ method, url: address(config), headers, body: sent, ms: config.timeout });
  } catch (err) {
    throw new AxiosError(err.message, err.code === 'ETIMEDOUT' ? 'ECONNABORTED' : 'ERR_NETWORK', config, {});
  }
  const { status, statusText } = answer;
  const response = { data: read(config, answer.body), status, statusText, headers: answer.headers, config, request: {} };
  const fits = config.validateStatus === undefined ? good : config.validateStatus;
  if (!fits || fits(status)) return response;
  throw new AxiosError('Request failed with status code ' + status, status < 500 ? 'ERR_BAD_REQUEST' : 'ERR_BAD_RESPONSE', config, {}, response);
}

const create = (defaults) => {
  const axios = (first, second) => perform(merge(axios.defaults, typeof first === 'string' ? { ...second, url: first } : first));
  axios.defaults = merge({ headers: {} }, defaults);
  axios.request = (config) => axios(config);
  for (const method of ['get', 'delete', 'head', 'options']) {
    axios[method] = (url, config) => axios({ ...config, method, url });
  }
  for (const method of ['post', 'put', 'patch']) {
    axios[method] = (url, data, config) => axios({ ...config, method, url, data });
  }
  axios.getUri = (config) => address(merge(axios.defaults, config));
  axios.create = (more) => create(merge(axios.defaults, more));
  return axios;
};

const axios = create();
axios.all = (list) => Promise.all(list);
axios.spread = (f) => (list) => f(...list);
axios.isAxiosError = (err) => Boolean(err && err.isAxiosError);
Object.assign(axios, { AxiosError, default: axios, axios });
module.exports = axios;
