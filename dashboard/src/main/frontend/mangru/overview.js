// The overview's own cards: worst containers, and log volume with the newest errors.

import { html, nothing } from 'lit';
import { MangruElement, Latest, define } from './element.js';
import './log-histogram.js';
import { icon } from './icons.js';
import { sparkline } from './spark.js';
import { emptyBox, errorBox } from './states.js';
import * as state from './state.js';
import { fillVariables, formatMillis, msToNs, nsToMs } from './time.js';
import { formatValue } from './units.js';
import { fetchRange, getJson, instantQuery, isAbort } from './wire.js';

const ROWS = 8;
const SPARK_POINTS = 40;
/** The step that “now” is asked with: the agent's slowest usual interval. */
const SCRAPE_S = 15;

/** Real containers have a name; on a machine without a runtime the control groups themselves are shown. */
const SCOPES = ['name!=""', 'id!="/"'];

const KINDS = {
  cpu: {
    title: 'CPU',
    unit: 'cores',
    expr: (scope) => `sum by (namespace, pod, container, name, id) (rate(container_cpu_usage_seconds_total{${scope}}[$__rate_interval]))`,
  },
  memory: {
    title: 'Memory working set',
    unit: 'bytes',
    expr: (scope) => `sum by (namespace, pod, container, name, id) (container_memory_working_set_bytes{${scope}})`,
  },
};

/** What a container is called: its pod and name in Kubernetes, else the last part of its control group. */
export function containerName(metric) {
  if (metric.container) {
    return metric.pod && metric.pod !== metric.container ? `${metric.pod} / ${metric.container}` : metric.container;
  }
  if (metric.pod) {
    return metric.pod;
  }
  const name = metric.name || (metric.id ?? '').split('/').filter(Boolean).pop() || metric.id || '?';
  return /^[0-9a-f]{24,}$/.test(name) ? name.slice(0, 12) : name;
}

class MangruTopContainers extends MangruElement {
  render() {
    return html`<div class="two-up">
      <mangru-top-list kind="cpu"></mangru-top-list>
      <mangru-top-list kind="memory"></mangru-top-list>
    </div>`;
  }
}

class MangruTopList extends MangruElement {
  static properties = { kind: {}, _rows: { state: true }, _error: { state: true }, _loading: { state: true }, _scope: { state: true } };

  #latest = new Latest();

  connectedCallback() {
    super.connectedCallback();
    this._rows = null;
    this._error = null;
    this.untilRemoved(state.onTick(() => this.load()));
    this.untilRemoved(state.onChange((changed) => (!changed || changed.includes('from') || changed.includes('to')) && this.load()));
    this.untilRemoved(() => this.#latest.cancel());
    this.load();
  }

  async load() {
    const kind = KINDS[this.kind];
    const signal = this.#latest.begin();
    const range = state.range();
    this._loading = true;
    try {
      for (const scope of SCOPES) {
        const expr = kind.expr(scope);
        const now = await instantQuery(`topk(${ROWS}, ${fillVariables(expr, SCRAPE_S, range.toMs - range.fromMs)})`, range.toMs / 1000, signal);
        if (now.result.length === 0 && scope !== SCOPES.at(-1)) {
          continue;
        }
        const rows = now.result.map(({ metric, value }) => ({ metric, value: Number(value[1]) })).sort((a, b) => b.value - a.value);
        this._rows = await this.#withSparks(rows, expr, range, signal);
        this._scope = scope;
        break;
      }
      this._error = null;
      state.reportData();
    } catch (error) {
      if (isAbort(error)) {
        return;
      }
      this._error = error;
      state.reportFailure(error);
    }
    this._loading = false;
  }

  async #withSparks(rows, expr, range, signal) {
    if (rows.length === 0) {
      return rows;
    }
    const history = await fetchRange(`topk(${ROWS * 2}, ${expr})`, range, { maxPoints: SPARK_POINTS, limit: 200, signal });
    const key = (metric) => ['namespace', 'pod', 'container', 'name', 'id'].map((label) => metric[label] ?? '').join('\u0000');
    const byKey = new Map(history.series.map((series) => [key(series.metric), series.values]));
    return rows.map((row) => ({ ...row, spark: byKey.get(key(row.metric)) ?? [] }));
  }

