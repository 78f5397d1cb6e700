// <mangru-logs>: the log search page. Lines are only ever put on the page as text.

import { html, nothing } from 'lit';
import { MangruElement, Latest, define } from './element.js';
import { icon } from './icons.js';
import './log-histogram.js';
import { mentions, prettyJson, toggleLabel } from './log-query.js';
import { SEVERITIES, parseSeverities } from './severity.js';
import { copyText, download, emptyBox, errorBox } from './states.js';
import * as state from './state.js';
import { formatDateTime, formatMillis, msToNs, nsToMs } from './time.js';
import { fileName } from './files.js';
import { grouped } from './units.js';
import './virtual-list.js';
import { base, getJson, isAbort, params } from './wire.js';

const PAGE = 300;
/** What the browser keeps; older lines go when the tail brings more. Chosen: 50k lines are about 50 MB here. */
const KEEP_LINES = 50_000;
/** Where a line comes from, the label that names it best first; the list shows the first one there is. */
const SOURCE_LABELS = ['k8s_pod_name', 'pod', 'container_name', 'container', 'service_name', 'app', 'unit', 'filename', 'file', 'job', 'host_name', 'host'];

class MangruLogs extends MangruElement {
  static properties = {
    _hits: { state: true },
    _next: { state: true },
    _logql: { state: true },
    _facets: { state: true },
    _facetError: { state: true },
    _error: { state: true },
    _loading: { state: true },
    _more: { state: true },
    _open: { state: true },
    _contexts: { state: true },
    _wrap: { state: true },
    _tail: { state: true },
    _pinned: { state: true },
    _typed: { state: true },
  };

  #search = new Latest();
  #facets = new Latest();
  #older = new Latest();
  #source = null;
  #held = [];
  #tailed = 0;
  #key = '';

  constructor() {
    super();
    this._hits = null;
    this._next = null;
    this._logql = '';
    this._facets = null;
    this._error = null;
    this._open = new Set();
    this._contexts = new Map();
    this._wrap = state.get('wrap') === '1';
    this._tail = null;
    this._pinned = null;
    this._typed = state.get('q');
  }

  connectedCallback() {
    super.connectedCallback();
    this.untilRemoved(
      state.onChange((changed) => {
        if (!changed || changed.includes('q')) {
          this._typed = state.get('q');
        }
        this._wrap = state.get('wrap') === '1';
        if (!changed || changed.some((name) => ['q', 'severity', 'from', 'to'].includes(name))) {
          this.#reload();
        } else if (changed.includes('tail')) {
          this.#followTail();
        }
        this.requestUpdate();
      }),
    );
    this.untilRemoved(
      state.onTick((event) => {
        const reading = (this.#list()?.scrolled ?? 0) > 0 || this._open.size > 0;
        if (event.detail.reason === 'timer' && (reading || this._tail)) {
          this.#loadFacets();
        } else {
          this.#reload({ keepOpen: true });
        }
      }),
    );
    this.untilRemoved(() => {
      this.#stopTail();
      this.#search.cancel();
      this.#facets.cancel();
      this.#older.cancel();
    });
    this.#reload();
  }

  #list() {
    return this.querySelector('mangru-virtual-list');
  }

