// <mangru-log-histogram>: lines per bucket over the whole range, stacked by severity; drag to zoom.

import { html, nothing } from 'lit';
import { MangruElement, Latest, define } from './element.js';
import { Chart } from './chart.js';
import { errorBox } from './states.js';
import * as state from './state.js';
import { SEVERITIES } from './severity.js';
import { formatDateTime, msToNs, nsToMs } from './time.js';
import { grouped } from './units.js';
import { getJson, isAbort } from './wire.js';

/** Rows for the chart from the server's buckets, mildest severity first: bars stack from the last row up. */
export function toRows(answer) {
  const bucketS = Number(BigInt(answer.bucketNs)) / 1e9;
  const startS = nsToMs(answer.startNs) / 1e3;
  const times = Float64Array.from(answer.buckets, (_, at) => startS + at * bucketS);
  const present = SEVERITIES.filter((severity) => answer.buckets.some((bucket) => bucket[severity]));
  const series = present.map((severity) => ({
    name: severity,
    variable: `--mangru-sev-${severity}`,
    values: Float64Array.from(answer.buckets, (bucket) => bucket[severity] ?? 0),
    total: answer.buckets.reduce((sum, bucket) => sum + (bucket[severity] ?? 0), 0),
  }));
  return { times, series, bucketS };
}

class MangruLogHistogram extends MangruElement {
  static properties = {
    heading: {},
    query: {},
    severity: {},
    compact: { type: Boolean },
    _answer: { state: true },
    _error: { state: true },
    _loading: { state: true },
  };

  #latest = new Latest();
  #chart = null;
  #range = null;

  constructor() {
    super();
    this.heading = 'Lines over time';
    this.query = '';
    this.severity = '';
    this._answer = null;
    this._error = null;
  }

  connectedCallback() {
    super.connectedCallback();
    this._loading = false;
    if (this.hasUpdated) {
      // Flow may take an element out and put it back; what was being fetched then is gone.
      queueMicrotask(() => this.load());
    }
    this.untilRemoved(state.onTick(() => this.load()));
    this.untilRemoved(
      state.onChange((changed) => {
        if (!changed || changed.includes('from') || changed.includes('to')) {
          this.load();
        } else {
          this.requestUpdate();
        }
      }),
    );
    const repaint = () => this.#chart?.repaint();
    window.addEventListener('mangru-scheme', repaint);
    this.untilRemoved(() => window.removeEventListener('mangru-scheme', repaint));
    this.untilRemoved(() => {
      this.#latest.cancel();
      this.#chart?.destroy();
      this.#chart = null;
    });
  }

  willUpdate(changed) {
    if (changed.has('query') || changed.has('severity') || (this._answer === null && this._error === null && !this._loading)) {
      queueMicrotask(() => this.load());
      this._loading = true;
    }
  }

  async load() {
    if (!this.isConnected) {
      return;
    }
    const signal = this.#latest.begin();
    const range = state.range();
    this._loading = true;
    try {
      const buckets = Math.max(20, Math.min(120, Math.floor((this.clientWidth || 600) / 10)));
      const answer = await getJson('/api/ui/logs/histogram', { q: this.query, severity: this.severity, start: msToNs(range.fromMs), end: msToNs(range.toMs), buckets }, signal);
      this.#range = range;
      this._answer = answer;
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

  updated() {
    const host = this.querySelector('.chart-plot');
    if (!host || !this._answer) {
      this.#chart?.destroy();
      this.#chart = null;
      return;
    }
    this.#chart ??= new Chart(host, { onZoom: state.zoomTo });
    const { times, series, bucketS } = toRows(this._answer);
    if (series.length) {
      this.#chart.draw({ times, series, fromMs: this.#range.fromMs, toMs: this.#range.toMs, unit: 'count', zone: state.zone(), stacked: true, bars: true, stepS: bucketS });
    }
  }

  render() {
    const answer = this._answer;
    const rows = answer ? toRows(answer) : null;
    return html`<div class="log-histogram ${this._loading ? 'is-loading' : ''}" aria-busy=${this._loading ? 'true' : 'false'}>
      <div class="chart-head">
        <span class="card-title" role="heading" aria-level=${this.compact ? 3 : 2}>${this.heading}</span>
        ${answer ? html`<span class="chart-meta">${grouped(answer.total)} lines</span>` : nothing}
        ${rows
          ? html`<span class="histogram-legend">${[...rows.series].reverse().map((series) => html`<span class="sev-count"><span class="swatch" style="--swatch: var(${series.variable})"></span>${series.name} ${grouped(series.total)}</span>`)}</span>`
          : nothing}
      </div>
      <div class="loading-bar" aria-hidden="true"></div>
      ${this._error ? errorBox(this._error, () => this.load()) : nothing}
      ${rows && rows.series.length === 0 && !this._error
        ? html`<p class="histogram-empty">No lines in this range.</p>`
        : answer
          ? html`<div class="chart-plot is-histogram" role="img" tabindex="0" aria-label=${this.#summary(rows)}></div>`
          : this._error
            ? nothing
            : html`<div class="chart-plot is-histogram is-skeleton" aria-hidden="true"></div>`}
    </div>`;
  }

  #summary({ series }) {
    const zone = state.zone();
    return `${this.heading}, ${formatDateTime(this.#range.fromMs, zone)} to ${formatDateTime(this.#range.toMs, zone)}: ${series.map((row) => `${row.total} ${row.name}`).join(', ')}. Arrow keys move the cursor, shift selects, enter zooms.`;
  }
}

define('mangru-log-histogram', MangruLogHistogram);
