import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planRows } from '../../main/frontend/mangru/plan-rows.js';

const cost = (totalTime, selfTime, more = {}) => ({ totalTime, selfTime, seriesSelected: 0, ...more });

test('operators come in the order of the tree, with their depth and their share of the time', () => {
  const plan = {
    operator: 'aggregate',
    name: 'sum by (job)',
    expression: 'sum by (job) (rate(x[1m]))',
    how: ['folded series by series, none is held'],
    cost: cost(4, 1),
    inputs: [
      {
        operator: 'call',
        name: 'rate',
        expression: 'rate(x[1m])',
        how: [],
        cost: cost(3, 1),
        inputs: [{ operator: 'window', name: 'x', expression: 'x[1m]', how: ['windows of 1m'], cost: cost(2, 2, { seriesSelected: 7 }), inputs: [] }],
      },
    ],
  };
  const rows = planRows(plan);
  assert.deepEqual(rows.map((row) => [row.depth, row.label]), [[0, 'sum by (job)'], [1, 'rate'], [2, 'x[1m]']]);
  assert.deepEqual(rows.map((row) => row.share), [0.25, 0.25, 0.5]);
  assert.deepEqual(rows[2].how, ['7 series found', 'windows of 1m']);
});

test('what was not evaluated has no cost, and no plan has no rows', () => {
  assert.equal(planRows({ operator: 'number', name: '', expression: '2', how: [], inputs: [] })[0].cost, null);
  assert.deepEqual(planRows(null), []);
});
