// <mangru-nodes>: all nodes by group as a heat map and a table, and one of them in detail.

import { html, nothing } from 'lit';
import { groupSizes } from './autoscaling.js';
import { clusterNotices, clusterScope, isEmptyCluster, noCluster, onCluster, skeleton, stateWord } from './cluster.js';
import { age, badness, nodeGroups, nodeStatus, podStatus, share } from './cluster-text.js';
import { aboutNode, move, plural } from './decision-text.js';
import { define } from './element.js';
import { icon } from './icons.js';
import { LoadingElement } from './loading.js';
import { emptyBox, errorBox } from './states.js';
import * as state from './state.js';
import { formatClock, formatDateTime } from './time.js';
import './timeseries.js';
import { formatValue } from './units.js';
import { getJson, instantQuery } from './wire.js';
import { conditionItem, markersOf, podTable } from './workloads.js';

const DECISIONS = 50;

const METRICS = [
  ['cpu', 'CPU requested', (node) => share(node.requested.cpuCores, node.capacity.cpuCores)],
  ['used', 'CPU used', (node, used) => share(used?.get(node.name) ?? NaN, node.capacity.cpuCores)],
  ['memory', 'Memory requested', (node) => share(node.requested.memoryBytes, node.capacity.memoryBytes)],
  ['pods', 'Pods', (node) => share(node.pods, node.capacity.pods)],
];