  #request() {
    return { q: state.get('q'), severity: parseSeverities(state.get('severity')).join(',') };
  }

  #reload({ keepOpen = false } = {}) {
    const request = this.#request();
    const key = JSON.stringify(request);
    if (key !== this.#key) {
      this.#key = key;
      this.#list()?.toTop();
    }
    if (!keepOpen) {
      this._open = new Set();
    }
    this.#loadHits(request);
    this.#loadFacets();
    this.#followTail(true);
  }

  async #loadHits(request) {
    const signal = this.#search.begin();
    this.#older.cancel();
    const range = state.range();
    this._loading = true;
    try {
      const answer = await getJson('/api/ui/logs/search', { ...request, start: msToNs(range.fromMs), end: msToNs(range.toMs), limit: PAGE, direction: 'backward' }, signal);
      this._hits = answer.hits;
      this._next = answer.next;
      this._logql = answer.logql ?? '';
      this._error = null;
      state.reportData();
      await this.#showLine(signal);
    } catch (error) {
      if (isAbort(error)) {
        return;
      }
      this._error = error;
      state.reportFailure(error);
    }
    this._loading = false;
  }

  /** The line a permanent link names: in the list if it is there, else with its surroundings on top. */
  async #showLine(signal) {
    const id = state.get('line');
    if (!id) {
      this._pinned = null;
      return;
    }
    if (this._hits.some((hit) => hit.id === id)) {
      this._pinned = null;
      this._open = new Set([id]);
      await this.updateComplete;
      await this.#list()?.updateComplete;
      this.#list()?.scrollToKey(id);
    } else {
      const context = await getJson('/api/ui/logs/context', { id, before: 10, after: 10 }, signal);
      this._pinned = { id, hits: context.hits };
    }
  }

  async #loadFacets() {
    const signal = this.#facets.begin();
    const range = state.range();
    try {
      const answer = await getJson('/api/ui/logs/facets', { ...this.#request(), start: msToNs(range.fromMs), end: msToNs(range.toMs), values: 10 }, signal);
      this._facets = answer.facets;
      this._facetError = null;
    } catch (error) {
      if (!isAbort(error)) {
        this._facetError = error;
      }
    }
  }

  async #loadOlder() {
    if (!this._next || this._more) {
      return;
    }
    const signal = this.#older.begin();
    const range = state.range();
    this._more = 'loading';
    try {
      const answer = await getJson('/api/ui/logs/search', { ...this.#request(), start: msToNs(range.fromMs), end: msToNs(range.toMs), limit: PAGE, cursor: this._next, direction: 'backward' }, signal);
      const known = new Set(this._hits.map((hit) => hit.id));
      this._hits = [...this._hits, ...answer.hits.filter((hit) => !known.has(hit.id))];
      this._next = answer.next;
      this._more = null;
    } catch (error) {
      this._more = isAbort(error) ? null : error;
    }
  }

  // Live tail

  #followTail(restart = false) {
    const wanted = state.get('tail') === '1';
    if (restart || !wanted) {
      this.#stopTail();
    }
    if (wanted && !this.#source) {
      this.#startTail();
    }
  }

  #startTail() {
    const source = new EventSource(`${base()}api/ui/logs/tail?${params(this.#request())}`);
    this.#source = source;
    this.#held = [];
    this._tail = { state: 'connecting', held: 0, dropped: 0 };
    const say = (changes) => {
      if (this.#source === source) {
        this._tail = { ...this._tail, ...changes };
      }
    };
    source.addEventListener('ready', () => say({ state: 'live' }));
    source.addEventListener('dropped', (event) => say({ dropped: (this._tail?.dropped ?? 0) + (JSON.parse(event.data).count ?? 0) }));
    source.addEventListener('message', (event) => {
      if (this.#source !== source) {
        return;
      }
      state.reportData();
      // The tail is ahead of the index, so its lines have no id of their own yet.
      this.#held.push(...JSON.parse(event.data).map((hit) => ({ ...hit, id: hit.id ?? `tail-${this.#tailed++}` })));
      if (this.#held.length > KEEP_LINES) {
        say({ dropped: this._tail.dropped + this.#held.length - KEEP_LINES });
        this.#held.splice(0, this.#held.length - KEEP_LINES);
      }
      if ((this.#list()?.scrolled ?? 0) < 4) {
        this.#release();
      } else {
        say({ state: 'paused', held: this.#held.length });
      }
    });
    source.addEventListener('error', () => say({ state: source.readyState === EventSource.CLOSED ? 'lost' : 'reconnecting' }));
  }

  #stopTail() {
    this.#source?.close();
    this.#source = null;
    this._tail = null;
    this.#held = [];
  }

  /** Puts the held lines on top, newest first. */
  #release() {
    // A line may come both from the search that ran while the tail began, and from the tail.
    const known = new Set((this._hits ?? []).slice(0, 2000).filter((hit) => !isTailed(hit)).map(sameLine));
    const fresh = this.#held.filter((hit) => !known.has(sameLine(hit))).sort((a, b) => (BigInt(a.ts) < BigInt(b.ts) ? 1 : -1));
    this.#held = [];
    this._hits = [...fresh, ...(this._hits ?? [])].slice(0, KEEP_LINES);
    this._tail = { ...this._tail, state: 'live', held: 0 };
  }

  #resume = () => {
    this.#list()?.toTop();
    this.#release();
  };

  // Actions

  #run = () => {
    const text = this._typed.trim();
    if (text === state.get('q')) {
      this.#reload();
    } else {
      state.set({ q: text, line: '' });
    }
  };

  #addTerm(label, value, negated) {
    if (label === 'severity' || label === 'level') {
      if (SEVERITIES.includes(value)) {
        this.#pickSeverity(value, negated);
        return;
      }
    }
    state.set({ q: toggleLabel(this._typed, label, value, negated), line: '' });
  }

  #pickSeverity(severity, negated = false) {
    const now = parseSeverities(state.get('severity'));
    let next;
    if (negated) {
      next = (now.length ? now : SEVERITIES).filter((other) => other !== severity);
    } else {
      next = now.includes(severity) ? now.filter((other) => other !== severity) : [...now, severity];
    }
    state.set({ severity: next.length === SEVERITIES.length ? '' : next.join(','), line: '' });
  }

  #toggle(id) {
    const open = new Set(this._open);
    if (!open.delete(id)) {
      open.add(id);
    }
    this._open = open;
  }

  async #context(hit) {
    const contexts = new Map(this._contexts);
    if (contexts.has(hit.id)) {
      contexts.delete(hit.id);
      this._contexts = contexts;
      return;
    }
    try {
      const answer = await getJson('/api/ui/logs/context', { id: hit.id, before: 20, after: 20 });
      contexts.set(hit.id, { hits: answer.hits });
    } catch (error) {
      contexts.set(hit.id, { error });
    }
    this._contexts = contexts;
  }

  #permalink(hit) {
    const at = nsToMs(hit.ts);
    const search = new URLSearchParams(location.search);
    for (const name of ['tail', 'live']) {
      search.delete(name);
    }
    search.set('from', String(at - 15 * 60e3));
    search.set('to', String(at + 1000));
    search.delete('line');
    if (!isTailed(hit)) {
      search.set('line', hit.id);
    }
    return `${location.origin}${location.pathname}?${search}`;
  }

  #save = () => {
    const text = (this._hits ?? []).map((hit) => JSON.stringify(hit)).join('\n') + '\n';
    download(fileName('logs', 'ndjson'), 'application/x-ndjson', text);
  };

  // Drawing

  render() {
    const hits = this._hits;
    const count = hits?.length ?? 0;
    return html`<div class="logs">
      <form class="card query-card" role="search" @submit=${(event) => {
        event.preventDefault();
        this.#run();
      }}>
        <div class="query-bar">
          <textarea class="log-query mono" data-query rows=${Math.min(4, this._typed.split('\n').length)} aria-label="Search the logs" placeholder='timeout "connection refused" -healthz app:checkout level:error,   or LogQL: {app="checkout"} |= "timeout"' spellcheck="false" autocomplete="off" .value=${this._typed} @input=${(event) => (this._typed = event.target.value)} @keydown=${this.#queryKey}></textarea>
          <button type="submit" class="button button-primary">Run <kbd>⏎</kbd></button>
        </div>
        <div class="query-tools">
          ${this.#severityChips()}
          <span class="spacer"></span>
          ${this._logql ? html`<code class="logql" title="What was asked, as LogQL">${this._logql}</code>` : nothing}
        </div>
      </form>
      <div class="card histogram-card"><mangru-log-histogram heading="Lines over time" .query=${state.get('q')} .severity=${this.#request().severity}></mangru-log-histogram></div>
      <div class="logs-body">
        ${this.#facetPanel()}
        <section class="card log-list ${this._loading ? 'is-loading' : ''} ${this._wrap ? 'is-wrapped' : ''}" aria-label="Log lines" aria-busy=${this._loading ? 'true' : 'false'}>
          <div class="chart-head">
            <span class="card-title" role="heading" aria-level="2">Lines</span>
            <span class="chart-meta" role="status">${hits ? `${grouped(count)} loaded${this._next ? ', more below' : ''}` : nothing}</span>
            ${this.#tailStatus()}
            <span class="chart-actions">
              <button type="button" class="button button-quiet" aria-pressed=${state.get('tail') === '1' ? 'true' : 'false'} @click=${this.#toggleTail}>${icon(this._tail ? 'pause' : 'play')}Tail</button>
              <button type="button" class="icon-button" aria-pressed=${this._wrap ? 'true' : 'false'} aria-label="Wrap lines" title="Wrap lines" @click=${this.#toggleWrap}>${icon('wrap')}</button>
              <button type="button" class="icon-button" aria-label="Download loaded lines as NDJSON" title="Download loaded lines (NDJSON)" ?disabled=${count === 0} @click=${this.#save}>${icon('download')}</button>
            </span>
          </div>
          <div class="loading-bar" aria-hidden="true"></div>
          ${this._error ? errorBox(this._error, () => this.#reload()) : nothing}
          ${this._pinned ? this.#pinnedBox() : nothing}
          ${hits && count === 0 && !this._error ? this.#nothingFound() : nothing}
          ${hits === null && !this._error ? html`<div class="skeleton-rows" aria-hidden="true">${Array.from({ length: 12 }, () => html`<div></div>`)}</div>` : nothing}
          ${count
            ? html`<mangru-virtual-list .items=${hits} .keyOf=${keyOf} .renderItem=${this.#row} .footer=${this.#footer} .version=${[this._open, this._contexts, state.zone(), this._wrap, this._more, this._next, state.get('q')]} label="Log lines, newest first" @scrolled=${this.#scrolled}></mangru-virtual-list>`
            : nothing}
        </section>
      </div>
    </div>`;
  }

  #queryKey = (event) => {
    if (event.key === 'Enter' && !event.altKey && !event.isComposing) {
      event.preventDefault();
      this.#run();
    }
  };

  #toggleTail = () => {
    if (state.get('tail') === '1') {
      state.set({ tail: '' });
    } else {
      state.set(state.range().live ? { tail: '1' } : { tail: '1', from: 'now-15m', to: 'now' });
    }
  };

  #toggleWrap = () => {
    state.set({ wrap: this._wrap ? '' : '1' });
    this.updateComplete.then(() => this.#list()?.remeasure());
  };

  #scrolled = (event) => {
    if (event.detail.toEnd < 800) {
      this.#loadOlder();
    }
    if (event.detail.top < 4 && this._tail?.held) {
      this.#release();
    }
  };

  #severityChips() {
    const chosen = parseSeverities(state.get('severity'));
    const counts = new Map((this._facets?.severity ?? []).map(({ value, count }) => [value, count]));
    return html`<div class="chips" role="group" aria-label="Severities">
      ${[...SEVERITIES].reverse().map(
        (severity) => html`<button type="button" class="chip sev-${severity}" aria-pressed=${chosen.includes(severity) ? 'true' : 'false'} @click=${(event) => this.#pickSeverity(severity, event.altKey)}>
          <span class="swatch" style="--swatch: var(--mangru-sev-${severity})"></span>${severity}${counts.has(severity) ? html`<span class="chip-count">${grouped(counts.get(severity))}</span>` : nothing}
        </button>`,
      )}
    </div>`;
  }

  #tailStatus() {
    const tail = this._tail;
    if (!tail) {
      return nothing;
    }
    const words = { connecting: 'connecting…', live: 'tailing', paused: 'paused', reconnecting: 'connection lost, trying again', lost: 'connection lost' };
    return html`<span class="tail-status is-${tail.dropped ? 'dropping' : tail.state}" role="status">
      ${words[tail.state]}${tail.dropped ? ` · ${grouped(tail.dropped)} dropped: narrow the search` : ''}
      ${tail.held ? html`<button type="button" class="button" @click=${this.#resume}>${grouped(tail.held)} new, show</button>` : nothing}
    </span>`;
  }

  #nothingFound() {
    const narrowed = state.get('q') || state.get('severity');
    return emptyBox(
      narrowed ? 'No line matches in this range. Widen the range (t z), or take a term away.' : 'No line has arrived in this range. The agent tails /var/log; OTLP and Loki push are open too.',
      narrowed ? html`<p class="notice-actions"><button type="button" class="button" @click=${() => state.set({ q: '', severity: '' })}>Clear the search</button></p>` : nothing,
    );
  }

  #facetPanel() {
    const groups = Object.entries(this._facets ?? {}).filter(([label, values]) => label !== 'severity' && values.length);
    return html`<aside class="card facets" aria-label="Facets">
      <details ?open=${!matchMedia('(max-width: 900px)').matches}>
        <summary>Facets</summary>
        ${this._facetError ? errorBox(this._facetError, () => this.#loadFacets()) : nothing}
        ${groups.length === 0 && !this._facetError ? html`<p class="hint">${this._facets ? 'No labels on these lines.' : 'Loading…'}</p>` : nothing}
        ${groups.map(([label, values]) => this.#facet(label, values))}
      </details>
    </aside>`;
  }

  #facet(label, values) {
    const most = Math.max(1, ...values.map(({ count }) => count));
    return html`<h3>${label}</h3>
      <ul>
        ${values.map(({ value, count }) => {
          const said = mentions(this._typed, label, value);
          return html`<li class=${said > 0 ? 'is-in' : said < 0 ? 'is-out' : ''}>
            <button type="button" class="facet-value" style="--fill: ${((count / most) * 100).toFixed(1)}%" aria-pressed=${said > 0 ? 'true' : 'false'} title="${label}: ${value} · click: only these, alt-click: without" @click=${(event) => this.#addTerm(label, value, event.altKey)}><span class="facet-name">${value || '(empty)'}</span><span class="facet-count">${grouped(count)}</span></button>
            <button type="button" class="icon-button facet-minus" aria-label="Without ${label} ${value}" aria-pressed=${said < 0 ? 'true' : 'false'} title="Without" @click=${() => this.#addTerm(label, value, true)}>${icon('minus')}</button>
          </li>`;
        })}
      </ul>`;
  }

  #row = (hit) => {
    const open = this._open.has(hit.id);
    return html`<div class="log-row sev-${hit.severity} ${open ? 'is-open' : ''} ${state.get('line') === hit.id ? 'is-linked' : ''}">
      <button type="button" class="log-main" aria-expanded=${open ? 'true' : 'false'} @click=${() => this.#clicked(hit)}>
        ${lineCells(hit)}
      </button>
      ${open ? this.#details(hit) : nothing}
    </div>`;
  };

  #clicked(hit) {
    if (String(getSelection()).length === 0) {
      this.#toggle(hit.id);
    }
  }

  #details(hit) {
    const pretty = prettyJson(hit.line);
    const context = this._contexts.get(hit.id);
    const link = this.#permalink(hit);
    return html`<div class="log-details">
      <div class="log-tools">
        ${isTailed(hit) ? nothing : html`<button type="button" class="button button-quiet" aria-pressed=${context ? 'true' : 'false'} @click=${() => this.#context(hit)}>${icon('context')}Context</button>`}
        <a class="button button-quiet" href=${link} @click=${(event) => this.#copyLink(event, link)}>${icon('link')}Copy link</a>
        <button type="button" class="button button-quiet" @click=${(event) => copyText(hit.line, event.currentTarget)}>${icon('copy')}Copy line</button>
        <span class="log-exact">${formatDateTime(nsToMs(hit.ts), state.zone())}.${hit.ts.slice(-9)} ${state.zone() === 'utc' ? 'UTC' : 'local'}</span>
      </div>
      <pre class="log-text" tabindex="0" aria-label="The line">${pretty ?? hit.line}</pre>
      ${this.#pairs('Labels', hit.labels, true)} ${this.#pairs('Attributes', hit.attributes, false)}
      ${context?.error ? errorBox(context.error) : nothing}
      ${context?.hits ? this.#contextLines(hit.id, context.hits) : nothing}
    </div>`;
  }

  #copyLink(event, link) {
    event.preventDefault();
    event.stopPropagation();
    copyText(link, event.currentTarget);
  }

  #pairs(title, pairs, searchable) {
    const entries = Object.entries(pairs ?? {});
    return entries.length
      ? html`<dl class="pairs" aria-label=${title}>
          ${entries.map(
            ([label, value]) => html`<div>
              <dt>${label}</dt>
              <dd>
                <span class="mono">${String(value)}</span>
                ${searchable
                  ? html`<button type="button" class="icon-button" aria-label="Only ${label} ${value}" title="Only these" @click=${() => this.#addTerm(label, String(value), false)}>${icon('plus')}</button>
                      <button type="button" class="icon-button" aria-label="Without ${label} ${value}" title="Without" @click=${() => this.#addTerm(label, String(value), true)}>${icon('minus')}</button>`
                  : nothing}
              </dd>
            </div>`,
          )}
        </dl>`
      : nothing;
  }

  #contextLines(id, hits) {
    return html`<ol class="context-lines" aria-label="Surrounding lines, oldest first">
      ${hits.map((hit) => html`<li class="log-row sev-${hit.severity} ${hit.id === id ? 'is-linked' : ''}"><span class="log-main">${lineCells(hit)}</span></li>`)}
    </ol>`;
  }

  #pinnedBox() {
    return html`<div class="pinned"><p>${icon('link')} The linked line is not among the loaded ones; here it is with its surroundings.
      <button type="button" class="button button-quiet" @click=${() => state.set({ line: '' })}>Close</button></p>
      ${this.#contextLines(this._pinned.id, this._pinned.hits)}</div>`;
  }

  #footer = () => {
    if (this._more instanceof Error) {
      return errorBox(this._more, () => {
        this._more = null;
        this.#loadOlder();
      });
    }
    return html`<p class="list-end">${this._next ? html`<button type="button" class="button" ?disabled=${this._more === 'loading'} @click=${() => this.#loadOlder()}>${this._more === 'loading' ? 'Loading…' : 'Load older lines'}</button>` : 'Start of the range'}</p>`;
  };
}

const keyOf = (hit) => hit.id;

const sameLine = (hit) => `${hit.ts} ${hit.line}`;

const isTailed = (hit) => hit.id.startsWith('tail-');

function lineCells(hit) {
  const labels = SOURCE_LABELS.map((name) => hit.labels?.[name]).filter(Boolean);
  const short = labels.length ? labels[0].split('/').pop() : '';
  return html`<time class="log-time">${formatMillis(nsToMs(hit.ts), state.zone())}</time><span class="sev sev-${hit.severity}">${hit.severity}</span><span class="log-label" title=${labels.join(' · ')}>${short}</span><span class="log-line">${hit.line}</span>`;
}

define('mangru-logs', MangruLogs);
