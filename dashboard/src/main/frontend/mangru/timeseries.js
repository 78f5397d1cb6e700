// <mangru-timeseries>: one chart card. Fetches its points for the range in the address and draws them.

import { html, nothing } from 'lit';
import { MangruElement, Latest, define } from './element.js';
import { Chart, seriesStyle, summarize } from './chart.js';
import { csvCell, fileName } from './files.js';
import { icon } from './icons.js';
import { annotations, download, emptyBox, errorBox } from './states.js';
import * as state from './state.js';
import { fillVariables, formatDateTime, spell } from './time.js';
import { formatValue } from './units.js';
import { fetchRange, isAbort, seriesName } from './wire.js';

const TABLE_ROWS = 200;

export class MangruTimeseries extends MangruElement {
  static properties = {
    heading: {},
    level: { type: Number },
    queries: { attribute: false },
    unit: {},
    stacked: { type: Boolean },
    floating: { type: Boolean },
    low: { type: Number },
    high: { type: Number },
    threshold: { type: Number },
    thresholdName: {},
    emptyText: {},
    markers: { attribute: false },
    legend: {},
    limit: { type: Number },
    stepS: { attribute: false },
    _result: { state: true },
    _error: { state: true },
    _loading: { state: true },
    _hidden: { state: true },
    _cursor: { state: true },
    _asTable: { state: true },
  };

  #latest = new Latest();
  #chart = null;
  #visible = false;
  #dirty = true;
  #queriesKey = '';

  constructor() {
    super();
    this.heading = '';
    this.level = 3;
    this.queries = [];
    this.unit = 'count';
    this.stacked = false;
    this.floating = false;
    this.legend = 'list';
    this.limit = 100;
    this.markers = [];
    this.emptyText = 'No series answers this query in this range.';
    this._result = null;
    this._error = null;
    this._loading = false;
    this._hidden = new Set();
    this._cursor = null;
    this._asTable = false;
  }

  connectedCallback() {
    super.connectedCallback();
    const seen = new IntersectionObserver(
      (entries) => {
        this.#visible = entries.some((entry) => entry.isIntersecting);
        if (this.#visible && this.#dirty) {
          this.load();
        }
      },
      { rootMargin: '400px' },
    );
    seen.observe(this);
    this.untilRemoved(() => seen.disconnect());
    this.untilRemoved(state.onTick(() => this.load()));
    this.untilRemoved(
      state.onChange((changed) => {
        if (!changed || changed.some((name) => name === 'from' || name === 'to')) {
          this.load();
        } else if (changed.includes('tz')) {
          this.requestUpdate();
        }
      }),
    );
    const repaint = () => this.#chart?.repaint();
    window.addEventListener('mangru-scheme', repaint);
    this.untilRemoved(() => window.removeEventListener('mangru-scheme', repaint));
    this.untilRemoved(() => this.#dispose());
    this.#dirty = true;
  }

  #dispose() {
    this.#latest.cancel();
    this.#chart?.destroy();
    this.#chart = null;
  }

  willUpdate() {
    const key = JSON.stringify([this.queries, this.stepS, this.limit]);
    if (key !== this.#queriesKey) {
      this.#queriesKey = key;
      this.#dirty = true;
      if (this.#visible) {
        queueMicrotask(() => this.load());
      }
    }
  }

  /** Fetches all queries for the range in the address; an older fetch is cancelled. */
  async load() {
    if (!this.#visible || !this.isConnected) {
      this.#dirty = true;
      return;
    }
    this.#dirty = false;
    const queries = this.queries ?? [];
    if (queries.length === 0) {
      this._result = null;
      return;
    }
    const signal = this.#latest.begin();
    const range = state.range();
    const maxPoints = Math.max(60, Math.min(1000, Math.floor((this.clientWidth || 600) / 1.5)));
    this._loading = true;
    try {
      const answers = await Promise.all(
        queries.map(({ expr }) => fetchRange(expr, range, { maxPoints, stepS: this.stepS, limit: this.limit, signal })),
      );
      this._result = merge(answers, queries, range);
      this._error = null;
      state.reportData();
      this.dispatchEvent(new CustomEvent('loaded', { detail: this._result }));
    } catch (error) {
      if (isAbort(error)) {
        return;
      }
      this._error = error;
      state.reportFailure(error);
      this.dispatchEvent(new CustomEvent('failed', { detail: error }));
    }
    this._loading = false;
  }

  cancel() {
    this.#latest.cancel();
    this._loading = false;
  }

