import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aboutNode, amount, chain, durationMs, groupsOf, inputSentence, isChange, move, nodesOf, scalerOf, short, whyNot, winner } from '../../main/frontend/mangru/decision-text.js';

const input = (more) => ({ name: 'x', value: null, unit: '', target: null, ratio: null, proposal: null, chosen: false, measuredAt: null, members: {}, facts: {}, problem: null, reason: '', ...more });
const cpu = input({ name: 'cpu resource utilization (percentage of request)', value: 142, unit: 'percent', target: 60, ratio: 142 / 60, proposal: 15, chosen: true, reason: '15 = ceil(6 × 2.37)' });
const memory = input({ name: 'memory resource utilization (percentage of request)', value: 38, unit: 'percent', target: 80, ratio: 0.475, proposal: 3 });
const decision = (more) => ({ time: '2026-11-21T14:05:15Z', kind: 'WORKLOAD', cluster: 'playground', namespace: 'shop', name: 'web', target: 'Deployment/web', outcome: 'SCALED', current: 6, desired: 9, summary: 's', reason: 'r', inputs: [cpu, memory], clamps: [], calls: [], took: 'PT0.01S', ...more });

test('a number goes from now over what was asked and each clamp to the end', () => {
  const steps = chain(decision({ clamps: [{ rule: 'scale-up rate', before: 15, after: 10, reason: '4 per 15 s' }, { rule: 'maxReplicas', before: 10, after: 9, reason: 'more than maxReplicas' }] }));
  assert.deepEqual(steps.map((step) => [step.label, step.number]), [['now', 6], ['cpu utilization', 15], ['scale-up rate', 10], ['maxReplicas', 9], ['scaled', 9]]);
});

test('what tolerance held is told with the number before it, and the end stays where it was', () => {
  const close = { ...cpu, value: 62, ratio: 1.03, proposal: 6 };
  const steps = chain(decision({ outcome: 'HELD', desired: 6, inputs: [close], clamps: [{ rule: 'tolerance', before: 7, after: 6, reason: 'ratio 1.03 is within 0.9 to 1.1' }] }));
  assert.deepEqual(steps.map((step) => step.number), [6, 7, 6, 6]);
  assert.equal(steps.at(-1).label, 'held');
});

test('why not more names the last brake first, and how to let go', () => {
  const answers = whyNot(decision({ clamps: [{ rule: 'scale-up rate', before: 15, after: 10, reason: '4 per 15 s' }, { rule: 'maxReplicas', before: 10, after: 9, reason: 'more than maxReplicas' }] }));
  assert.match(answers[0], /^Not more, because maxReplicas brought 10 down to 9: more than maxReplicas\. Raise maxReplicas/);
  assert.match(answers[1], /scale-up rate brought 15 down to 10: 4 per 15 s/);
  assert.ok(answers.some((answer) => answer === 'memory utilization asks for 3; the largest number wins.'));
});

test('why not fewer names what kept it up', () => {
  const answers = whyNot(decision({ outcome: 'HELD', current: 9, desired: 9, inputs: [{ ...cpu, value: 10, ratio: 0.17, proposal: 2 }], clamps: [{ rule: 'stabilization', before: 2, after: 9, reason: '9 was asked for at 14:01' }] }));
  assert.match(answers[0], /^Not fewer, because stabilization kept 2 up at 9: 9 was asked for at 14:01/);
});

test('without a number it says which input is missing, and no more', () => {
  const answers = whyNot(decision({ outcome: 'CANNOT_TELL', desired: 6, inputs: [{ ...cpu, value: null, proposal: null, chosen: false, problem: 'no metrics returned' }] }));
  assert.deepEqual(answers, ['No number can be told, so 6 replicas stay: no metrics returned']);
});

test('what the cluster refused is told with its answer', () => {
  const answers = whyNot(decision({ outcome: 'FAILED', calls: [{ call: 'PUT deployments/web/scale', done: false, answer: '409 Conflict' }] }));
  assert.match(answers[0], /9 were wanted.*PUT deployments\/web\/scale answered “409 Conflict”/);
});