class MangruNodes extends LoadingElement {
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
    const span = { start: range.fromMs / 1e3, end: range.toMs / 1e3 };
    const [used, decisions, changes] = await Promise.all([
      instantQuery('sum by (node) (rate(container_cpu_usage_seconds_total{node!="",pod!="",container!="",container!="POD"}[1m]))', range.toMs / 1e3, signal),
      getJson('/api/v1/decisions', { kind: 'nodes', end: span.end, limit: DECISIONS }, signal),
      getJson('/api/v1/decisions', { kind: 'nodes', ...span, changes: 'true', limit: 100 }, signal),
    ]);
    return {
      used: new Map(used.result.map(({ metric, value }) => [metric.node, Number(value[1])])),
      decisions: decisions.data.decisions,
      changes: changes.data.decisions,
    };
  }

  render() {
    const { cluster, error } = this._cluster;
    if (!cluster) {
      return error ? clusterNotices({ cluster, error }) : html`<div class="card">${skeleton()}</div>`;
    }
    return html`<div class="stack">${clusterNotices(this._cluster)} ${isEmptyCluster(cluster) ? noCluster(cluster) : this.#page(cluster)}</div>`;
  }

  #page(cluster) {
    const chosen = cluster.nodes.find((node) => node.name === state.get('n'));
    const scope = clusterScope(cluster);
    return html`
      ${this._error ? html`<div class="card">${errorBox(this._error, () => this.load())}</div>` : nothing}
      <div class="two-up">
        ${this.#heatMap(cluster)}
        <mangru-timeseries .level=${2} heading="Nodes by group" unit="count" .queries=${groupSizes(cluster, scope)} .markers=${markersOf(this._data?.changes)} .emptyText=${'The cluster has not told its nodes in this range.'}></mangru-timeseries>
      </div>
      ${state.get('n') && !chosen ? html`<p class="strip strip-warn" role="status">${icon('warn')}<span>Node ${state.get('n')} is not there (any more).</span></p>` : nothing}
      ${chosen ? this.#detail(chosen, cluster) : nothing} ${this.#table(cluster)}`;
  }

  #heatMap(cluster) {
    const [key, name, measure] = METRICS.find(([known]) => known === state.get('metric')) ?? METRICS[0];
    return html`<div class="card">
      <div class="chart-head"><h2 class="card-title">${plural(cluster.nodes.length, 'node')}</h2>
        <span class="spacer"></span>
        <div class="tabs" role="group" aria-label="Colour by">${METRICS.map(([each, words]) => html`<button type="button" aria-pressed=${each === key ? 'true' : 'false'} @click=${() => state.set({ metric: each === METRICS[0][0] ? '' : each }, { replace: true })}>${words}</button>`)}</div></div>
      ${cluster.nodes.length === 0
        ? emptyBox('The cluster has no node.')
        : nodeGroups(cluster.nodes).map(
            ([group, nodes]) => html`<div class="heat-group"><h3>${group || 'no group'} <span class="muted">${nodes.length}</span></h3>
              <ul class="heat">${nodes.map((node) => {
                const part = measure(node, this._data?.used);
                const status = nodeStatus(node);
                const words = `${node.name}: ${name} ${Number.isNaN(part) ? '–' : `${Math.round(part * 100)} %`}, ${status.word}`;
                return html`<li><button type="button" class="heat-cell heat-${status.tone} ${Number.isNaN(part) ? 'is-unknown' : ''}" style="--heat: ${Number.isNaN(part) ? 0 : Math.min(1, part).toFixed(3)}" aria-pressed=${node.name === state.get('n') ? 'true' : 'false'} aria-label=${words} title=${words} @click=${() => toggleNode(node.name)}>
                  <span>${Number.isNaN(part) ? '–' : Math.round(part * 100)}</span>${status.tone === 'ok' ? nothing : icon(status.tone)}</button></li>`;
              })}</ul></div>`,
          )}
      <p class="heat-scale" aria-hidden="true"><span>0 %</span><i></i><span>100 %</span></p>
    </div>`;
  }

  #table(cluster) {
    const now = Date.now();
    const nodes = [...cluster.nodes].sort((a, b) => badness(nodeStatus(a).tone) - badness(nodeStatus(b).tone) || a.group.localeCompare(b.group) || a.name.localeCompare(b.name));
    return html`<div class="card ${this._loading ? 'is-loading' : ''}"><div class="loading-bar" aria-hidden="true"></div>
      <div class="table-scroll" tabindex="0" role="group" aria-label="Nodes"><table class="rows">
        <thead><tr><th scope="col">Node</th><th scope="col">Status</th><th scope="col">CPU requested</th><th scope="col">Memory requested</th><th scope="col">CPU used</th><th scope="col" class="number">Pods</th><th scope="col">Taints</th><th scope="col" class="number">Age</th></tr></thead>
        <tbody>${nodes.map((node) => {
          const open = node.name === state.get('n');
          const used = this._data?.used.get(node.name) ?? NaN;
          return html`<tr class=${open ? 'is-open' : ''}>
            <th scope="row"><button type="button" class="row-button" aria-expanded=${open ? 'true' : 'false'} @click=${() => toggleNode(node.name)}><span class="row-name">${node.name}</span><span class="row-sub">${node.group || 'no group'}</span></button></th>
            <td>${stateWord(nodeStatus(node))}</td>
            <td>${bar(node.requested.cpuCores, node.capacity.cpuCores, 'cores')}</td><td>${bar(node.requested.memoryBytes, node.capacity.memoryBytes, 'bytes')}</td><td>${bar(used, node.capacity.cpuCores, 'cores')}</td>
            <td class="number">${node.pods}<span class="row-sub-inline"> of ${node.capacity.pods}</span></td>
            <td class="mono taints">${node.taints.length ? node.taints.join(' ') : html`<span class="muted">none</span>`}</td><td class="number">${age(node.created, now)}</td>
          </tr>`;
        })}</tbody></table></div></div>`;
  }

  #detail(node, cluster) {
    const pods = cluster.pods
      .filter((pod) => pod.node === node.name)
      .sort((a, b) => badness(podStatus(a).tone) - badness(podStatus(b).tone) || a.name.localeCompare(b.name));
    const verdict = aboutNode(this._data?.decisions ?? [], node.name);
    return html`<section class="stack" aria-label="Node ${node.name}">
      <div class="card detail-head">
        <div class="detail-title"><h2>${node.name}</h2><span class="muted">${node.group || 'no group'}</span>${stateWord(nodeStatus(node))}<span class="spacer"></span>
          <button type="button" class="icon-button" aria-label="Close ${node.name}" title="Close" @click=${() => state.set({ n: '' })}>${icon('close')}</button></div>
        <dl class="facts">
          <div class="wide"><dt>Will it be removed?</dt><dd>${
            verdict
              ? html`<b>${verdict.reason}</b><span class="row-sub">seen by the node autoscaler at ${formatClock(Date.parse(verdict.decision.time), state.zone())} · <a href=${state.link('autoscaling', { decision: String(verdict.number) })}>decision ${verdict.number}${verdict.decision.current === verdict.decision.desired ? '' : `, ${move(verdict.decision)}`}</a></span>`
              : this._data
                ? html`<span class="muted">No decision about nodes has mentioned it yet.</span>`
                : html`<span class="muted">…</span>`
          }</dd></div>
          <div><dt>Age</dt><dd>${age(node.created, Date.now())}<span class="row-sub">since ${formatDateTime(Date.parse(node.created), state.zone())}</span></dd></div>
          <div><dt>CPU requested</dt><dd>${bar(node.requested.cpuCores, node.capacity.cpuCores, 'cores')}</dd></div>
          <div><dt>Memory requested</dt><dd>${bar(node.requested.memoryBytes, node.capacity.memoryBytes, 'bytes')}</dd></div>
          <div class="wide"><dt>Taints</dt><dd class="mono">${node.taints.join(' ') || html`<span class="muted">none</span>`}</dd></div>
        </dl>
        ${node.conditions.length ? html`<ul class="conditions">${node.conditions.map(conditionItem)}</ul>` : html`<p class="quiet">${icon('ok')} All its conditions are as they should be.</p>`}
        <details class="labels"><summary>${plural(Object.keys(node.labels).length, 'label')}</summary><ul class="label-chips">${Object.entries(node.labels).sort().map(([name, value]) => html`<li class="label-chip">${name}=${value}</li>`)}</ul></details>
      </div>
      <div class="card"><div class="chart-head"><h3 class="card-title">Pods on it</h3><span class="chart-meta">${plural(pods.length, 'pod')}</span></div>${pods.length ? podTable(pods, { owner: true }) : emptyBox('No pod runs on it.')}</div>
    </section>`;
  }
}

function toggleNode(name) {
  state.set({ n: state.get('n') === name ? '' : name });
}

function bar(part, whole, unit) {
  const ratio = share(part, whole);
  return html`<span class="bar-cell"><span class="bar ${ratio > 0.9 ? 'is-full' : ''}" aria-hidden="true"><i style="--fill: ${Number.isNaN(ratio) ? 0 : Math.min(100, ratio * 100).toFixed(1)}%"></i></span><span><b>${formatValue(ratio, 'ratio')}</b><span class="row-sub">${formatValue(part, unit)} of ${formatValue(whole, unit)}</span></span></span>`;
}

define('mangru-nodes', MangruNodes);