  updated() {
    const host = this.querySelector('.chart-plot');
    const result = this._result;
    if (!host || !result || result.series.length === 0) {
      if (!host) {
        this.#chart?.destroy();
        this.#chart = null;
      }
      return;
    }
    this.#chart ??= new Chart(host, {
      onZoom: state.zoomTo,
      onCursor: (index) => {
        if (index !== this._cursor) {
          this._cursor = index;
        }
      },
    });
    const key = [result, this._hidden, state.zone(), this.unit, this.stacked, this.markers];
    if (!this.#drawn || key.some((part, at) => part !== this.#drawn[at])) {
      this.#drawn = key;
      this.#chart.draw({
        ...result,
        series: result.series.map((series) => ({ ...series, shown: !this._hidden.has(series.name) })),
        unit: this.unit,
        zone: state.zone(),
        stacked: this.stacked,
        floating: this.floating,
        low: this.low,
        high: this.high,
        threshold: this.threshold,
        thresholdName: this.thresholdName,
        markers: this.markers,
      });
    }
  }

  #drawn = null;

  render() {
    const result = this._result;
    const empty = result && result.series.length === 0;
    return html`<div role="group" class="card chart-card ${this._loading ? 'is-loading' : ''} ${this._error ? 'is-failed' : ''}" aria-label=${this.heading} aria-busy=${this._loading ? 'true' : 'false'}>
      <div class="chart-head">
        <span class="card-title" role="heading" aria-level=${this.level}>${this.heading}</span>
        <span class="chart-meta">${result && !empty ? `step ${spell(result.step * 1e3)}` : nothing}</span>
        ${this.#actions(result, empty)}
      </div>
      <div class="loading-bar" aria-hidden="true"></div>
      ${this._error ? errorBox(this._error, () => this.load()) : nothing}
      ${result ? annotations(result.dropped ? [...result.warnings, `${result.dropped} more series are not shown; narrow the query`] : result.warnings, result.infos) : nothing}
      ${empty && !this._error ? emptyBox(this.emptyText) : nothing}
      ${!result && !this._error ? html`<div class="chart-plot is-skeleton" aria-hidden="true"></div>` : nothing}
      ${result && !empty ? this.#body(result) : nothing}
    </div>`;
  }

  #actions(result, empty) {
    if (!result || empty) {
      return nothing;
    }
    // The editor's grammar knows no variables, so the link carries what they stand for right now.
    const explore = fillVariables(this.queries[0]?.expr ?? '', result.step, result.toMs - result.fromMs);
    return html`<span class="chart-actions">
      <button type="button" class="icon-button" aria-pressed=${this._asTable ? 'true' : 'false'} aria-label="Show ${this.heading} as table" title="Show as table" @click=${() => (this._asTable = !this._asTable)}>${icon('table')}</button>
      ${this.legend === 'table'
        ? nothing
        : html`<a class="icon-button" href=${state.link('explore', { q: explore })} aria-label="Explore ${this.heading}" title=${this.queries.length > 1 ? `Open “${this.queries[0].legend}” in Explore` : 'Open in Explore'}>${icon('explore')}</a>`}
      <button type="button" class="icon-button" aria-label="Download ${this.heading} as CSV" title="CSV" @click=${() => this.saveCsv()}>${icon('download')}</button>
      <button type="button" class="icon-button" aria-label="Download ${this.heading} as PNG" title="PNG" @click=${() => this.savePng()}>${icon('image')}</button>
    </span>`;
  }

  #body(result) {
    return html`<div class="chart-plot" role="img" tabindex="0" aria-label=${this.#summary(result)}></div>
      ${this.legend === 'table' ? this.#legendTable(result) : this.#legendList(result)}
      ${this._asTable ? this.#dataTable(result) : nothing}`;
  }

  #summary(result) {
    const zone = state.zone();
    const head = `${this.heading}, ${formatDateTime(result.fromMs, zone)} to ${formatDateTime(result.toMs, zone)}, ${result.series.length} series.`;
    const rows = result.series.slice(0, 5).map((series) => {
      const s = series.summary;
      return `${series.name}: last ${formatValue(s.last, this.unit)}, lowest ${formatValue(s.min, this.unit)}, highest ${formatValue(s.max, this.unit)}`;
    });
    return [head, ...rows].join(' ') + '. Arrow keys move the cursor, shift selects, enter zooms.';
  }

  #legendList(result) {
    return html`<ul class="legend">
      ${result.series.map((series, index) => {
        const value = this._cursor === null ? series.summary.last : series.values[this._cursor];
        return html`<li>
          <button type="button" class="legend-item" aria-pressed=${this._hidden.has(series.name) ? 'false' : 'true'} title="Click: only this one. Ctrl-click: hide or show." @click=${(event) => this.#toggle(series.name, event)}>
            ${swatch(index)}<span class="legend-name">${series.name}</span><span class="legend-value">${formatValue(value, this.unit)}</span>
          </button>
        </li>`;
      })}
    </ul>`;
  }

  #legendTable(result) {
    const columns = ['last', 'min', 'max', 'avg'];
    return html`<div class="table-scroll legend-table" tabindex="0" role="group" aria-label="Legend">
      <table>
        <thead><tr><th scope="col">Series (${result.series.length})</th>${columns.map((name) => html`<th scope="col" class="number">${name}</th>`)}</tr></thead>
        <tbody>
          ${result.series.map(
            (series, index) => html`<tr class=${this._hidden.has(series.name) ? 'is-off' : ''}>
              <td>
                <button type="button" class="legend-item" aria-pressed=${this._hidden.has(series.name) ? 'false' : 'true'} title="Click: only this one. Ctrl-click: hide or show." @click=${(event) => this.#toggle(series.name, event)}>
                  ${swatch(index)}<span class="legend-name">${series.name}</span>
                </button>
              </td>
              ${columns.map((name) => html`<td class="number" title=${String(series.summary[name] ?? '')}>${formatValue(name === 'last' && this._cursor !== null ? series.values[this._cursor] : series.summary[name], this.unit)}</td>`)}
            </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
  }

  #dataTable(result) {
    const shown = result.series.filter((series) => !this._hidden.has(series.name)).slice(0, 20);
    const from = Math.max(0, result.times.length - TABLE_ROWS);
    const rows = Array.from(result.times.slice(from), (_, at) => from + at).reverse();
    return html`<div class="table-scroll data-table" tabindex="0" role="group" aria-label="${this.heading} as table">
      <table>
        <caption>${this.heading}: newest first${from ? `, the newest ${TABLE_ROWS} of ${result.times.length} points; CSV has all` : ''}</caption>
        <thead><tr><th scope="col">Time</th>${shown.map((series) => html`<th scope="col" class="number">${series.name}</th>`)}</tr></thead>
        <tbody>
          ${rows.map((at) => html`<tr><th scope="row">${formatDateTime(result.times[at] * 1e3, state.zone())}</th>${shown.map((series) => html`<td class="number">${formatValue(series.values[at], this.unit)}</td>`)}</tr>`)}
        </tbody>
      </table>
    </div>`;
  }

  #toggle(name, event) {
    const names = this._result.series.map((series) => series.name);
    const hidden = new Set(this._hidden);
    if (event.ctrlKey || event.metaKey) {
      hidden.has(name) ? hidden.delete(name) : hidden.add(name);
    } else {
      const alone = !hidden.has(name) && names.every((other) => other === name || hidden.has(other));
      hidden.clear();
      if (!alone) {
        names.filter((other) => other !== name).forEach((other) => hidden.add(other));
      }
    }
    this._hidden = hidden;
  }

  saveCsv() {
    download(fileName(this.heading, 'csv'), 'text/csv', toCsv(this._result));
  }

  async savePng() {
    const blob = await this.#chart?.png(this.heading);
    if (blob) {
      download(fileName(this.heading, 'png'), 'image/png', blob);
    }
  }
}

