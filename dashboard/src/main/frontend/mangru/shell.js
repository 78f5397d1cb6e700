// The frame: navigation, time range, live clock, colour scheme, keyboard.

import { html, nothing } from 'lit';
import { MangruElement, define } from './element.js';
import { onCluster } from './cluster.js';
import { icon } from './icons.js';
import * as scheme from './scheme.js';
import * as state from './state.js';
import { QUICK_RANGES, describeRange, formatClock, formatDateTime, isRelative, parseTime, shiftRange, spell, zoomOut } from './time.js';

const PAGES = [
  ['', 'overview', 'Overview', 'o'],
  ['workloads', 'workloads', 'Workloads', 'w'],
  ['nodes', 'nodes', 'Nodes', 'n'],
  ['slos', 'slos', 'SLOs', 's'],
  ['alerts', 'alerts', 'Alerts', 'a'],
  ['autoscaling', 'autoscaling', 'Autoscaling', 'c'],
  ['logs', 'logs', 'Logs', 'l'],
  ['explore', 'explore', 'Explore', 'e'],
];

function currentPage() {
  const path = location.pathname.slice(new URL('.', document.baseURI).pathname.length).replace(/\/$/, '');
  return PAGES.find(([route]) => route === path)?.[1] ?? '';
}

/** Says when Flow has shown another page, or the address has changed in place. */
function onNavigation(listener) {
  const stopUrl = state.onChange(listener);
  window.addEventListener('vaadin-navigated', listener);
  window.addEventListener('vaadin-router-location-changed', listener);
  return () => {
    stopUrl();
    window.removeEventListener('vaadin-navigated', listener);
    window.removeEventListener('vaadin-router-location-changed', listener);
  };
}

class MangruNav extends MangruElement {
  connectedCallback() {
    super.connectedCallback();
    this.untilRemoved(onNavigation(() => this.requestUpdate()));
    this.untilRemoved(watchPage(() => this.requestUpdate()));
  }

  render() {
    const page = currentPage();
    return html`<nav class="mangru-nav" aria-label="Pages">
      <a class="brand" href=${state.link('./')} aria-label="Mangru, overview"><svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true"><path d="M4 21L8 8h8l4 13M6 14.5h12M8 8V3h8v5M12 3V1" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linejoin="round" stroke-linecap="round"/></svg><span>Mangru</span></a>
      <ul>
        ${PAGES.map(
          ([route, key, name, letter]) => html`<li><a href=${state.link(route || './')} aria-current=${page === key ? 'page' : nothing} title="${name} (g ${letter})">${icon(key)}<span>${name}</span></a></li>`,
        )}
      </ul>
    </nav>`;
  }
}

/** Flow swaps the page element below the frame; its data-page attribute says which page it is. */
function watchPage(listener) {
  const observer = new MutationObserver(listener);
  const content = document.querySelector('.mangru-content');
  if (content) {
    observer.observe(content, { childList: true });
  }
  return () => observer.disconnect();
}

class MangruTopbar extends MangruElement {
  static properties = {
    _open: { state: true },
    _from: { state: true },
    _to: { state: true },
    _error: { state: true },
    _now: { state: true },
    _lastOk: { state: true },
    _failing: { state: true },
    _scheme: { state: true },
    _playground: { state: true },
  };

  constructor() {
    super();
    this._playground = false;
    this._open = false;
    this._now = Date.now();
    this._lastOk = null;
    this._failing = false;
    this._scheme = scheme.current();
  }

