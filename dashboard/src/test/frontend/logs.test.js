import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelTerm, mentions, prettyJson, terms, toggleLabel } from '../../main/frontend/mangru/log-query.js';
import { parseSeverities } from '../../main/frontend/mangru/severity.js';
import { csvCell, fileName } from '../../main/frontend/mangru/files.js';

test('terms keep quoted spaces and escapes together', () => {
  assert.deepEqual(terms('timeout "connection refused" -app:"a b" x'), ['timeout', '"connection refused"', '-app:"a b"', 'x']);
  assert.deepEqual(terms('"a \\" b" c'), ['"a \\" b"', 'c']);
  assert.deepEqual(terms('  '), []);
});

test('values that would mean something else are quoted', () => {
  assert.equal(labelTerm('app', 'checkout'), 'app:checkout');
  assert.equal(labelTerm('app', 'a b', true), '-app:"a b"');
  assert.equal(labelTerm('app', 'a*'), 'app:"a*"');
  assert.equal(labelTerm('app', 'say "hi"'), 'app:"say \\"hi\\""');
  assert.equal(labelTerm('file', '/var/log/syslog'), 'file:/var/log/syslog');
});

test('a click adds, a second click takes away, the opposite replaces', () => {
  assert.equal(toggleLabel('timeout', 'app', 'shop'), 'timeout app:shop');
  assert.equal(toggleLabel('timeout app:shop', 'app', 'shop'), 'timeout');
  assert.equal(toggleLabel('timeout app:shop', 'app', 'shop', true), 'timeout -app:shop');
});

test('LogQL is edited between its braces', () => {
  assert.equal(toggleLabel('{app="shop"} |= "x"', 'pod', 'a'), '{app="shop", pod="a"} |= "x"');
  assert.equal(toggleLabel('{app="shop", pod="a"} |= "}"', 'pod', 'a', true), '{app="shop", pod!="a"} |= "}"');
  assert.equal(toggleLabel('{app="a}b"}', 'app', 'a}b'), '{}');
  assert.equal(mentions('{app="shop"} |= "x"', 'app', 'shop'), 1);
});

test('the box knows what it mentions', () => {
  assert.equal(mentions('x app:shop', 'app', 'shop'), 1);
  assert.equal(mentions('x -app:shop', 'app', 'shop'), -1);
  assert.equal(mentions('x', 'app', 'shop'), 0);
});

test('JSON lines are pretty-printed, others left alone', () => {
  assert.equal(prettyJson('{"a":1}'), '{\n  "a": 1\n}');
  assert.equal(prettyJson('prefix {"a":1}'), '{\n  "a": 1\n}');
  assert.equal(prettyJson('no json {here}'), null);
  assert.equal(prettyJson('plain'), null);
});

test('unknown severities are ignored', () => {
  assert.deepEqual(parseSeverities('ERROR, warn,bogus'), ['warn', 'error']);
  assert.deepEqual(parseSeverities(''), []);
});

test('CSV cells are quoted and cannot run as formulas', () => {
  assert.equal(csvCell('up{job="a"}'), '"up{job=""a""}"');
  assert.equal(csvCell('=cmd()'), "'=cmd()");
  assert.match(fileName('CPU by mode', 'csv'), /^mangru-cpu-by-mode-\d{4}-\d\d-\d\dT\d{6}\.csv$/);
});
