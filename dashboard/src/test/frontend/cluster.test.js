import assert from 'node:assert/strict';
import { test } from 'node:test';
import { byUrgency, lengthMs, matcherText, severityOf, silenceProblem, toApiMatcher, together, unheard } from '../../main/frontend/mangru/alert-text.js';
import { age, nodeGroups, nodeStatus, podPattern, podStatus, podsByWorkload, podsOf, share, workloadMatches, workloadStatus } from '../../main/frontend/mangru/cluster-text.js';

const workload = (more) => ({ kind: 'Deployment', namespace: 'shop', name: 'web', wanted: 3, ready: 3, updated: 3, problems: [], ...more });
const node = (more) => ({ name: 'general-1', group: 'general', ready: true, schedulable: true, conditions: [], taints: [], ...more });

test('a workload is down, short, in trouble, rolling or well', () => {
  assert.deepEqual(
    [workload({ ready: 0 }), workload({ ready: 2 }), workload({ problems: ['1 pod: OOMKilled'] }), workload({ updated: 1 }), workload({ wanted: 0, ready: 0 }), workload({})].map((each) => workloadStatus(each).word),
    ['down', 'short', 'problems', 'rolling', 'scaled to 0', 'ok'],
  );
});

test('a node that goes says so before it says cordoned', () => {
  assert.equal(nodeStatus(node({ ready: false })).word, 'not ready');
  assert.equal(nodeStatus(node({ schedulable: false, taints: ['ToBeDeletedByClusterAutoscaler=1:NoSchedule'] })).word, 'draining');
  assert.equal(nodeStatus(node({ schedulable: false })).word, 'cordoned');
  assert.equal(nodeStatus(node({ conditions: [{ type: 'MemoryPressure' }] })).word, 'MemoryPressure');
  assert.equal(nodeStatus(node({})).word, 'ready');
});

test('a pod is ready only if it runs and is ready', () => {
  assert.equal(podStatus({ phase: 'Running', ready: true }).word, 'ready');
  assert.equal(podStatus({ phase: 'Running', ready: false }).word, 'not ready');
  assert.equal(podStatus({ phase: 'Pending', ready: false }).word, 'pending');
  assert.equal(podStatus({ phase: 'Failed', ready: false }).tone, 'crit');
});

test('the filter wants every word, in the name, the namespace, the status or a problem', () => {
  const short = workload({ ready: 1, problems: ['2 pods: Unschedulable'] });
  assert.ok(workloadMatches(short, 'SHOP unsched'));
  assert.ok(workloadMatches(short, 'short web'));
  assert.ok(workloadMatches(short, ''));
  assert.ok(!workloadMatches(short, 'web billing'));
});

test('the pattern of a workload fits its own pods and not those of a longer name', () => {
  const fits = (each, pod) => new RegExp(`^(?:${podPattern(each).replaceAll('\\\\', '\\')})$`).test(pod);
  assert.ok(fits(workload({}), 'web-7d4b9c6f8-ab0cd'));
  assert.ok(!fits(workload({}), 'web-api-7d4b9c6f8-ab0cd'));
  assert.ok(fits(workload({ kind: 'StatefulSet', name: 'db' }), 'db-12'));
  assert.ok(!fits(workload({ kind: 'StatefulSet', name: 'db' }), 'db-x'));
  assert.ok(!fits(workload({ name: 'a.b' }), 'axb-7d4-ab0cd'));
  assert.equal(podPattern(workload({ name: 'a.b' })), 'a\\\\.b-[a-z0-9]+-[a-z0-9]+');
});

test('pods belong to a workload by namespace and owner', () => {
  const pods = [{ namespace: 'shop', workload: 'Deployment/web' }, { namespace: 'else', workload: 'Deployment/web' }, { namespace: 'shop', workload: 'StatefulSet/web' }];
  assert.deepEqual(podsOf(pods, workload({})), [pods[0]]);
  assert.deepEqual(podsByWorkload(pods).get('shop/Deployment/web'), [pods[0]]);
  assert.equal(podsByWorkload(pods).size, 3);
});

test('ages are short', () => {
  const now = Date.UTC(2026, 10, 21, 14, 0, 0);
  const ago = (seconds) => age(new Date(now - seconds * 1e3).toISOString(), now);
  assert.deepEqual([ago(0), ago(119), ago(200), ago(240), ago(3599), ago(3600), ago(3660), ago(3 * 86400)], ['0s', '119s', '3m20s', '4m', '59m', '1h', '1h1m', '3d']);
});

