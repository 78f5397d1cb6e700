import assert from 'node:assert/strict';
import { test } from 'node:test';
import { axisIncrements, formatValue, grouped, guessUnit, significant } from '../../main/frontend/mangru/units.js';

test('three significant digits', () => {
  assert.equal(significant(0), '0');
  assert.equal(significant(1234.5), '1235');
  assert.equal(significant(12.345), '12.3');
  assert.equal(significant(0.0012345), '0.00123');
  assert.equal(significant(5e-9), '5e-9');
});

test('counts use k, M, G; bytes use Ki, Mi, Gi', () => {
  assert.equal(formatValue(1234), '1.23 k');
  assert.equal(formatValue(1.2e9), '1.2 G');
  assert.equal(formatValue(1536, 'bytes'), '1.5 KiB');
  assert.equal(formatValue(16 * 2 ** 30, 'bytes'), '16 GiB');
  assert.equal(formatValue(2048, 'bytes/s'), '2 KiB/s');
  assert.equal(formatValue(2500, '1/s'), '2.5 k/s');
});

test('durations, ratios and cores', () => {
  assert.equal(formatValue(0.0123, 'seconds'), '12.3 ms');
  assert.equal(formatValue(1.5e-5, 'seconds'), '15 µs');
  assert.equal(formatValue(5400, 'seconds'), '90 min');
  assert.equal(formatValue(0.25, 'cores'), '250 m');
  assert.equal(formatValue(0.9999, 'cores'), '1');
  assert.equal(formatValue(1.5, 'cores'), '1.5');
  assert.equal(formatValue(0.5, 'ratio'), '50 %');
});

test('an availability is never rounded up to 100', () => {
  assert.equal(formatValue(0.99953, 'ratio'), '99.953 %');
  assert.equal(formatValue(0.999999, 'ratio'), '99.9999 %');
  assert.equal(formatValue(1, 'ratio'), '100 %');
});

test('what is missing is a dash, never zero', () => {
  assert.equal(formatValue(null), '–');
  assert.equal(formatValue(undefined, 'bytes'), '–');
  assert.equal(formatValue(NaN, 'ratio'), '–');
  assert.equal(formatValue(Infinity), '+Inf');
});

test('units follow metric names', () => {
  assert.equal(guessUnit('rate(node_cpu_seconds_total[5m])'), 'cores');
  assert.equal(guessUnit('node_memory_MemTotal_bytes - node_memory_MemAvailable_bytes'), 'bytes');
  assert.equal(guessUnit('rate(node_network_receive_bytes_total{device!="lo"}[1m])'), 'bytes/s');
  assert.equal(guessUnit('sum(rate(http_requests_total[5m]))'), '1/s');
  assert.equal(guessUnit('up'), 'count');
});

test('byte axes step in powers of two', () => {
  assert.ok(axisIncrements('bytes').includes(2 ** 30));
  assert.equal(axisIncrements('count'), undefined);
});

test('thousands are grouped', () => {
  assert.equal(grouped(1234567), '1\u2009234\u2009567');
  assert.equal(grouped(12), '12');
});
