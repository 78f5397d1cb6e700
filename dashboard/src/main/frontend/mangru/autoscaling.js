// <mangru-autoscaling>: what scales, what it did and why.

import { html, nothing } from 'lit';
import { clusterNotices, clusterScope, isEmptyCluster, noCluster, onCluster, skeleton, stateWord } from './cluster.js';
import { nodeGroups, podPattern } from './cluster-text.js';
import { isChange, move, outcomeOf, scalerOf, short } from './decision-text.js';
import './decision.js';
import { define } from './element.js';
import { icon } from './icons.js';
import { LoadingElement } from './loading.js';
import { emptyBox, errorBox } from './states.js';
import * as state from './state.js';
import { formatClock, formatDateTime } from './time.js';
import './timeseries.js';
import { significant } from './units.js';
import { getJson } from './wire.js';
import { markersOf } from './workloads.js';

const LATEST = 100;
const TIMELINE = 100;

/** Everything that scales: `{key, name, sub, target, kind, namespace, size, limits}`, from the cluster and from what was decided. */
export function scalers(cluster, entries) {
  const found = new Map();
  for (const workload of cluster?.workloads ?? []) {
    const hpa = workload.autoscaler;
    if (hpa) {
      found.set(`workload/${workload.namespace}/${hpa.name}`, { kind: 'WORKLOAD', namespace: workload.namespace, name: hpa.name, sub: `${workload.namespace} · ${workload.kind} ${workload.name}`, workload, size: move(hpa), limits: `${hpa.min}–${hpa.max}` });
    }
  }
  for (const [group, nodes] of nodeGroups(cluster?.nodes ?? [])) {
    if (group) {
      found.set(`nodes/${group}`, { kind: 'NODES', namespace: '', name: group, sub: 'node group', size: String(nodes.length), limits: '' });
    }
  }
  for (const { number, decision } of entries) {
    const key = scalerOf(decision);
    if (!found.has(key)) {
      found.set(key, { kind: decision.kind, namespace: decision.namespace, name: decision.name === '*' && decision.kind === 'NODES' ? 'All nodes' : decision.name, sub: decision.kind === 'NODES' ? (decision.name === '*' ? 'nodes as a whole' : 'node group') : `${decision.namespace} · ${decision.target}`, size: '', limits: '' });
    }
    const scaler = found.get(key);
    scaler.newest ??= { number, decision };
    if (isChange(decision)) {
      scaler.changed ??= { number, decision };
    }
  }
  return [...found].map(([key, scaler]) => ({ key, ...scaler }));
}

/** The one to open when the address names none: what changed last, else the first. */
export function foremostScaler(all) {
  const changed = all.filter((scaler) => scaler.changed).sort((a, b) => b.changed.number - a.changed.number);
  return (changed[0] ?? all[0])?.key ?? '';
}

class MangruAutoscaling extends LoadingElement {
  static properties = { ...LoadingElement.properties, _cluster: { state: true } };
  static watched = ['from', 'to', 'a', 'decision', 'all'];

  constructor() {
    super();
    this._cluster = { cluster: null, error: null };
  }

  connectedCallback() {
    super.connectedCallback();
    this.untilRemoved(
      onCluster((news) => {
        this._cluster = news;
        // Without decisions only the cluster knows what there is to look at.
        if (this._data && !this._data.chosen && foremostScaler(scalers(news.cluster, []))) {
          this.load();
        }
      }),
    );
  }

  async fetchData(signal, range) {
    const span = { start: range.fromMs / 1e3, end: range.toMs / 1e3 };
    const asked = state.get('decision');
    const [latest, changes, open] = await Promise.all([
      getJson('/api/v1/decisions', { ...span, limit: LATEST }, signal),
      getJson('/api/v1/decisions', { ...span, changes: 'true', limit: LATEST }, signal),
      asked ? getJson(`/api/v1/decisions/${encodeURIComponent(asked)}`, {}, signal).then((answer) => answer.data, (error) => keepAbort(error)) : null,
    ]);
    const entries = join(latest.data.decisions, changes.data.decisions);
    const chosen = state.get('a') || (open?.decision ? scalerOf(open.decision) : '') || foremostScaler(scalers(this._cluster.cluster, entries));
    const timeline = chosen ? await getJson('/api/v1/decisions', { ...span, ...selector(chosen), changes: state.get('all') === '1' ? '' : 'true', limit: TIMELINE }, signal) : null;
    return { entries, open, chosen, timeline: timeline?.data.decisions ?? [] };
  }

  render() {
    const { cluster, error } = this._cluster;
    const data = this._data;
    if (!data && this._error) {
      return html`<div class="card">${errorBox(this._error, () => this.load())}</div>`;
    }
    if (!data || (!cluster && !error)) {
      return html`<div class="card">${skeleton(8)}</div>`;
    }
    const all = scalers(cluster, data.entries);
    return html`<div class="stack">
      ${clusterNotices(this._cluster)}
      ${this._error ? html`<div class="card">${errorBox(this._error, () => this.load())}</div>` : nothing}
      ${all.length === 0 ? (cluster && isEmptyCluster(cluster) ? noCluster(cluster) : nothingScales()) : this.#page(all, data, cluster)}
    </div>`;
  }

