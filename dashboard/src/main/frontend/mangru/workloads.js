// <mangru-workloads>: everything that keeps pods running, how it fares, and one of them in detail.

import { html, nothing } from 'lit';
import { clusterNotices, clusterScope, isEmptyCluster, noCluster, onCluster, skeleton, stateWord } from './cluster.js';
import { age, badness, podPattern, podStatus, podsByWorkload, podsOf, share, workloadKey, workloadMatches, workloadStatus } from './cluster-text.js';
import { move, outcomeOf, plural, short } from './decision-text.js';
import { define } from './element.js';
import { icon } from './icons.js';
import { LoadingElement } from './loading.js';
import { sparkline } from './spark.js';
import { emptyBox, errorBox } from './states.js';
import * as state from './state.js';
import { formatClock, formatDateTime } from './time.js';
import './timeseries.js';
import { formatValue } from './units.js';
import { fetchRange, getJson } from './wire.js';

const SPARK_POINTS = 40;
const MAX_PODS = 2000;
const CONTAINERS = 'container!="",container!="POD"';

/** Finds the workload whose pods have names like `pod`; of several, the one with the longest name. */
export function ownerFinder(workloads) {
  const byNamespace = new Map();
  for (const workload of workloads) {
    const list = byNamespace.get(workload.namespace) ?? [];
    // The pattern is written for the inside of a PromQL string, where a backslash is doubled.
    list.push({ workload, pattern: new RegExp(`^(?:${podPattern(workload).replaceAll('\\\\', '\\')})$`) });
    byNamespace.set(workload.namespace, list);
  }
  for (const list of byNamespace.values()) {
    list.sort((a, b) => b.workload.name.length - a.workload.name.length);
  }
  return (namespace, pod) => byNamespace.get(namespace)?.find(({ pattern }) => pattern.test(pod))?.workload ?? null;
}

/** Series by pod added up by workload: `Map(key → Float64Array)`; where no pod has a sample there is NaN. */
export function sumByWorkload(series, points, find) {
  const sums = new Map();
  for (const { metric, values } of series) {
    const workload = find(metric.namespace, metric.pod);
    if (!workload) {
      continue;
    }
    const key = workloadKey(workload);
    if (!sums.has(key)) {
      sums.set(key, new Float64Array(points).fill(NaN));
    }
    const row = sums.get(key);
    values.forEach((value, at) => {
      if (Number.isFinite(value)) {
        row[at] = (Number.isFinite(row[at]) ? row[at] : 0) + value;
      }
    });
  }
  return sums;
}

const lastOf = (values) => values?.findLast(Number.isFinite) ?? NaN;

class MangruWorkloads extends LoadingElement {
  static properties = { ...LoadingElement.properties, _cluster: { state: true } };

  constructor() {
    super();
    this._cluster = { cluster: null, error: null };
  }

  connectedCallback() {
    super.connectedCallback();
    this.untilRemoved(onCluster((news) => (this._cluster = news)));
  }

  async fetchData(signal, range) {
    const options = { maxPoints: SPARK_POINTS, limit: MAX_PODS, signal };
    const [cpu, memory] = await Promise.all([
      fetchRange(`sum by (namespace, pod) (rate(container_cpu_usage_seconds_total{pod!="",${CONTAINERS}}[$__rate_interval]))`, range, options),
      fetchRange(`sum by (namespace, pod) (container_memory_working_set_bytes{pod!="",${CONTAINERS}})`, range, options),
    ]);
    return { cpu, memory };
  }

  render() {
    const { cluster, error } = this._cluster;
    if (!cluster) {
      return error ? clusterNotices({ cluster, error }) : html`<div class="card">${skeleton()}</div>`;
    }
    return html`<div class="stack">
      ${clusterNotices(this._cluster)} ${isEmptyCluster(cluster) ? noCluster(cluster) : this.#page(cluster)}
    </div>`;
  }

