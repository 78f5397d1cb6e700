import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError, decodeRange, errorPosition, params, seriesName } from '../../main/frontend/mangru/wire.js';

function encode(times, rows, meta) {
  const json = new TextEncoder().encode(JSON.stringify(meta));
  const buffer = new ArrayBuffer(16 + 8 * times.length * (rows.length + 1) + json.length);
  const view = new DataView(buffer);
  [rows.length, times.length, json.length, 0].forEach((value, at) => view.setUint32(at * 4, value, true));
  [times, ...rows].flat().forEach((value, at) => view.setFloat64(16 + at * 8, value, true));
  new Uint8Array(buffer, buffer.byteLength - json.length).set(json);
  return buffer;
}

test('a range answer is decoded into columns', () => {
  const meta = { series: [{ metric: { __name__: 'up', job: 'a' } }, { metric: {} }], warnings: ['w'], infos: [], dropped: 3 };
  const range = decodeRange(encode([10, 20, 30], [[1, NaN, 3], [4, 5, 6]], meta));
  assert.deepEqual([...range.times], [10, 20, 30]);
  assert.deepEqual([...range.series[0].values], [1, NaN, 3]);
  assert.deepEqual(range.series[0].metric, { __name__: 'up', job: 'a' });
  assert.deepEqual(range.warnings, ['w']);
  assert.equal(range.dropped, 3);
});

test('no series is an answer too', () => {
  const range = decodeRange(encode([], [], { series: [] }));
  assert.equal(range.series.length, 0);
  assert.equal(range.times.length, 0);
});

test('a cut or padded answer is refused, naming both lengths', () => {
  const whole = encode([10], [[1]], { series: [{ metric: {} }] });
  assert.throws(() => decodeRange(whole.slice(0, whole.byteLength - 1)), (error) => error instanceof ApiError && /promises/.test(error.message));
  assert.throws(() => decodeRange(new ArrayBuffer(5)), /no header/);
});

test('series are named by legend or by their labels', () => {
  assert.equal(seriesName({ mode: 'user', cpu: '0' }, '{{mode}} on {{ cpu }}'), 'user on 0');
  assert.equal(seriesName({ __name__: 'up', job: 'a' }), 'up{job="a"}');
  assert.equal(seriesName({ __name__: 'up' }), 'up');
  assert.equal(seriesName({}), 'value');
});

test('a parse error names its place', () => {
  assert.deepEqual(errorPosition('invalid parameter "query": 2:7: parse error: unexpected )'), { line: 2, column: 7 });
  assert.equal(errorPosition('timeout'), null);
});

test('empty parameters stay out of the address', () => {
  assert.equal(params({ q: 'a b', severity: '', cursor: null, limit: 0 }), 'q=a+b&limit=0');
});