  connectedCallback() {
    super.connectedCallback();
    this.untilRemoved(onNavigation(() => this.requestUpdate()));
    this.untilRemoved(onCluster(({ cluster }) => (this._playground = cluster?.playground === true)));
    let lastTick = Date.now();
    const timer = setInterval(() => {
      this._now = Date.now();
      if (state.isLive() && document.visibilityState === 'visible' && this._now - lastTick >= refreshMs(state.range())) {
        lastTick = this._now;
        state.tick();
      }
    }, 1000);
    this.untilRemoved(() => clearInterval(timer));
    const wake = () => {
      if (document.visibilityState === 'visible' && state.isLive() && Date.now() - lastTick >= refreshMs(state.range())) {
        lastTick = Date.now();
        state.tick('wake');
      }
    };
    document.addEventListener('visibilitychange', wake);
    this.untilRemoved(() => document.removeEventListener('visibilitychange', wake));
    const data = (event) => {
      this._failing = !event.detail.ok;
      if (event.detail.ok) {
        this._lastOk = Date.now();
      }
    };
    window.addEventListener('mangru-data', data);
    this.untilRemoved(() => window.removeEventListener('mangru-data', data));
    const outside = (event) => {
      if (this._open && !this.contains(event.target)) {
        this._open = false;
      }
    };
    document.addEventListener('pointerdown', outside);
    this.untilRemoved(() => document.removeEventListener('pointerdown', outside));
  }

  render() {
    const range = state.range(this._now);
    const zone = state.zone();
    const live = state.isLive();
    return html`<header class="mangru-topbar">
      <div class="range-group" role="group" aria-label="Time range">
        <button type="button" class="icon-button hide-small" aria-label="Earlier (t left)" title="Earlier (t ←)" @click=${() => shift(-1)}>${icon('left')}</button>
        <button type="button" class="button range-button" aria-expanded=${this._open ? 'true' : 'false'} aria-controls="range-popup" @click=${() => this.#toggle(range)}>
          ${icon('clock')}<span>${describeRange(range, zone)}</span>${icon('down')}
        </button>
        <button type="button" class="icon-button hide-small" aria-label="Later (t right)" title="Later (t →)" ?disabled=${range.live} @click=${() => shift(1)}>${icon('right')}</button>
        <button type="button" class="icon-button hide-small" aria-label="Zoom out (t z)" title="Zoom out (t z)" @click=${widen}>${icon('out')}</button>
        ${this._open ? this.#popup(range) : nothing}
      </div>
      ${range.error ? html`<span class="range-error" role="alert">${icon('warn')}${range.error}; showing the last hour</span>` : nothing}
      ${this._playground ? html`<a class="playground-badge" href=${state.link('workloads')} title="The cluster is simulated inside Mangru">${icon('workloads')}<span>playground</span></a>` : nothing}
      <span class="spacer"></span>
      ${this.#clock(live, range)}
      <button type="button" class="button button-quiet" aria-label="Time zone: ${zone === 'utc' ? 'UTC' : 'local'}. Switch" title="Switch between UTC and local time" @click=${() => state.set({ tz: zone === 'utc' ? '' : 'utc' })}>${zone === 'utc' ? 'UTC' : 'Local'}</button>
      <button type="button" class="button button-quiet live-button" aria-pressed=${live ? 'true' : 'false'} title="Refresh by itself" @click=${() => toggleLive(live)}>${icon(live ? 'pause' : 'play')}<span>Live</span></button>
      <button type="button" class="icon-button" aria-label="Refresh (r)" title="Refresh (r)" @click=${() => state.tick('button')}>${icon('refresh')}</button>
      <button type="button" class="icon-button" aria-label="Colour scheme: ${this._scheme}. Switch" title="Colour scheme: ${this._scheme}" @click=${this.#nextScheme}>${icon({ dark: 'moon', light: 'sun', system: 'system' }[this._scheme])}</button>
      <button type="button" class="icon-button hide-small" aria-label="Keyboard shortcuts (?)" title="Keyboard shortcuts (?)" @click=${showHelp}>${icon('help')}</button>
    </header>`;
  }

