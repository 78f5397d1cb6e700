// <mangru-query-plan>: how one PromQL expression is answered over the range, operator by operator.

import { html, nothing } from 'lit';
import { MangruElement, Latest, define } from './element.js';
import { planRows } from './plan-rows.js';
import { annotations, emptyBox, errorBox } from './states.js';
import * as state from './state.js';
import { chooseStep, fillVariables } from './time.js';
import { formatValue, grouped } from './units.js';
import { getJson, isAbort } from './wire.js';

/** As many steps as a chart of usual width has. */
const STEPS = 500;

class MangruQueryPlan extends MangruElement {
  static properties = {
    query: { type: String },
    _plan: { state: true },
    _error: { state: true },
    _loading: { state: true },
  };

  #latest = new Latest();

  constructor() {
    super();
    this.query = '';
    this._plan = null;
    this._error = null;
  }

  connectedCallback() {
    super.connectedCallback();
    this.untilRemoved(
      state.onChange((changed) => {
        if (!changed || changed.some((name) => ['from', 'to'].includes(name))) {
          this.#load();
        }
      }),
    );
    this.untilRemoved(state.onTick(() => this.#load()));
    this.untilRemoved(() => this.#latest.cancel());
  }

  updated(changed) {
    if (changed.has('query')) {
      this.#load();
    }
  }

  /** Ends the request. */
  cancel() {
    this.#latest.cancel();
    this._loading = false;
  }

  async #load() {
    if (!this.query) {
      return;
    }
    const signal = this.#latest.begin();
    const { fromMs, toMs } = state.range();
    const step = chooseStep(fromMs, toMs, STEPS);
    const query = fillVariables(this.query, step, toMs - fromMs);
    this._loading = true;
    try {
      const answer = await getJson('/api/v1/explain', { query, start: fromMs / 1000, end: toMs / 1000, step }, signal);
      this._plan = { ...answer.data, warnings: answer.warnings, infos: answer.infos };
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
    const told = this._plan;
    const rows = planRows(told?.plan);
    return html`<section class="card ${this._loading ? 'is-loading' : ''}" aria-label="Plan of the query" aria-busy=${this._loading ? 'true' : 'false'}>
      <div class="chart-head">
        <span class="card-title" role="heading" aria-level="2">Plan</span>
        <span class="chart-meta">${told ? meta(told) : nothing}</span>
      </div>
      <div class="loading-bar" aria-hidden="true"></div>
      ${this._error ? errorBox(this._error, () => this.#load()) : nothing}
      ${told ? annotations(told.warnings, told.infos) : nothing}
      ${rows.length
        ? html`<div class="table-scroll plan-table" tabindex="0" role="group" aria-label="Operators"><table>
            <thead><tr>
              <th scope="col">Operator</th><th scope="col" class="number">Time</th><th scope="col" class="number">Of its own</th>
              <th scope="col" class="number">Series</th><th scope="col" class="number">Samples</th><th scope="col" class="number">Bytes</th>
            </tr></thead>
            <tbody>${rows.map(planRow)}</tbody>
          </table></div>`
        : this._error || this._loading
          ? nothing
          : emptyBox('There is nothing to explain yet.')}
    </section>`;
  }
}

function meta({ result, samples, timings, steps }) {
  return `${grouped(steps)} steps · ${grouped(result.series)} series · ${grouped(samples.samplesRead)} samples read · ${formatValue(timings.execTotalTime, 'seconds')}`;
}

function planRow({ depth, label: text, expression, how, cost, share }) {
  return html`<tr>
    <th scope="row" title=${expression}><div class="plan-operator" style="--plan-depth: ${depth}">
      <code><span class="visually-hidden">Level ${depth + 1}: </span>${text}</code>
      ${how.length ? html`<span class="plan-how">${how.join(' · ')}</span>` : nothing}
    </div></th>
    <td class="number">${cost ? formatValue(cost.totalTime, 'seconds') : '–'}</td>
    <td class="number plan-share" style="--plan-share: ${share}">${cost ? formatValue(cost.selfTime, 'seconds') : '–'}</td>
    <td class="number">${cost?.series ? grouped(cost.series) : '–'}</td>
    <td class="number">${cost?.samples ? grouped(cost.samples) : '–'}</td>
    <td class="number">${cost?.bytes ? formatValue(cost.bytes, 'bytes') : '–'}</td>
  </tr>`;
}

define('mangru-query-plan', MangruQueryPlan);