  render() {
    const kind = KINDS[this.kind];
    const rows = this._rows;
    const most = Math.max(1e-9, ...(rows ?? []).map((row) => row.value));
    return html`<div role="group" class="card top-list ${this._loading ? 'is-loading' : ''}" aria-label="Top by ${kind.title}">
      <div class="chart-head"><span class="card-title" role="heading" aria-level="3">${kind.title}</span>${this._scope === SCOPES[1] && rows?.length ? html`<span class="chart-meta">control groups: no container runtime seen</span>` : nothing}</div>
      <div class="loading-bar" aria-hidden="true"></div>
      ${this._error ? errorBox(this._error, () => this.load()) : nothing}
      ${rows?.length === 0 && !this._error ? emptyBox('No container has reported in this range.') : nothing}
      ${rows === null && !this._error ? html`<div class="skeleton-rows" aria-hidden="true">${Array.from({ length: 5 }, () => html`<div></div>`)}</div>` : nothing}
      ${rows?.length
        ? html`<table class="top-table">
            <thead class="visually-hidden"><tr><th scope="col">Container</th><th scope="col">Trend</th><th scope="col">${kind.title}</th><th scope="col">Links</th></tr></thead>
            <tbody>${rows.map((row) => this.#row(row, kind, most))}</tbody>
          </table>`
        : nothing}
    </div>`;
  }

  #row({ metric, value, spark }, kind, most) {
    const name = containerName(metric);
    const scope = selectorOf(metric);
    return html`<tr>
      <th scope="row" title=${[metric.namespace, metric.pod, metric.container, metric.name, metric.id].filter(Boolean).join(' · ')}>
        <span class="top-name">${name}</span>${metric.namespace ? html`<span class="top-ns">${metric.namespace}</span>` : nothing}
      </th>
      <td class="top-spark">${sparkline(spark)}</td>
      <td class="top-value number"><span class="top-bar" style="--fill: ${((value / most) * 100).toFixed(1)}%"></span><span>${formatValue(value, kind.unit)}</span></td>
      <td class="top-links">
        <a class="icon-button" href=${state.link('explore', { q: fillVariables(kind.expr(scope), SCRAPE_S, 0) })} aria-label="Explore ${name}" title="Explore">${icon('explore')}</a>
        <a class="icon-button" href=${state.link('logs', { q: logQueryOf(metric) })} aria-label="Logs of ${name}" title="Logs">${icon('logs')}</a>
      </td>
    </tr>`;
  }
}

function selectorOf(metric) {
  const labels = metric.pod ? ['namespace', 'pod', 'container'] : ['id'];
  return labels.filter((label) => metric[label]).map((label) => `${label}=${JSON.stringify(metric[label])}`).join(',');
}

function logQueryOf(metric) {
  if (metric.pod) {
    return ['namespace', 'pod'].filter((label) => metric[label]).map((label) => `${label}:${metric[label]}`).join(' ');
  }
  return `"${containerName(metric).replace(/\.(service|scope|slice)$/, '')}"`;
}

/** Log volume by severity, and the newest errors below it. */
class MangruLogStrip extends MangruElement {
  static properties = { _hits: { state: true }, _error: { state: true } };

  #latest = new Latest();

  connectedCallback() {
    super.connectedCallback();
    this._hits = null;
    this._error = null;
    this.untilRemoved(state.onTick(() => this.load()));
    this.untilRemoved(state.onChange((changed) => (!changed || changed.includes('from') || changed.includes('to')) && this.load()));
    this.untilRemoved(() => this.#latest.cancel());
    this.load();
  }

  async load() {
    const signal = this.#latest.begin();
    const range = state.range();
    try {
      const answer = await getJson('/api/ui/logs/search', { q: '', severity: 'error,fatal', start: msToNs(range.fromMs), end: msToNs(range.toMs), limit: 6, direction: 'backward' }, signal);
      this._hits = answer.hits;
      this._error = null;
    } catch (error) {
      if (isAbort(error)) {
        return;
      }
      this._error = error;
    }
  }

  render() {
    return html`<div role="group" class="card log-strip" aria-label="Log volume">
      <mangru-log-histogram heading="Lines by severity" compact></mangru-log-histogram>
      ${this._error ? errorBox(this._error, () => this.load()) : nothing}
      ${this._hits?.length
        ? html`<ol class="error-lines" aria-label="Newest errors">
            ${this._hits.map(
              (hit) => html`<li><a href=${state.link('logs', { severity: 'error,fatal', line: hit.id })}><time>${formatMillis(nsToMs(hit.ts), state.zone())}</time><span class="sev sev-${hit.severity}">${hit.severity}</span><span class="error-line">${hit.line.slice(0, 300)}</span></a></li>`,
            )}
          </ol>`
        : nothing}
      ${this._hits?.length === 0 ? html`<p class="quiet">${icon('ok')} No error lines in this range. <a href=${state.link('logs')}>All logs</a></p>` : nothing}
    </div>`;
  }
}

define('mangru-top-containers', MangruTopContainers);
define('mangru-top-list', MangruTopList);
define('mangru-log-strip', MangruLogStrip);