  #clock(live, range) {
    if (this._lastOk === null) {
      return this._failing ? html`<span class="freshness is-stale" role="status">${icon('warn')}no data yet</span>` : nothing;
    }
    const age = Math.max(0, Math.round((this._now - this._lastOk) / 1000));
    const stale = this._failing || (live && age * 1000 > 3 * refreshMs(range));
    return html`<span class="freshness ${stale ? 'is-stale' : ''}" title="When data last arrived">${stale ? html`${icon('warn')}stale, ${spell(Math.max(1, age) * 1000)} old` : formatClock(this._lastOk, state.zone())}</span>`;
  }

  #nextScheme = () => {
    this._scheme = scheme.SCHEMES[(scheme.SCHEMES.indexOf(this._scheme) + 1) % scheme.SCHEMES.length];
    scheme.choose(this._scheme);
  };

  #toggle(range) {
    this._open = !this._open;
    if (this._open) {
      const zone = state.zone();
      this._from = isRelative(range.from) ? range.from : formatDateTime(range.fromMs, zone);
      this._to = isRelative(range.to) ? range.to : formatDateTime(range.toMs, zone);
      this._error = '';
      this.updateComplete.then(() => this.querySelector('#range-from')?.focus());
    }
  }

  #popup(range) {
    return html`<div class="popup" id="range-popup" role="dialog" aria-label="Choose a time range" @keydown=${this.#popupKey}>
      <form @submit=${this.#applyRange}>
        <label for="range-from">From</label>
        <input id="range-from" autocomplete="off" spellcheck="false" .value=${this._from} @input=${(event) => (this._from = event.target.value)} aria-describedby="range-hint" />
        <label for="range-to">To</label>
        <input id="range-to" autocomplete="off" spellcheck="false" .value=${this._to} @input=${(event) => (this._to = event.target.value)} />
        <p id="range-hint" class="hint">now-90m, 2026-11-21 14:00:00 (${state.zone() === 'utc' ? 'UTC' : 'local'}), ISO 8601 or epoch ms</p>
        ${this._error ? html`<p class="form-error" role="alert">${this._error}</p>` : nothing}
        <div class="popup-actions">
          <button type="submit" class="button button-primary">Apply</button>
          <button type="button" class="button button-quiet" @click=${() => this.#choose(String(Math.round(range.fromMs)), String(Math.round(range.toMs)))}>Make absolute</button>
        </div>
      </form>
      <ul class="quick-ranges">
        ${QUICK_RANGES.map(([from, name]) => html`<li><button type="button" aria-pressed=${range.from === from && range.to === 'now' ? 'true' : 'false'} @click=${() => this.#choose(from, 'now')}>${name}</button></li>`)}
      </ul>
    </div>`;
  }

  #popupKey = (event) => {
    if (event.key === 'Escape') {
      event.stopPropagation();
      this._open = false;
      this.updateComplete.then(() => this.querySelector('.range-button')?.focus());
    }
  };

  #applyRange = (event) => {
    event.preventDefault();
    const zone = state.zone();
    const now = Date.now();
    const [from, to] = [this._from.trim(), this._to.trim()];
    const [fromMs, toMs] = [parseTime(from, now, zone), parseTime(to, now, zone)];
    if (Number.isNaN(fromMs) || Number.isNaN(toMs)) {
      this._error = `“${Number.isNaN(fromMs) ? from : to}” is not a time`;
    } else if (fromMs >= toMs) {
      this._error = 'The range must start before it ends';
    } else {
      this.#choose(isRelative(from) ? from : String(fromMs), isRelative(to) ? to : String(toMs));
    }
  };

  #choose(from, to) {
    this._open = false;
    state.set({ from, to });
    this.updateComplete.then(() => this.querySelector('.range-button')?.focus());
  }
}

/** Every 10 s for short ranges; long ones change little per pixel. */
function refreshMs(range) {
  const length = range.toMs - range.fromMs;
  return length <= 3600e3 ? 10e3 : length <= 6 * 3600e3 ? 30e3 : 60e3;
}

function shift(direction) {
  state.set(shiftRange(state.range(), direction, Date.now()));
}

function widen() {
  state.set(zoomOut(state.range(), Date.now()));
}

function toggleLive(live) {
  if (live) {
    state.set({ live: '0' });
  } else {
    const range = state.range();
    state.set(range.live ? { live: '' } : { live: '', from: 'now-' + spell(Math.round((range.toMs - range.fromMs) / 1000) * 1000), to: 'now' });
    state.tick('live');
  }
}

const SHORTCUTS = [
  ...PAGES.map(([, , name, letter]) => [`g ${letter}`, name]),
  ['t z', 'Zoom out'],
  ['t ←', 'Earlier'],
  ['t →', 'Later'],
  ['r', 'Refresh'],
  ['/', 'To the query'],
  ['⇧ ↵', 'Run the query'],
  ['← →', 'In a chart: move the cursor; with shift select, ↵ zooms to it'],
  ['Esc', 'Close, cancel, let go'],
  ['?', 'This list'],
];

function showHelp() {
  let dialog = document.querySelector('dialog.help');
  if (!dialog) {
    dialog = document.createElement('dialog');
    dialog.className = 'help';
    dialog.setAttribute('aria-labelledby', 'help-title');
    const title = document.createElement('h2');
    title.id = 'help-title';
    title.textContent = 'Keyboard';
    const list = document.createElement('dl');
    for (const [keys, what] of SHORTCUTS) {
      const dt = document.createElement('dt');
      for (const key of keys.split(' ')) {
        const kbd = document.createElement('kbd');
        kbd.textContent = key;
        dt.append(kbd, ' ');
      }
      const dd = document.createElement('dd');
      dd.textContent = what;
      list.append(dt, dd);
    }
    const close = document.createElement('button');
    close.type = 'button';
    close.className = 'button';
    close.textContent = 'Close';
    close.addEventListener('click', () => dialog.close());
    dialog.append(title, list, close);
    document.body.append(dialog);
  }
  dialog.showModal();
}

let prefix = '';
let prefixTimer = 0;

function typing(event) {
  const target = event.composedPath()[0];
  return target instanceof HTMLElement && (target.isContentEditable || /^(input|textarea|select)$/i.test(target.tagName));
}

function onKey(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event) || document.querySelector('dialog[open]')) {
    return;
  }
  const pressed = prefix ? `${prefix} ${event.key}` : event.key;
  prefix = '';
  clearTimeout(prefixTimer);
  const page = PAGES.find(([, , , letter]) => pressed === `g ${letter}`);
  if (page) {
    document.querySelector(`.mangru-nav a[href="${CSS.escape(state.link(page[0] || './')).replaceAll('\\', '')}"]`)?.click();
  } else if (pressed === 't z') {
    widen();
  } else if (pressed === 't ArrowLeft' || pressed === 't ArrowRight') {
    event.preventDefault();
    shift(pressed === 't ArrowLeft' ? -1 : 1);
  } else if (pressed === 'r') {
    state.tick('key');
  } else if (pressed === '?') {
    event.preventDefault();
    showHelp();
  } else if (pressed === '/') {
    const query = document.querySelector('[data-query] .cm-content, [data-query] textarea, [data-query] input, input[data-query], textarea[data-query]');
    if (query) {
      event.preventDefault();
      query.focus();
    }
  } else if (pressed === 'g' || pressed === 't') {
    prefix = pressed;
    prefixTimer = setTimeout(() => (prefix = ''), 1500);
  }
}

// Flow's own indicator of a lost connection stands outside every landmark; what it says is a status.
customElements.whenDefined('vaadin-connection-indicator').then(() => {
  const indicator = document.querySelector('vaadin-connection-indicator');
  indicator?.setAttribute('role', 'status');
  indicator?.setAttribute('aria-label', 'Connection');
});

if (!window.mangruKeys) {
  window.mangruKeys = true;
  document.documentElement.lang ||= 'en';
  document.addEventListener('keydown', onKey);
}

define('mangru-nav', MangruNav);
define('mangru-topbar', MangruTopbar);