  #page(cluster) {
    const text = state.get('q');
    const shown = cluster.workloads
      .filter((workload) => workloadMatches(workload, text))
      .sort((a, b) => badness(workloadStatus(a).tone) - badness(workloadStatus(b).tone) || workloadKey(a).localeCompare(workloadKey(b)));
    const chosen = cluster.workloads.find((workload) => workloadKey(workload) === state.get('w'));
    const find = ownerFinder(cluster.workloads);
    const usage = this._data && {
      cpu: sumByWorkload(this._data.cpu.series, this._data.cpu.times.length, find),
      memory: sumByWorkload(this._data.memory.series, this._data.memory.times.length, find),
    };
    return html`<div class="card ${this._loading ? 'is-loading' : ''}">
        <div class="chart-head">
          <h2 class="card-title">Workloads</h2>
          <label class="filter-box">${icon('filter')}<span class="visually-hidden">Filter workloads</span>
            <input data-query type="search" placeholder="Filter: name, namespace, kind, problem" .value=${text} @input=${(event) => state.set({ q: event.target.value }, { replace: true })} />
          </label>
          <span class="chart-meta" role="status">${shown.length === cluster.workloads.length ? plural(shown.length, 'workload') : `${shown.length} of ${plural(cluster.workloads.length, 'workload')}`}</span>
        </div>
        <div class="loading-bar" aria-hidden="true"></div>
        ${this._error ? errorBox(this._error, () => this.load()) : nothing}
        ${shown.length === 0 ? emptyBox(text ? `No workload matches “${text}”.` : 'No deployment, stateful set or daemon set is there.') : this.#table(podsByWorkload(cluster.pods), shown, usage)}
      </div>
      ${state.get('w') && !chosen ? html`<p class="strip strip-warn" role="status">${icon('warn')}<span>${state.get('w')} is not there (any more).</span></p>` : nothing}
      ${chosen ? html`<mangru-workload .workload=${chosen} .cluster=${cluster}></mangru-workload>` : nothing}`;
  }

  #table(pods, shown, usage) {
    return html`<div class="table-scroll" tabindex="0" role="group" aria-label="Workloads">
      <table class="rows workload-table">
        <thead><tr>
          <th scope="col">Workload</th><th scope="col">Status</th><th scope="col" class="number">Ready</th><th scope="col">CPU of request</th>
          <th scope="col">Memory of request</th><th scope="col">Autoscaler</th><th scope="col" class="number">Restarts</th><th scope="col">Problems</th>
        </tr></thead>
        <tbody>${shown.map((workload) => this.#row(workload, pods.get(workloadKey(workload)) ?? [], usage))}</tbody>
      </table>
    </div>`;
  }

  #row(workload, pods, usage) {
    const key = workloadKey(workload);
    const open = state.get('w') === key;
    const hpa = workload.autoscaler;
    const restarts = pods.reduce((sum, pod) => sum + pod.restarts, 0);
    const placed = pods.filter((pod) => pod.node);
    return html`<tr class=${open ? 'is-open' : ''}>
      <th scope="row">
        <button type="button" class="row-button" aria-expanded=${open ? 'true' : 'false'} @click=${() => state.set({ w: open ? '' : key })}>
          <span class="row-name">${workload.name}</span><span class="row-sub">${workload.namespace} · ${workload.kind}</span>
        </button>
        ${workload.problems.length ? html`<span class="row-problems">${workload.problems.join('; ')}</span>` : nothing}
      </th>
      <td>${stateWord(workloadStatus(workload))}</td>
      <td class="number ${workload.ready < workload.wanted ? 'is-low' : ''}">${workload.ready}/${workload.wanted}</td>
      <td>${meter(usage?.cpu.get(key), placed.reduce((sum, pod) => sum + pod.cpuRequestCores, 0), 'cores')}</td>
      <td>${meter(usage?.memory.get(key), placed.reduce((sum, pod) => sum + pod.memoryRequestBytes, 0), 'bytes')}</td>
      <td>${hpa
        ? html`<span class="hpa-cell"><span><b>${move({ current: hpa.current, desired: hpa.desired })}</b> <span class="row-sub-inline">of ${hpa.min}–${hpa.max}</span>${hpa.current >= hpa.max ? html` <span class="tag tag-warn">at max</span>` : nothing}</span><span class="row-sub">${hpa.metrics.join(', ')}</span></span>`
        : html`<span class="muted">none</span>`}</td>
      <td class="number">${restarts || html`<span class="muted">0</span>`}</td>
      <td class="problems">${workload.problems.length ? workload.problems.join('; ') : html`<span class="muted">none</span>`}</td>
    </tr>`;
  }
}