function swatch(index) {
  const style = seriesStyle(index);
  return html`<span class="swatch ${style.dash ? 'is-dashed' : ''}" style="--swatch: var(${style.variable})"></span>`;
}

/** Several answers over the same steps as one chart. Names that occur twice get a number. */
export function merge(answers, queries, range) {
  const times = answers.reduce((longest, answer) => (answer.times.length > longest.length ? answer.times : longest), answers[0].times);
  const used = new Map();
  const series = answers.flatMap((answer, at) =>
    answer.series.map(({ metric, values }) => {
      const base = seriesName(metric, queries[at].legend) || queries[at].expr;
      const count = (used.get(base) ?? 0) + 1;
      used.set(base, count);
      const row = values.length === times.length ? values : new Float64Array(times.length).fill(NaN);
      return { name: count > 1 ? `${base} (${count})` : base, metric, values: row, summary: summarize(row) };
    }),
  );
  return {
    times,
    series,
    step: answers[0].step,
    fromMs: range.fromMs,
    toMs: range.toMs,
    warnings: [...new Set(answers.flatMap((answer) => answer.warnings))],
    infos: [...new Set(answers.flatMap((answer) => answer.infos))],
    dropped: answers.reduce((sum, answer) => sum + answer.dropped, 0),
    tookMs: Math.max(...answers.map((answer) => answer.tookMs)),
    bytes: answers.reduce((sum, answer) => sum + answer.bytes, 0),
  };
}

/** One row per time, one column per series; a gap is an empty cell. */
export function toCsv(result) {
  const head = ['time', ...result.series.map((series) => series.name)].map(csvCell).join(',');
  const rows = Array.from(result.times, (time, at) =>
    [new Date(time * 1e3).toISOString(), ...result.series.map((series) => (Number.isNaN(series.values[at]) ? '' : String(series.values[at])))].join(','),
  );
  return [head, ...rows].join('\n') + '\n';
}

define('mangru-timeseries', MangruTimeseries);