test('nothing that held is told as such, with the arithmetic', () => {
  assert.match(whyNot(decision({ desired: 15 }))[0], /cpu utilization is 142 %, target 60 %, 2\.37 times the target, asks for 15 replicas, and nothing held it\./);
  assert.match(whyNot(decision({ outcome: 'HELD', desired: 6, inputs: [{ ...cpu, proposal: 6 }] }))[0], /that is what runs already/);
});

test('node groups tell why they were refused, and pods why none helps', () => {
  const nodes = decision({
    kind: 'NODES',
    inputs: [
      input({ name: 'pending pods', value: 2 }),
      input({ name: 'node group general', chosen: true, reason: 'chosen' }),
      input({ name: 'node group spot', reason: 'no pod tolerates its taint' }),
      input({ name: 'pods that no group can help', members: { '1 Insufficient cpu': ['shop/huge'] } }),
      input({ name: 'node general-1', reason: 'busy' }),
    ],
  });
  assert.deepEqual(whyNot(nodes), ['spot was not used: no pod tolerates its taint.', '1 pod cannot be helped by any group: 1 Insufficient cpu.']);
  assert.equal(groupsOf(nodes).length, 2);
  assert.deepEqual(nodesOf(nodes).map((each) => each.name), ['node general-1']);
});

test('a node is found by its own input, else by the list of reasons, in the newest decision that knows it', () => {
  const older = { number: 1, decision: decision({ kind: 'NODES', inputs: [input({ name: 'node b', reason: 'old' })] }) };
  const newer = { number: 2, decision: decision({ kind: 'NODES', inputs: [input({ name: 'nodes', members: { 'has local storage': ['b', 'c'] } }), input({ name: 'node a', reason: 'busy: 80 %' })] }) };
  assert.equal(aboutNode([newer, older], 'a').reason, 'busy: 80 %');
  assert.deepEqual([aboutNode([newer, older], 'b').number, aboutNode([newer, older], 'b').reason], [2, 'has local storage']);
  assert.equal(aboutNode([newer, older], 'z'), null);
});

test('a change moves the number and was not held', () => {
  assert.equal(isChange(decision({})), true);
  assert.equal(isChange(decision({ outcome: 'FAILED' })), true);
  assert.equal(isChange(decision({ outcome: 'HELD' })), false);
  assert.equal(isChange(decision({ desired: 6 })), false);
  assert.equal(move(decision({})), '6 → 9');
  assert.equal(move(decision({ desired: 6 })), '6');
});

test('the winner asks for a number and is followed', () => {
  assert.equal(winner(decision({})), cpu);
  assert.equal(winner(decision({ inputs: [memory] })), null);
  assert.equal(scalerOf(decision({})), 'workload/shop/web');
  assert.equal(scalerOf(decision({ kind: 'NODES', name: 'general' })), 'nodes/general');
});

test('amounts carry their unit, and nothing is a dash', () => {
  assert.equal(amount(142.4, 'percent'), '142 %');
  assert.equal(amount(0.35, 'unused share'), '35 %');
  assert.equal(amount(0.25, 'cores'), '250 m');
  assert.equal(amount(2, 'pods'), '2 pods');
  assert.equal(amount(null, 'pods'), '–');
  assert.equal(inputSentence(input({ name: 'cpu', problem: 'no samples' })), 'cpu: no value. no samples');
});

test('durations are ISO 8601', () => {
  assert.equal(durationMs('PT0.0125S'), 12.5);
  assert.equal(durationMs('PT1H2M3S'), 3723e3);
  assert.equal(durationMs('P1DT1S'), 86401e3);
  assert.ok(Number.isNaN(durationMs('soon')));
});

test('words of a record are made short, and its digits few, but times stay', () => {
  assert.equal(short('cpu resource utilization (percentage of request) above target'), 'cpu utilization above target');
  assert.equal(short('usage ratio 2.033333333333333, and 1.35'), 'usage ratio 2.03, and 1.35');
  assert.equal(short('unneeded since 2026-11-21T17:23:12.471931702Z'), 'unneeded since 2026-11-21T17:23:12.471931702Z');
});
