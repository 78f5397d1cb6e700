// <mangru-change-lane>: what changed in the range, on one line with the charts' time axis and crosshair.

import { html, nothing } from 'lit';
import { skeleton } from './cluster.js';
import { plural, short } from './decision-text.js';
import { define } from './element.js';
import { icon } from './icons.js';
import { MARK_PX, cluster, count, foremost, look } from './lane.js';
import { LoadingElement } from './loading.js';
import { emptyBox, errorBox } from './states.js';
import * as state from './state.js';
import { formatClock, formatDateTime, formatMinutes } from './time.js';
import { getJson } from './wire.js';

const LIMIT = 1000;
const LISTED = 200;
const TIPPED = 6;

class MangruChangeLane extends LoadingElement {
  static properties = { ...LoadingElement.properties, _width: { state: true }, _cursor: { state: true }, _open: { state: true }, _asList: { state: true } };

  #sizes = null;

  constructor() {
    super();
    this._width = 0;
    this._cursor = null;
    this._open = null;
    this._asList = false;
  }

  connectedCallback() {
    super.connectedCallback();
    this.#sizes = new ResizeObserver(() => (this._width = Math.max(0, (this.querySelector('.lane') ?? this).clientWidth - MARK_PX)));
    this.#sizes.observe(this);
    this.untilRemoved(() => this.#sizes.disconnect());
    const moved = (event) => (this._cursor = event.detail.ms);
    window.addEventListener('mangru-cursor', moved);
    this.untilRemoved(() => window.removeEventListener('mangru-cursor', moved));
  }

  async fetchData(signal, range) {
    const answer = await getJson('/api/ui/changes', { start: range.fromMs / 1e3, end: range.toMs / 1e3, limit: LIMIT }, signal);
    return { changes: answer.changes, range };
  }

  render() {
    const data = this._data;
    return html`<div class="card lane-card ${this._loading ? 'is-loading' : ''}" aria-busy=${this._loading ? 'true' : 'false'}>
      <div class="loading-bar" aria-hidden="true"></div>
      ${this._error ? errorBox(this._error, () => this.load()) : nothing} ${!data && !this._error ? skeleton(1) : nothing} ${data ? this.#lane(data) : nothing}
    </div>`;
  }

  #lane({ changes, range }) {
    const zone = state.zone();
    const marks = cluster(changes, range.fromMs, range.toMs, this._width);
    const cursor = this._cursor !== null && this._cursor >= range.fromMs && this._cursor <= range.toMs ? (this._cursor - range.fromMs) / (range.toMs - range.fromMs) : null;
    const open = this._open === null ? null : marks.find((mark) => mark.fromMs <= this._open && mark.toMs >= this._open);
    return html`<div class="lane-head">
        <div class="lane" @pointermove=${this.#point} @pointerleave=${() => this.#say(null)}>
          <span class="lane-line" aria-hidden="true"></span>
          ${cursor === null ? nothing : html`<span class="lane-cursor" style="--at: ${cursor.toFixed(5)}" aria-hidden="true"></span>`}
          ${marks.length === 0 ? html`<span class="lane-quiet">${icon('ok')} Nothing changed in this range.</span>` : nothing}
          ${marks.map((mark) => this.#mark(mark, zone, open === mark))}
        </div>
        <button type="button" class="icon-button" aria-pressed=${this._asList ? 'true' : 'false'} aria-label="Show changes as list" title="Show as list" @click=${() => (this._asList = !this._asList)}>${icon('list')}</button>
      </div>
      <p class="lane-ends" aria-hidden="true"><span>${formatMinutes(range.fromMs, zone)}</span><span>${plural(changes.length, 'change')}</span><span>${formatMinutes(range.toMs, zone)}</span></p>
      ${open && !this._asList ? this.#list(open.changes, zone, count(open.changes)) : nothing}
      ${this._asList ? (changes.length ? this.#list(changes, zone, 'All changes') : emptyBox('Nothing changed in this range.')) : nothing}`;
  }

  #mark(mark, zone, open) {
    const change = foremost(mark.changes);
    const { icon: name, tone, word } = look(change);
    const when = formatClock(mark.fromMs, zone);
    const style = `--at: ${mark.at.toFixed(5)}`;
    if (mark.changes.length === 1) {
      const text = `${when} ${change.title} (${word}). ${short(change.detail)}`;
      return html`<a class="lane-mark tone-${tone}" style=${style} href=${withRange(change.link)} aria-label=${text}>${icon(name)}${tip([mark.changes[0]], when, zone)}</a>`;
    }
    const text = `${when} to ${formatClock(mark.toMs, zone)}: ${count(mark.changes)}. ${mark.changes.slice(-3).map((each) => each.title).join(', ')}`;
    return html`<button type="button" class="lane-mark tone-${tone}" style=${style} aria-label=${text} aria-expanded=${open ? 'true' : 'false'} @click=${() => (this._open = open ? null : mark.fromMs)}>${icon(name)}<b>${mark.changes.length}</b>${open ? nothing : tip(mark.changes, count(mark.changes), zone)}</button>`;
  }

  #list(changes, zone, title) {
    return html`<ol class="lane-list" aria-label=${title}>${[...changes]
      .reverse()
      .slice(0, LISTED)
      .map((change) => {
        const { icon: name, tone, word } = look(change);
        return html`<li><a href=${withRange(change.link)}><time title=${formatDateTime(Date.parse(change.time), zone)}>${formatClock(Date.parse(change.time), zone)}</time><span class="lane-kind tone-${tone}">${icon(name)}${word}</span><b>${change.title}</b><span class="clip">${short(change.detail)}</span></a></li>`;
      })}</ol>`;
  }

  #point = (event) => {
    const box = event.currentTarget.getBoundingClientRect();
    const range = this._data?.range;
    if (range) {
      const part = Math.min(1, Math.max(0, (event.clientX - box.left - MARK_PX / 2) / Math.max(1, box.width - MARK_PX)));
      this.#say(range.fromMs + part * (range.toMs - range.fromMs));
    }
  };

  #say(ms) {
    this._cursor = ms;
    window.dispatchEvent(new CustomEvent('mangru-time', { detail: { ms } }));
  }
}

/** What a mark holds, beside the pointer or the focus; the mark's label says the same. */
function tip(changes, title, zone) {
  const shown = changes.slice(-TIPPED);
  return html`<span class="lane-tip" aria-hidden="true"><span class="chart-tip-time">${title}</span>${shown.map((change) => html`<span class="lane-tip-row tone-${look(change).tone}">${icon(look(change).icon)}<span>${changes.length > 1 ? `${formatClock(Date.parse(change.time), zone)} ` : ''}${change.title}</span></span>${changes.length === 1 ? html`<span class="lane-tip-detail">${short(change.detail)}</span>` : nothing}`)}${changes.length > TIPPED ? html`<span class="chart-tip-time">and ${changes.length - TIPPED} before</span>` : nothing}</span>`;
}

/** The page that a change names, with the range of this one. */
function withRange(link) {
  const [page, search = ''] = link.replace(/^\//, '').split('?');
  return state.link(page, Object.fromEntries(new URLSearchParams(search)));
}

define('mangru-change-lane', MangruChangeLane);
