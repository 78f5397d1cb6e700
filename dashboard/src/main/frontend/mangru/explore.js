// <mangru-explore>: one PromQL expression as a chart over the range, as a table at its end, or how it is answered.

import { html, nothing } from 'lit';
import { MangruElement, Latest, define } from './element.js';
import { icon } from './icons.js';
import './promql-editor.js';
import './query-plan.js';
import { annotations, download, emptyBox, errorBox } from './states.js';
import * as state from './state.js';
import './timeseries.js';
import { csvCell, fileName } from './files.js';
import { fillVariables, formatDateTime } from './time.js';
import { formatValue, grouped, guessUnit } from './units.js';
import { instantQuery, isAbort, seriesName } from './wire.js';

const RECENT_KEY = 'mangru.explore.recent';
const RECENT_MAX = 12;
const TABLE_MAX = 500;
const UNITS = [
  ['', 'Unit: by name'],
  ['count', 'Number'],
  ['bytes', 'Bytes'],
  ['bytes/s', 'Bytes/s'],
  ['1/s', 'Per second'],
  ['seconds', 'Seconds'],
  ['ratio', 'Percent (0–1)'],
  ['cores', 'Cores'],
];
const TABS = [
  ['chart', 'Chart', 'explore'],
  ['table', 'Table', 'table'],
  ['plan', 'Plan', 'list'],
];
const EXAMPLES = [
  ['CPU by mode', 'sum by (mode) (rate(node_cpu_seconds_total{mode!="idle"}[5m]))'],
  ['Memory in use', 'node_memory_MemTotal_bytes - node_memory_MemAvailable_bytes'],
  ['Containers by memory', 'topk(10, container_memory_working_set_bytes{id!="/"})'],
  ['Targets that are up', 'up'],
];

export function recentWith(list, query) {
  return [query, ...list.filter((other) => other !== query)].slice(0, RECENT_MAX);
}

function recent() {
  try {
    const list = JSON.parse(localStorage.getItem(RECENT_KEY) ?? '[]');
    return Array.isArray(list) ? list.filter((query) => typeof query === 'string') : [];
  } catch (broken) {
    console.warn('the list of recent queries was not readable and starts anew', broken);
    localStorage.removeItem(RECENT_KEY);
    return [];
  }
}

class MangruExplore extends MangruElement {
  static properties = {
    _query: { state: true },
    _tab: { state: true },
    _table: { state: true },
    _error: { state: true },
    _loading: { state: true },
    _shape: { state: true },
    _typed: { state: true },
  };

  #latest = new Latest();

  constructor() {
    super();
    this._table = null;
    this._error = null;
    this._shape = null;
    this.#read();
  }

