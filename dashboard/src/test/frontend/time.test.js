import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as time from '../../main/frontend/mangru/time.js';

const NOW = Date.UTC(2026, 10, 21, 14, 0, 0);

test('relative times count back from now', () => {
  assert.equal(time.parseTime('now', NOW), NOW);
  assert.equal(time.parseTime('now-90m', NOW), NOW - 5_400_000);
  assert.equal(time.parseTime('now-1.5h', NOW), NOW - 5_400_000);
  assert.equal(time.parseTime(' now-2d ', NOW), NOW - 172_800_000);
});

test('absolute times are epoch milliseconds or ISO in the chosen zone', () => {
  assert.equal(time.parseTime('1795269600000', NOW), 1795269600000);
  assert.equal(time.parseTime('2026-11-21 14:00:00', NOW, 'utc'), NOW);
  assert.equal(time.parseTime('2026-11-21T14:00:00Z', NOW, 'local'), NOW);
  assert.equal(time.parseTime('2026-11-21T16:30+02:30', NOW), NOW);
  assert.equal(time.parseTime('2026-11-21', NOW, 'utc'), Date.UTC(2026, 10, 21));
});

test('what is not a time is NaN', () => {
  for (const text of ['', 'yesterday', 'now+1h', 'now-1x', '2026-13-01', '2026-11-21 25:00', '<b>', '12', 'now-']) {
    assert.ok(Number.isNaN(time.parseTime(text, NOW)), text);
  }
});

test('a broken range falls back to the last hour and says so', () => {
  const range = time.resolveRange('now', 'now-1h', NOW);
  assert.equal(range.toMs - range.fromMs, 3_600_000);
  assert.match(range.error, /ends before it starts/);
  assert.match(time.resolveRange('soon', '', NOW).error, /not a time: soon/);
  assert.equal(time.resolveRange('', '', NOW).error, null);
  assert.equal(time.resolveRange('', '', NOW).live, true);
});

test('shifting moves by half a range and never beyond now', () => {
  const range = time.resolveRange(String(NOW - 7_200_000), String(NOW - 3_600_000), NOW);
  assert.deepEqual(time.shiftRange(range, -1, NOW), { from: String(NOW - 9_000_000), to: String(NOW - 5_400_000) });
  assert.deepEqual(time.shiftRange({ ...range, toMs: NOW, fromMs: NOW - 3_600_000 }, 1, NOW), { from: String(NOW - 3_600_000), to: String(NOW) });
});

test('zooming out doubles the range', () => {
  assert.deepEqual(time.zoomOut(time.resolveRange('now-1h', 'now', NOW), NOW), { from: 'now-2h', to: 'now' });
  const past = time.resolveRange(String(NOW - 7_200_000), String(NOW - 3_600_000), NOW);
  const wide = time.zoomOut(past, NOW);
  assert.equal(Number(wide.to) - Number(wide.from), 7_200_000);
});

test('steps are round and never give more points than asked', () => {
  assert.equal(time.chooseStep(0, 3_600_000, 500), 10);
  assert.equal(time.chooseStep(0, 300_000, 1000), 1);
  for (const hours of [1, 6, 24, 720, 8760]) {
    const step = time.chooseStep(0, hours * 3_600_000, 500);
    assert.ok((hours * 3600) / step <= 500, `${hours} h at ${step} s`);
  }
});

test('variables are filled in', () => {
  assert.equal(time.fillVariables('rate(x[$__rate_interval]) + y[$__range] offset $__interval', 300, 3_600_000), 'rate(x[315s]) + y[3600s] offset 300s');
  assert.equal(time.rateInterval(1), 60);
});

test('nanoseconds survive as strings', () => {
  assert.equal(time.msToNs(1795269600123), '1795269600123000000');
  assert.equal(time.nsToMs('1795269600123456789'), 1795269600123);
});

test('times are written in the chosen zone, 24 h', () => {
  assert.equal(time.formatDateTime(NOW + 8 * 3_600_000 + 123, 'utc'), '2026-11-21 22:00:00');
  assert.equal(time.formatMillis(NOW + 7, 'utc'), '14:00:00.007');
  assert.equal(time.describeRange(time.resolveRange('now-6h', 'now', NOW), 'utc'), 'Last 6 hours');
  assert.equal(time.describeRange(time.resolveRange(String(NOW - 3_600_000), String(NOW), NOW), 'utc'), '2026-11-21 13:00:00 → 14:00:00');
});
