import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cluster, count, foremost, look } from '../../main/frontend/mangru/lane.js';

const FROM = Date.UTC(2026, 10, 21, 14, 0, 0);
const at = (seconds, more = {}) => ({ time: new Date(FROM + seconds * 1e3).toISOString(), kind: 'scale', state: 'up', title: `at ${seconds}`, ...more });

test('changes further apart than a mark stand alone, closer ones share one', () => {
  const marks = cluster([at(0), at(100), at(105), at(900)], FROM, FROM + 1000e3, 1000, 30);
  assert.deepEqual(marks.map((mark) => mark.changes.map((change) => change.title)), [['at 0'], ['at 100', 'at 105'], ['at 900']]);
  assert.deepEqual(marks.map((mark) => mark.at), [0, 0.1, 0.9]);
  assert.equal(marks[1].fromMs, FROM + 100e3);
  assert.equal(marks[1].toMs, FROM + 105e3);
});

test('two marks are never closer than the gap, whatever the order of the changes', () => {
  const changes = Array.from({ length: 500 }, (_, index) => at((index * 7919) % 1000));
  const marks = cluster(changes, FROM, FROM + 1000e3, 600, 30);
  for (let index = 1; index < marks.length; index++) {
    assert.ok((marks[index].at - marks[index - 1].at) * 600 >= 30 - 1e-6);
  }
  assert.equal(marks.reduce((sum, mark) => sum + mark.changes.length, 0), 500);
});

test('what lies outside the range or has no time is left out; a line without a length has no marks', () => {
  assert.equal(cluster([at(-1), at(1001), { ...at(5), time: 'soon' }], FROM, FROM + 1000e3, 500).length, 0);
  assert.equal(cluster([at(0), at(1000)], FROM, FROM + 1000e3, 500).length, 2);
  assert.deepEqual(cluster([at(5)], FROM, FROM, 500), []);
  assert.deepEqual(cluster([at(5)], FROM, FROM + 1, 0), []);
});

test('the foremost of a mark is what failed, then what fires, then the newest', () => {
  const failed = at(1, { state: 'failed' });
  const firing = at(2, { kind: 'alert', state: 'firing' });
  assert.equal(foremost([failed, firing, at(3)]), failed);
  assert.equal(foremost([at(1), firing, at(3)]), firing);
  assert.equal(foremost([at(1), at(2)]).title, 'at 2');
});

test('a mark says how many of what it holds', () => {
  assert.equal(count([at(1)]), 'at 1');
  assert.equal(count([at(1), at(2), at(3, { kind: 'alert', state: 'firing' })]), '3 changes: 2 workloads scaled, 1 alert');
  assert.equal(count([at(1, { kind: 'nodes' }), at(2, { kind: 'nodes' })]), '2 changes: 2 node changes');
});

test('each kind has an icon of its own and a word beside the colour', () => {
  const looks = [look(at(1)), look(at(1, { state: 'down' })), look(at(1, { state: 'failed' })), look(at(1, { kind: 'nodes' })), look(at(1, { kind: 'nodes', state: 'down' })), look(at(1, { kind: 'alert', state: 'firing' })), look(at(1, { kind: 'alert', state: 'resolved' }))];
  assert.equal(new Set(looks.map((each) => each.icon)).size, 7);
  assert.equal(new Set(looks.map((each) => each.word)).size, 7);
});