function meter(values, request, unit) {
  const now = lastOf(values);
  const part = share(now, request);
  return html`<span class="meter-cell"><span class="meter-spark">${values ? sparkline(values) : nothing}</span>
    <span><b>${Number.isNaN(part) ? formatValue(now, unit) : formatValue(part, 'ratio')}</b><span class="row-sub">${Number.isNaN(part) ? (Number.isNaN(now) ? 'no sample' : 'no request') : `${formatValue(now, unit)} of ${formatValue(request, unit)}`}</span></span></span>`;
}

const DECISIONS = 8;

/** One workload: summary, charts on one crosshair, autoscaler, decisions, pods. */
class MangruWorkload extends LoadingElement {
  static properties = { ...LoadingElement.properties, workload: { attribute: false }, cluster: { attribute: false } };

  #shown = '';

  willUpdate() {
    const key = workloadKey(this.workload);
    if (key !== this.#shown) {
      const again = this.#shown !== '';
      this.#shown = key;
      if (again) {
        this._data = null;
        queueMicrotask(() => this.load());
      }
    }
  }

  async fetchData(signal, range) {
    const hpa = this.workload?.autoscaler;
    if (!hpa) {
      return [];
    }
    const answer = await getJson('/api/v1/decisions', { kind: 'workload', namespace: this.workload.namespace, name: hpa.name, start: range.fromMs / 1e3, end: range.toMs / 1e3, changes: 'true', limit: DECISIONS }, signal);
    return answer.data.decisions;
  }

  render() {
    const { workload, cluster } = this;
    const pods = podsOf(cluster.pods, workload);
    return html`<section class="stack workload-detail" aria-label="${workload.kind} ${workload.name}">
      <div class="card detail-head">
        <div class="detail-title">
          <h2>${workload.namespace} / ${workload.name}</h2><span class="muted">${workload.kind}</span>${stateWord(workloadStatus(workload))}
          <span class="spacer"></span>
          <a class="button" href=${state.link('logs', { q: `namespace:${workload.namespace} pod:${workload.name}-*` })}>${icon('logs')}Logs</a>
          ${workload.autoscaler ? html`<a class="button" href=${state.link('autoscaling', { a: `workload/${workload.namespace}/${workload.autoscaler.name}` })}>${icon('autoscaling')}Autoscaling</a>` : nothing}
          <button type="button" class="icon-button" aria-label="Close ${workload.name}" title="Close" @click=${() => state.set({ w: '' })}>${icon('close')}</button>
        </div>
        ${workload.problems.length ? html`<p class="strip strip-warn">${icon('warn')}<span>${workload.problems.join('; ')}</span></p>` : nothing}
        <dl class="facts">
          <div><dt>Ready</dt><dd>${workload.ready} of ${workload.wanted}</dd></div>
          <div><dt>Newest revision</dt><dd>${workload.updated} of ${workload.wanted}</dd></div>
          <div><dt>Restarts</dt><dd>${pods.reduce((sum, pod) => sum + pod.restarts, 0)}</dd></div>
          <div><dt>Age</dt><dd>${age(workload.created, Date.now())}</dd></div>
          <div class="wide"><dt>Images</dt><dd class="mono">${workload.images.join(', ')}</dd></div>
        </dl>
      </div>
      ${this.#charts()} ${workload.autoscaler ? this.#autoscaler(workload.autoscaler) : nothing} ${this.#pods(pods)}
    </section>`;
  }