test('nodes stand by group, those without one last; a share of nothing is unknown', () => {
  const groups = nodeGroups([node({ name: 'z', group: '' }), node({ name: 'b' }), node({ name: 'a' }), node({ name: 's', group: 'spot' })]);
  assert.deepEqual(groups.map(([group, nodes]) => [group, nodes.map((each) => each.name)]), [['general', ['a', 'b']], ['spot', ['s']], ['', ['z']]]);
  assert.ok(Number.isNaN(share(1, 0)));
});

const alert = (more) => ({ state: 'firing', labels: { alertname: 'A', severity: 'warning' }, receivers: ['hook'], silencedBy: [], inhibitedBy: [], mutedBy: [], activeAt: '2026-11-21T14:00:00Z', firedAt: null, ...more });

test('an alert that nobody hears of says why', () => {
  assert.deepEqual(unheard(alert({})), []);
  assert.deepEqual(unheard(alert({ silencedBy: ['0123456789'], mutedBy: ['weekend'] })), ['silenced by 01234567', 'outside of hours: weekend']);
  assert.deepEqual(unheard(alert({ receivers: [] })), ['no receiver has taken it yet']);
  assert.deepEqual(unheard(alert({ receivers: [], state: 'pending' })), []);
});

test('what fires and is critical comes first, then the newest', () => {
  const critical = alert({ labels: { alertname: 'C', severity: 'critical' } });
  const pending = alert({ labels: { alertname: 'P', severity: 'critical' }, state: 'pending' });
  const newer = alert({ labels: { alertname: 'N', severity: 'warning' }, firedAt: '2026-11-21T15:00:00Z' });
  assert.deepEqual([pending, alert({}), newer, critical].sort(byUrgency).map((each) => each.labels.alertname), ['C', 'N', 'A', 'P']);
  assert.equal(severityOf({}).word, 'no severity');
  assert.equal(severityOf({ severity: 'page' }).tone, 'crit');
});

test('matchers are written as Alertmanager writes them', () => {
  assert.deepEqual(toApiMatcher({ name: 'a', op: '!~', value: 'x.*' }), { name: 'a', value: 'x.*', isRegex: true, isEqual: false });
  for (const op of ['=', '!=', '=~', '!~']) {
    assert.equal(matcherText(toApiMatcher({ name: 'a', op, value: 'b"' })), `a${op}"b\\""`);
  }
});

test('durations of silences', () => {
  assert.equal(lengthMs('1h30m'), 5400e3);
  assert.equal(lengthMs(' 2d '), 172800e3);
  for (const wrong of ['', '0m', '1', 'h', '-1h', '1h 3']) {
    assert.ok(Number.isNaN(lengthMs(wrong)), wrong);
  }
});

test('a silence that would silence everything, or says nothing, is not sent', () => {
  const good = { matchers: [{ name: 'alertname', op: '=', value: 'A' }], length: '1h', createdBy: 'ann', comment: 'known' };
  assert.equal(silenceProblem(good), null);
  assert.match(silenceProblem({ ...good, matchers: [] }), /at least one/);
  assert.match(silenceProblem({ ...good, matchers: [{ name: 'a', op: '=~', value: '.*' }] }), /everything/);
  assert.match(silenceProblem({ ...good, matchers: [{ name: ' ', op: '=', value: 'x' }] }), /label/);
  assert.match(silenceProblem({ ...good, length: 'soon' }), /not a duration/);
  assert.match(silenceProblem({ ...good, createdBy: ' ' }), /who/);
  assert.match(silenceProblem({ ...good, comment: '' }), /why/);
});

test('alerts that say the same are told once, with their number', () => {
  const window = (long, summary) => alert({ labels: { alertname: 'Burn', severity: 'page', long_window: long }, annotations: { summary } });
  const rows = together([window('1h', 'too fast'), window('6h', 'too fast'), window('6h', 'other'), alert({ annotations: {} }), alert({ annotations: {}, labels: { alertname: 'A', severity: 'warning', pod: 'x' } })]);
  assert.deepEqual(rows.map((row) => row.count), [2, 1, 1, 1]);
});