  #read() {
    this._query = state.get('q');
    this._typed = this._query;
    this._tab = TABS.some(([tab]) => tab === state.get('view')) ? state.get('view') : 'chart';
  }

  connectedCallback() {
    super.connectedCallback();
    this.#read();
    this.untilRemoved(
      state.onChange((changed) => {
        const before = this._query;
        if (!changed || changed.includes('q') || changed.includes('view')) {
          this.#read();
          const editor = this.querySelector('mangru-promql-editor');
          if (editor && this._query !== before) {
            editor.value = this._query;
          }
        }
        if (this._tab === 'table' && (!changed || changed.some((name) => ['q', 'view', 'from', 'to'].includes(name)))) {
          this.#loadTable();
        }
        this.requestUpdate();
      }),
    );
    this.untilRemoved(state.onTick(() => this._tab === 'table' && this.#loadTable()));
    this.untilRemoved(() => this.#latest.cancel());
    if (this._tab === 'table') {
      this.#loadTable();
    }
  }

  #run = (query) => {
    const text = query.trim();
    this._shape = null;
    this._error = null;
    if (text) {
      localStorage.setItem(RECENT_KEY, JSON.stringify(recentWith(recent(), text)));
    }
    if (text === this._query) {
      state.tick('run');
    } else {
      state.set({ q: text });
    }
  };

  #editorValue() {
    return this.querySelector('mangru-promql-editor')?.value ?? this._query;
  }

  #cancel = () => {
    this.#latest.cancel();
    this.querySelector('mangru-timeseries')?.cancel();
    this.querySelector('mangru-query-plan')?.cancel();
    this._loading = false;
  };

  async #loadTable() {
    if (!this._query) {
      this._table = null;
      return;
    }
    const signal = this.#latest.begin();
    const range = state.range();
    this._loading = true;
    try {
      const filled = fillVariables(this._query, 15, range.toMs - range.fromMs);
      this._table = { ...(await instantQuery(filled, range.toMs / 1000, signal)), atMs: range.toMs };
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

  render() {
    const unit = state.get('unit') || guessUnit(this._query);
    return html`<div class="explore">
      <div class="card query-card" data-query @keydown=${(event) => event.key === 'Escape' && this.#cancel()}>
        <div class="query-bar">
          <mangru-promql-editor .value=${this._typed} @run=${(event) => this.#run(event.detail)}></mangru-promql-editor>
          <button type="button" class="button button-primary" @click=${() => this.#run(this.#editorValue())} title="Shift+Enter">Run <kbd>⇧⏎</kbd></button>
        </div>
        <div class="query-tools">
          <div class="tabs" role="group" aria-label="Show as">
            ${TABS.map(([tab, name, sign]) => html`<button type="button" aria-pressed=${this._tab === tab ? 'true' : 'false'} @click=${() => state.set({ view: tab === 'chart' ? '' : tab })}>${icon(sign)}${name}</button>`)}
          </div>
          <label class="select"><span class="visually-hidden">Unit</span>
            <select @change=${(event) => state.set({ unit: event.target.value })}>
              ${UNITS.map(([key, name]) => html`<option value=${key} ?selected=${state.get('unit') === key}>${name}</option>`)}
            </select>
          </label>
          <label class="check"><input type="checkbox" .checked=${state.get('stacked') === '1'} @change=${(event) => state.set({ stacked: event.target.checked ? '1' : '' })} />Stacked</label>
          ${this.#recentSelect()}
          <span class="spacer"></span>
          ${this._shape ? html`<span class="chart-meta">${this._shape}</span>` : nothing}
        </div>
      </div>
      ${this._query ? this.#answer(unit) : this.#examples()}
    </div>`;
  }

  #answer(unit) {
    switch (this._tab) {
      case 'table':
        return this.#tableCard(unit);
      case 'plan':
        return html`<mangru-query-plan .query=${this._query}></mangru-query-plan>`;
      default:
        return this.#chart(unit);
    }
  }

  #chart(unit) {
    return html`<mangru-timeseries class="explore-chart" heading="Result" .level=${2} legend="table" .queries=${[{ expr: this._query, legend: '' }]} .unit=${unit} .stacked=${state.get('stacked') === '1'} .limit=${200}
      @loaded=${(event) => this.#loaded(event.detail)} @failed=${(event) => this.#failed(event.detail)}></mangru-timeseries>`;
  }

  #loaded(result) {
    this._error = null;
    this._shape = `${result.series.length} series · ${grouped(result.times.length)} points · ${Math.round(result.tookMs)} ms · ${formatValue(result.bytes, 'bytes')}`;
  }

  #failed(error) {
    this._error = error;
    this._shape = null;
  }

  #recentSelect() {
    const list = recent();
    return list.length
      ? html`<label class="select recent"><span class="visually-hidden">Recent queries</span>
          <select @change=${(event) => {
            const query = event.target.value;
            event.target.value = '';
            if (query) {
              this.#run(query);
            }
          }}>
            <option value="">Recent…</option>
            ${list.map((query) => html`<option value=${query}>${query.slice(0, 90)}</option>`)}
          </select>
        </label>`
      : nothing;
  }

  #examples() {
    return html`<div class="card">${emptyBox(
      'Ask for any series by name, or start from one of these:',
      html`<ul class="examples">
        ${EXAMPLES.map(([name, query]) => html`<li><button type="button" class="example" @click=${() => this.#run(query)}><span>${name}</span><code>${query}</code></button></li>`)}
      </ul>`,
    )}</div>`;
  }

  #tableCard(unit) {
    const table = this._table;
    const rows = tableRows(table);
    return html`<section class="card ${this._loading ? 'is-loading' : ''}" aria-label="Result as table" aria-busy=${this._loading ? 'true' : 'false'}>
      <div class="chart-head">
        <span class="card-title" role="heading" aria-level="2">Result</span>
        <span class="chart-meta">${table ? `${rows.length} series at ${formatDateTime(table.atMs, state.zone())}` : nothing}</span>
        ${rows.length ? html`<span class="chart-actions"><button type="button" class="icon-button" aria-label="Download as CSV" title="CSV" @click=${() => download(fileName('explore', 'csv'), 'text/csv', tableCsv(rows))}>${icon('download')}</button></span>` : nothing}
      </div>
      <div class="loading-bar" aria-hidden="true"></div>
      ${this._error ? errorBox(this._error, () => this.#loadTable()) : nothing}
      ${table ? annotations(table.warnings, table.infos) : nothing}
      ${table && rows.length === 0 && !this._error ? emptyBox('No series answers this query at the end of the range.') : nothing}
      ${rows.length
        ? html`<div class="table-scroll data-table" tabindex="0" role="group" aria-label="Rows"><table>
            <thead><tr><th scope="col">Series</th><th scope="col" class="number">Value</th></tr></thead>
            <tbody>${rows.slice(0, TABLE_MAX).map((row) => html`<tr><td class="mono">${row.name}</td><td class="number" title=${row.raw}>${formatValue(Number(row.raw), unit)}</td></tr>`)}</tbody>
          </table></div>
          ${rows.length > TABLE_MAX ? html`<p class="hint">${rows.length - TABLE_MAX} more rows are in the CSV.</p>` : nothing}`
        : nothing}
    </section>`;
  }
}

/** Rows of any instant answer: vector, matrix (its last sample), scalar or string. */
export function tableRows(table) {
  if (!table) {
    return [];
  }
  if (table.resultType === 'scalar' || table.resultType === 'string') {
    return [{ name: table.resultType, metric: {}, raw: table.result[1] }];
  }
  return table.result
    .map(({ metric, value, values, histogram }) => ({
      name: seriesName(metric),
      metric,
      raw: value ? value[1] : values?.length ? values.at(-1)[1] : histogram ? `histogram, sum ${histogram[1].sum}` : '',
    }))
    .sort((a, b) => Number(b.raw) - Number(a.raw));
}

function tableCsv(rows) {
  return ['series,value', ...rows.map((row) => `${csvCell(row.name)},${row.raw}`)].join('\n') + '\n';
}

define('mangru-explore', MangruExplore);
