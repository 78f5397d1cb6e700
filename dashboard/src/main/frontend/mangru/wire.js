// Everything that crosses the network: the binary range format, JSON answers, errors. No DOM.

import { chooseStep, fillVariables } from './time.js';

/** What went wrong, as the server says it: `kind` is Prometheus' errorType, `status` the HTTP status or 0. */
export class ApiError extends Error {
  constructor(message, { kind = 'internal', status = 0, query = '' } = {}) {
    super(message);
    this.kind = kind;
    this.status = status;
    this.query = query;
  }
}

export function isAbort(error) {
  return error?.name === 'AbortError';
}

async function failure(response, query) {
  const text = await response.text();
  try {
    const body = JSON.parse(text);
    // Prometheus says `error`, Alertmanager a bare string or `message`.
    const said = typeof body === 'string' ? body : (body.error ?? body.message);
    if (said) {
      return new ApiError(said, { kind: body.errorType, status: response.status, query });
    }
  } catch (notJson) {
    return new ApiError(`the server answered ${response.status} without saying why`, {
      kind: notJson.name === 'SyntaxError' ? 'protocol' : 'internal',
      status: response.status,
      query,
    });
  }
  return new ApiError(`the server answered ${response.status}`, { status: response.status, query });
}

async function request(url, init, query) {
  let response;
  try {
    response = await fetch(url, init);
  } catch (error) {
    if (isAbort(error)) {
      throw error;
    }
    throw new ApiError('Mangru cannot be reached: is it running, and is the network up?', { kind: 'unreachable', query });
  }
  if (!response.ok) {
    throw await failure(response, query);
  }
  return response;
}

export function params(values) {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && value !== null && value !== '') {
      search.set(name, String(value));
    }
  }
  return search.toString();
}

export async function getJson(path, values = {}, signal) {
  const query = values.q ?? values.query ?? '';
  const url = path.startsWith('/') ? path.slice(1) : path;
  const response = await request(`${base()}${url}?${params(values)}`, { signal, headers: { Accept: 'application/json' } }, query);
  try {
    return await response.json();
  } catch (error) {
    if (isAbort(error)) {
      throw error;
    }
    throw new ApiError(`the answer of ${path} is not JSON`, { kind: 'protocol', status: response.status, query });
  }
}

/** Sends `value` (none if undefined) and reads the answer, which may be empty. */
export async function sendJson(method, path, value, signal) {
  const init = { method, signal, headers: { Accept: 'application/json' } };
  if (value !== undefined) {
    init.headers['Content-Type'] = 'application/json';
    init.body = JSON.stringify(value);
  }
  const response = await request(base() + (path.startsWith('/') ? path.slice(1) : path), init, '');
  const text = await response.text();
  return text ? JSON.parse(text) : null;
}

/** Where the application lives, with a trailing slash. */
export function base() {
  return typeof document === 'undefined' ? '/' : new URL('.', document.baseURI).pathname;
}

/** A Prometheus instant query: `{resultType, result, warnings, infos}`. */
export async function instantQuery(query, timeS, signal) {
  const body = await getJson('/api/v1/query', { query, time: timeS }, signal);
  return { ...body.data, warnings: body.warnings ?? [], infos: body.infos ?? [] };
}

/**
 * Decodes `/api/ui/range`, little-endian: u32 series, u32 points, u32 bytes of metadata, u32 zero;
 * f64 times in seconds; one row of f64 values per series (NaN is a gap); metadata as UTF-8 JSON.
 * The arrays are views of `buffer`; nothing is copied.
 */
export function decodeRange(buffer) {
  const HEADER = 16;
  if (buffer.byteLength < HEADER) {
    throw new ApiError(`a range answer of ${buffer.byteLength} bytes has no header`, { kind: 'protocol' });
  }
  const header = new DataView(buffer, 0, HEADER);
  const seriesCount = header.getUint32(0, true);
  const pointCount = header.getUint32(4, true);
  const metaBytes = header.getUint32(8, true);
  const expected = HEADER + 8 * pointCount * (seriesCount + 1) + metaBytes;
  if (expected !== buffer.byteLength) {
    throw new ApiError(`a range answer has ${buffer.byteLength} bytes, its header promises ${expected}`, { kind: 'protocol' });
  }
  const times = new Float64Array(buffer, HEADER, pointCount);
  const rows = [];
  for (let index = 0; index < seriesCount; index++) {
    rows.push(new Float64Array(buffer, HEADER + 8 * pointCount * (index + 1), pointCount));
  }
  const meta = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, expected - metaBytes, metaBytes)) || '{}');
  const metrics = meta.series ?? [];
  return {
    times,
    series: rows.map((values, index) => ({ metric: metrics[index]?.metric ?? {}, values })),
    warnings: meta.warnings ?? [],
    infos: meta.infos ?? [],
    dropped: meta.dropped ?? 0,
  };
}

/** One range query over the binary path. `maxPoints` decides the step unless `stepS` is given. */
export async function fetchRange(expr, range, { maxPoints = 500, stepS, limit = 100, signal } = {}) {
  const step = stepS ?? chooseStep(range.fromMs, range.toMs, maxPoints);
  const end = Math.floor(range.toMs / 1000 / step) * step;
  const start = Math.ceil(range.fromMs / 1000 / step) * step;
  const query = fillVariables(expr, step, range.toMs - range.fromMs);
  const init =
    query.length > 1500
      ? { method: 'POST', body: new URLSearchParams({ query, start, end, step, limit }), signal }
      : { signal };
  const url = `${base()}api/ui/range` + (init.method ? '' : '?' + params({ query, start, end, step, limit }));
  const started = performance.now();
  const response = await request(url, init, query);
  const buffer = await response.arrayBuffer();
  return { ...decodeRange(buffer), step, query, tookMs: performance.now() - started, bytes: buffer.byteLength };
}

/** The name of a series: the legend pattern filled in, else `metric{label="value"}`. */
export function seriesName(metric, legend = '') {
  if (legend) {
    return legend.replace(/\{\{\s*([^}\s]+)\s*\}\}/g, (_, label) => metric[label] ?? '');
  }
  const { __name__: name = '', ...labels } = metric;
  const pairs = Object.entries(labels).map(([key, value]) => `${key}="${value}"`);
  return pairs.length ? `${name}{${pairs.join(', ')}}` : name || 'value';
}

/** The place a parse error speaks of, `line:column:` as in Prometheus, both from 1; null if it names none. */
export function errorPosition(message) {
  const match = /\b(\d+):(\d+): /.exec(message);
  return match ? { line: Number(match[1]), column: Number(match[2]) } : null;
}