  #charts() {
    const { workload } = this;
    const scope = clusterScope(this.cluster);
    const pod = `namespace="${workload.namespace}",pod=~"${podPattern(workload)}"${scope}`;
    const web = `namespace="${workload.namespace}",job="${workload.name}"${scope}`;
    const named = `namespace="${workload.namespace}",${workload.kind.toLowerCase()}="${workload.name}"${scope}`;
    const wanted = { Deployment: 'kube_deployment_spec_replicas', StatefulSet: 'kube_statefulset_replicas', DaemonSet: 'kube_daemonset_status_desired_number_scheduled' }[workload.kind];
    const ready = { Deployment: 'kube_deployment_status_replicas_ready', StatefulSet: 'kube_statefulset_status_replicas_ready', DaemonSet: 'kube_daemonset_status_number_available' }[workload.kind];
    const markers = markersOf(this._data);
    const noWeb = `${workload.name} has no http_request_… series in this range.`;
    const quantile = (q) => `histogram_quantile(${q}, sum by (le) (rate(http_request_duration_seconds_bucket{${web}}[$__rate_interval])))`;
    const charts = [
      { heading: 'Requests', unit: '1/s', emptyText: noWeb, queries: [{ expr: `sum(rate(http_requests_total{${web}}[$__rate_interval]))`, legend: 'requests' }] },
      {
        heading: 'Errors',
        unit: 'ratio',
        emptyText: noWeb,
        queries: [{ expr: `(sum(rate(http_requests_total{${web},code=~"5.."}[$__rate_interval])) or 0 * sum(rate(http_requests_total{${web}}[$__rate_interval]))) / (sum(rate(http_requests_total{${web}}[$__rate_interval])) > 0)`, legend: 'share that fails' }],
      },
      { heading: 'Latency', unit: 'seconds', emptyText: noWeb, queries: [{ expr: quantile(0.5), legend: 'p50' }, { expr: quantile(0.99), legend: 'p99' }] },
      {
        heading: 'CPU',
        unit: 'cores',
        emptyText: 'No container of it has reported CPU in this range.',
        queries: [
          { expr: `sum(rate(container_cpu_usage_seconds_total{${pod},${CONTAINERS}}[$__rate_interval]))`, legend: 'used' },
          { expr: `sum(kube_pod_container_resource_requests{resource="cpu",${pod}})`, legend: 'requested' },
        ],
      },
      {
        heading: 'Memory',
        unit: 'bytes',
        emptyText: 'No container of it has reported memory in this range.',
        queries: [
          { expr: `sum(container_memory_working_set_bytes{${pod},${CONTAINERS}})`, legend: 'used' },
          { expr: `sum(kube_pod_container_resource_requests{resource="memory",${pod}})`, legend: 'requested' },
        ],
      },
      {
        heading: 'Replicas',
        unit: 'count',
        emptyText: 'The cluster has not told its replicas in this range.',
        queries: [
          { expr: `sum(${wanted}{${named}})`, legend: 'wanted' },
          { expr: `sum(${ready}{${named}})`, legend: 'ready' },
          ...(workload.autoscaler ? [{ expr: `sum(kube_horizontalpodautoscaler_status_desired_replicas{namespace="${workload.namespace}",horizontalpodautoscaler="${workload.autoscaler.name}"${scope}})`, legend: 'recommended' }] : []),
        ],
      },
    ];
    return html`<div class="chart-grid chart-grid-3">${charts.map((chart) => html`<mangru-timeseries .heading=${chart.heading} .unit=${chart.unit} .emptyText=${chart.emptyText} .queries=${chart.queries} .markers=${markers}></mangru-timeseries>`)}</div>`;
  }

  #autoscaler(hpa) {
    return html`<div class="two-up">
      <div class="card">
        <div class="chart-head"><h3 class="card-title">Autoscaler ${hpa.name}</h3><span class="chart-meta">${hpa.min}–${hpa.max} replicas${hpa.lastScale ? `, last changed ${age(hpa.lastScale, Date.now())} ago` : ', never changed anything'}</span></div>
        <p class="card-line"><b>${move({ current: hpa.current, desired: hpa.desired })}</b> ${hpa.metrics.join(', ')}</p>
        <ul class="conditions">${hpa.conditions.map(conditionItem)}</ul>
      </div>
      <div class="card ${this._loading ? 'is-loading' : ''}">
        <div class="chart-head"><h3 class="card-title">Last changes</h3></div>
        <div class="loading-bar" aria-hidden="true"></div>
        ${this._error ? errorBox(this._error, () => this.load()) : nothing}
        ${this._data === null && !this._error ? skeleton(3) : nothing}
        ${this._data?.length === 0 ? emptyBox('It changed nothing in this range.') : nothing}
        ${this._data?.length
          ? html`<ol class="decision-list">${this._data.map(({ number, decision }) => html`<li><a href=${state.link('autoscaling', { decision: String(number) })}><time>${formatClock(Date.parse(decision.time), state.zone())}</time><b>${move(decision)}</b><span class="state state-${outcomeOf(decision).tone}">${outcomeOf(decision).word}</span><span class="clip">${short(decision.summary)}</span></a></li>`)}</ol>`
          : nothing}
      </div>
    </div>`;
  }

  #pods(pods) {
    const sorted = [...pods].sort((a, b) => badness(podStatus(a).tone) - badness(podStatus(b).tone) || a.name.localeCompare(b.name));
    return html`<div class="card">
      <div class="chart-head"><h3 class="card-title">Pods</h3><span class="chart-meta">${plural(pods.length, 'pod')}</span></div>
      ${pods.length === 0 ? emptyBox('It has no pod.') : podTable(sorted, { node: true })}
    </div>`;
  }
}

