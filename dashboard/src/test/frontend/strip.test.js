import assert from 'node:assert/strict';
import { test } from 'node:test';
import { byAlert, labelsKey, segments, spent } from '../../main/frontend/mangru/strip.js';

const T = Date.UTC(2026, 10, 21, 14, 0, 0);
const minute = (n) => T + n * 60e3;
const iso = (n) => new Date(minute(n)).toISOString();
const brief = (parts) => parts.map((part) => `${part.state} ${(part.fromMs - T) / 60e3}-${(part.toMs - T) / 60e3}`);
const change = (n, from, to, labels = { alertname: 'A' }) => ({ at: iso(n), labels, from, to });

test('the key of labels does not depend on their order', () => {
  assert.equal(labelsKey({ b: '1', a: '2' }), labelsKey({ a: '2', b: '1' }));
  assert.notEqual(labelsKey({ a: '1' }), labelsKey({ a: '2' }));
});

test('changes fill the range without holes, before the first one too', () => {
  const list = byAlert([change(20, 'firing', 'resolved'), change(10, 'pending', 'firing')]).get(labelsKey({ alertname: 'A' }));
  const parts = segments(list, minute(0), minute(60), { state: 'inactive' });
  assert.deepEqual(brief(parts), ['pending 0-10', 'firing 10-20', 'inactive 20-60']);
  assert.equal(spent(parts, 'firing'), 600e3);
});

test('changes outside the range still say what it begins and ends with', () => {
  const list = byAlert([change(-5, 'pending', 'firing'), change(70, 'firing', 'resolved')]).get(labelsKey({ alertname: 'A' }));
  assert.deepEqual(brief(segments(list, minute(0), minute(60), {})), ['firing 0-60']);
});

test('alerts with other labels do not mix', () => {
  const found = byAlert([change(1, 'inactive', 'pending'), change(2, 'inactive', 'pending', { alertname: 'B' })]);
  assert.equal(found.size, 2);
});

test('without a change an alert is what it is since it began', () => {
  assert.deepEqual(brief(segments(undefined, minute(0), minute(60), { state: 'firing', activeAt: iso(20), firedAt: iso(30) })), ['inactive 0-20', 'pending 20-30', 'firing 30-60']);
  assert.deepEqual(brief(segments([], minute(0), minute(60), { state: 'pending', activeAt: iso(50), firedAt: null })), ['inactive 0-50', 'pending 50-60']);
  assert.deepEqual(brief(segments([], minute(0), minute(60), { state: 'firing', activeAt: iso(-50), firedAt: iso(-40) })), ['firing 0-60']);
  assert.deepEqual(brief(segments([], minute(0), minute(60), {})), ['inactive 0-60']);
});

test('neighbours in the same state are one part', () => {
  const list = [change(10, 'resolved', 'inactive'), change(20, 'inactive', 'pending')].map((each) => ({ ...each, ms: Date.parse(each.at) }));
  assert.deepEqual(brief(segments(list, minute(0), minute(30), {})), ['inactive 0-20', 'pending 20-30']);
});