  #page(all, data, cluster) {
    const chosen = all.find((scaler) => scaler.key === data.chosen);
    return html`<div class="scaling ${this._loading ? 'is-loading' : ''}">
      <div class="loading-bar" aria-hidden="true"></div>
      <nav class="card scaler-list" aria-label="Autoscalers">
        ${this.#list('Workloads', all.filter((scaler) => scaler.kind === 'WORKLOAD'), data.chosen)}
        ${this.#list('Nodes', all.filter((scaler) => scaler.kind === 'NODES'), data.chosen)}
      </nav>
      <div class="stack scaling-main">
        ${data.open?.failed ? html`<div class="card">${errorBox(data.open.failed, () => this.load())}</div>` : nothing}
        ${data.open?.decision ? html`<mangru-decision .entry=${data.open}></mangru-decision>` : nothing}
        ${chosen ? this.#charts(chosen, data, cluster) : emptyBox(`${data.chosen} is not there and decided nothing in this range.`)}
        ${this.#timeline(data)}
      </div>
    </div>`;
  }

  #list(title, scalersOfKind, chosen) {
    return scalersOfKind.length
      ? html`<h2 class="list-title">${title}</h2>
          <ul>${scalersOfKind.map((scaler) => {
            const newest = scaler.changed ?? scaler.newest;
            const outcome = scaler.newest ? outcomeOf(scaler.newest.decision) : null;
            return html`<li><button type="button" class="scaler" aria-pressed=${scaler.key === chosen ? 'true' : 'false'} @click=${() => state.set({ a: scaler.key, decision: '' })}>
              <span class="scaler-head"><span class="row-name">${scaler.name}</span><b>${scaler.size}</b>${scaler.limits ? html`<span class="row-sub-inline">of ${scaler.limits}</span>` : nothing}</span>
              <span class="row-sub">${scaler.sub}</span>
              ${outcome ? html`<span class="scaler-last">${stateWord(outcome)}${scaler.changed ? html`<span class="row-sub-inline">last change ${move(newest.decision)} at ${formatClock(Date.parse(newest.decision.time), state.zone())}</span>` : html`<span class="row-sub-inline">no change in this range</span>`}</span>` : html`<span class="row-sub">no decision in this range</span>`}
            </button></li>`;
          })}</ul>`
      : nothing;
  }

  #charts(scaler, data, cluster) {
    const scope = clusterScope(cluster);
    const markers = markersOf(data.timeline.filter(({ decision }) => isChange(decision)));
    const charts = scaler.kind === 'NODES' ? nodeCharts(scaler, cluster, scope) : workloadCharts(scaler, scope);
    return html`<div class="two-up">${charts.map((chart) => html`<mangru-timeseries .level=${2} .heading=${chart.heading} .unit=${chart.unit} .queries=${chart.queries} .markers=${markers} .emptyText=${chart.emptyText}></mangru-timeseries>`)}</div>`;
  }

  #timeline(data) {
    const zone = state.zone();
    const everything = state.get('all') === '1';
    return html`<div class="card">
      <div class="chart-head"><h2 class="card-title">Decisions</h2><span class="chart-meta">${data.timeline.length === TIMELINE ? `the newest ${TIMELINE}` : data.timeline.length}</span>
        <span class="spacer"></span>
        <label class="check"><input type="checkbox" .checked=${!everything} @change=${(event) => state.set({ all: event.target.checked ? '' : '1' })} />Changes only</label></div>
      ${data.timeline.length === 0
        ? emptyBox(everything ? 'Nothing was decided in this range.' : 'Nothing was changed in this range. Untick “Changes only” to see every look at it, with its reason.')
        : html`<ol class="decision-list timeline">${data.timeline.map(
            ({ number, decision }) => html`<li class=${String(number) === state.get('decision') ? 'is-open' : ''}><button type="button" aria-pressed=${String(number) === state.get('decision') ? 'true' : 'false'} @click=${() => this.#open(number)}>
              <time title=${formatDateTime(Date.parse(decision.time), zone)}>${formatClock(Date.parse(decision.time), zone)}</time><b class="move">${move(decision)}</b>${stateWord(outcomeOf(decision))}<span class="clip">${short(decision.summary)}</span></button></li>`,
          )}</ol>`}
    </div>`;
  }

  #open(number) {
    const open = state.get('decision') === String(number);
    state.set({ a: this._data.chosen, decision: open ? '' : String(number) });
    if (!open) {
      this.updateComplete.then(() => scrollTo({ top: 0, behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth' }));
    }
  }
}

/** A decision that is gone is told on the page, not instead of it; a cancelled fetch stays cancelled. */
function keepAbort(error) {
  if (error?.name === 'AbortError') {
    throw error;
  }
  return { failed: error };
}

/** Two lists of entries, newest first, as one. */
function join(some, others) {
  const byNumber = new Map([...others, ...some].map((entry) => [entry.number, entry]));
  return [...byNumber.values()].sort((a, b) => b.number - a.number);
}

function selector(key) {
  const [kind, ...rest] = key.split('/');
  return kind === 'nodes' ? { kind, name: rest.join('/') } : { kind, namespace: rest[0], name: rest.slice(1).join('/') };
}

function workloadCharts(scaler, scope) {
  const [kind, name] = scaler.workload ? [scaler.workload.kind, scaler.workload.name] : (scaler.newest?.decision.target ?? '/').split('/');
  const named = `namespace="${scaler.namespace}",${kind.toLowerCase()}="${name}"${scope}`;
  const hpa = `namespace="${scaler.namespace}",horizontalpodautoscaler="${scaler.name}"${scope}`;
  const pod = `namespace="${scaler.namespace}",pod=~"${podPattern({ kind, name })}"${scope}`;
  const stateful = kind === 'StatefulSet';
  const cpu = scaler.newest?.decision.inputs.find((input) => input.unit === 'percent' && input.name.startsWith('cpu'));
  const target = cpu?.target > 0 ? cpu.target : null;
  return [
    {
      heading: 'Replicas and recommendation',
      unit: 'count',
      emptyText: 'The cluster has not told its replicas in this range.',
      queries: [
        { expr: `sum(${stateful ? 'kube_statefulset_replicas' : 'kube_deployment_spec_replicas'}{${named}})`, legend: 'wanted' },
        { expr: `sum(kube_${kind.toLowerCase()}_status_replicas_ready{${named}})`, legend: 'ready' },
        { expr: `sum(kube_horizontalpodautoscaler_status_desired_replicas{${hpa}})`, legend: 'recommended' },
        { expr: `sum(kube_horizontalpodautoscaler_spec_max_replicas{${hpa}})`, legend: 'max' },
      ],
    },
    {
      heading: 'Demand and capacity (CPU)',
      unit: 'cores',
      emptyText: 'No container of it has reported CPU in this range.',
      queries: [
        { expr: `sum(rate(container_cpu_usage_seconds_total{${pod},container!="",container!="POD"}[$__rate_interval]))`, legend: 'demand: used' },
        { expr: `sum(kube_pod_container_resource_requests{resource="cpu",${pod}})`, legend: 'capacity: requested' },
        ...(target ? [{ expr: `sum(kube_pod_container_resource_requests{resource="cpu",${pod}}) * ${target / 100}`, legend: `target: ${significant(target)} % of requested` }] : []),
      ],
    },
  ];
}

function nodeCharts(scaler, cluster, scope) {
  return [
    { heading: 'Nodes', unit: 'count', emptyText: 'The cluster has not told its nodes in this range.', queries: groupSizes(cluster, scope) },
    {
      heading: 'Demand and capacity (CPU)',
      unit: 'cores',
      emptyText: 'The cluster has not told its requests in this range.',
      queries: [
        { expr: `sum(kube_pod_container_resource_requests{resource="cpu"${scope}})`, legend: 'demand: requested by pods' },
        { expr: `sum(kube_node_status_allocatable{resource="cpu"${scope}})`, legend: 'capacity: allocatable' },
      ],
    },
    { heading: 'Pods that wait', unit: 'count', emptyText: 'The cluster has not told its pods in this range.', queries: [{ expr: `sum(kube_pod_status_phase{phase="Pending"${scope}})`, legend: 'pending' }] },
    {
      heading: 'Demand and capacity (memory)',
      unit: 'bytes',
      emptyText: 'The cluster has not told its requests in this range.',
      queries: [
        { expr: `sum(kube_pod_container_resource_requests{resource="memory"${scope}})`, legend: 'demand: requested by pods' },
        { expr: `sum(kube_node_status_allocatable{resource="memory"${scope}})`, legend: 'capacity: allocatable' },
      ],
    },
  ];
}

/** Queries for the number of nodes, by group where the nodes' names tell it. */
export function groupSizes(cluster, scope) {
  const groups = nodeGroups(cluster?.nodes ?? []).filter(([group]) => group);
  const told = groups.length > 0 && groups.every(([group, nodes]) => nodes.every((node) => node.name.startsWith(group + '-')));
  const total = { expr: `count(kube_node_info{${scope.slice(1)}})`, legend: 'all nodes' };
  return told
    ? [...groups.map(([group]) => ({ expr: `count(kube_node_info{node=~"${group.replace(/[.+*?^${}()|[\]\\]/g, '\\\\$&')}-.*"${scope}})`, legend: group })), total]
    : [total];
}

function nothingScales() {
  return html`<div class="card">${emptyBox(
    'Nothing scales by itself yet, and nothing was decided in this range.',
    html`<p class="hint">Make an autoscaler for a deployment:</p><pre tabindex="0" role="group" aria-label="Command">kubectl autoscale deployment web --cpu-percent=60 --min=2 --max=10</pre>`,
  )}</div>`;
}

define('mangru-autoscaling', MangruAutoscaling);