export function conditionItem(condition) {
  const good = condition.type === 'ScalingLimited' || /Pressure|Unavailable|Contested/.test(condition.type) ? 'False' : 'True';
  const tone = condition.status === good ? 'ok' : condition.status === 'Unknown' ? 'unknown' : 'warn';
  return html`<li>${stateWord({ tone, word: condition.type })}<span><b>${condition.status}</b> ${condition.reason}<span class="row-sub">${condition.message}</span><span class="row-sub">since ${formatDateTime(Date.parse(condition.since), state.zone())}</span></span></li>`;
}

export function podTable(pods, { node = false, owner = false }) {
  const now = Date.now();
  return html`<div class="table-scroll data-table" tabindex="0" role="group" aria-label="Pods">
    <table class="rows">
      <thead><tr><th scope="col">Pod</th><th scope="col">Status</th><th scope="col">Reason</th>${node ? html`<th scope="col">Node</th>` : nothing}${owner ? html`<th scope="col">Workload</th>` : nothing}<th scope="col" class="number">CPU request</th><th scope="col" class="number">Restarts</th><th scope="col" class="number">Age</th><th scope="col"><span class="visually-hidden">Links</span></th></tr></thead>
      <tbody>${pods.map(
        (pod) => html`<tr>
          <th scope="row" class="mono">${pod.name}</th><td>${stateWord(podStatus(pod))}</td><td>${pod.reason || html`<span class="muted">–</span>`}</td>
          ${node ? html`<td class="mono">${pod.node ? html`<a href=${state.link('nodes', { n: pod.node })}>${pod.node}</a>` : html`<span class="muted">no node yet</span>`}</td>` : nothing}
          ${owner ? html`<td>${pod.workload ? html`<a href=${state.link('workloads', { w: `${pod.namespace}/${pod.workload}` })}>${pod.workload}</a>` : html`<span class="muted">none</span>`}</td>` : nothing}
          <td class="number">${formatValue(pod.cpuRequestCores, 'cores')}</td><td class="number">${pod.restarts}</td><td class="number">${age(pod.created, now)}</td>
          <td class="top-links"><a class="icon-button" href=${state.link('logs', { q: `namespace:${pod.namespace} pod:${pod.name}` })} aria-label="Logs of ${pod.name}" title="Logs">${icon('logs')}</a></td>
        </tr>`,
      )}</tbody>
    </table>
  </div>`;
}

/** Decisions as marks on a chart. */
export function markersOf(entries) {
  return (entries ?? []).map(({ decision }) => ({
    ms: Date.parse(decision.time),
    tone: decision.outcome === 'FAILED' ? 'crit' : decision.desired > decision.current ? 'up' : 'down',
  }));
}

define('mangru-workloads', MangruWorkloads);
define('mangru-workload', MangruWorkload);
