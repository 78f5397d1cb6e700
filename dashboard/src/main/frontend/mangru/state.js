// The address is the state. Every page reads it from here and writes it here; nothing else remembers a view.

import { resolveRange, isRelative } from './time.js';

const CHANGED = 'mangru-url';
const TICK = 'mangru-tick';

export function get(name) {
  return new URLSearchParams(location.search).get(name) ?? '';
}

/** Sets (or, with an empty value, removes) parameters. `replace` keeps the history short while typing. */
export function set(changes, { replace = false } = {}) {
  const search = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === undefined || value === '') {
      search.delete(name);
    } else {
      search.set(name, value);
    }
  }
  const text = search.toString();
  const url = location.pathname + (text ? '?' + text : '');
  if (url !== location.pathname + location.search) {
    history[replace ? 'replaceState' : 'pushState'](history.state, '', url);
  }
  window.dispatchEvent(new CustomEvent(CHANGED, { detail: { changed: Object.keys(changes) } }));
}

/** Calls `listener(changedNames | null)` whenever the address changes; returns how to stop. */
export function onChange(listener) {
  const changed = (event) => listener(event.detail?.changed ?? null);
  const popped = () => listener(null);
  window.addEventListener(CHANGED, changed);
  window.addEventListener('popstate', popped);
  return () => {
    window.removeEventListener(CHANGED, changed);
    window.removeEventListener('popstate', popped);
  };
}

/** `utc` or `local`. */
export function zone() {
  return get('tz') === 'utc' ? 'utc' : 'local';
}

/** The page's range right now. */
export function range(nowMs = Date.now()) {
  return resolveRange(get('from'), get('to'), nowMs, zone());
}

/** Sets an absolute range in milliseconds. */
export function zoomTo(fromMs, toMs) {
  set({ from: String(Math.round(fromMs)), to: String(Math.round(toMs)) });
}

export function isLive() {
  return range().live && get('live') !== '0';
}

/** Parameters that go along from page to page. */
export function shared() {
  const search = new URLSearchParams();
  for (const name of ['from', 'to', 'tz', 'live']) {
    const value = get(name);
    if (value) {
      search.set(name, value);
    }
  }
  return search;
}

/** A link to another page that keeps the range. */
export function link(page, extra = {}) {
  const search = shared();
  for (const [name, value] of Object.entries(extra)) {
    search.set(name, value);
  }
  const text = search.toString();
  return page + (text ? '?' + text : '');
}

/** Asks every card on the page to fetch again. */
export function tick(reason = 'timer') {
  window.dispatchEvent(new CustomEvent(TICK, { detail: { reason } }));
}

export function onTick(listener) {
  window.addEventListener(TICK, listener);
  return () => window.removeEventListener(TICK, listener);
}

/** Cards report that data came, or why not, so that the clock on top can turn amber. */
export function reportData() {
  window.dispatchEvent(new CustomEvent('mangru-data', { detail: { ok: true } }));
}

/** A query that the server refuses (4xx) is the query's trouble, not the connection's. */
export function reportFailure(error) {
  if (!(error.status >= 400 && error.status < 500)) {
    window.dispatchEvent(new CustomEvent('mangru-data', { detail: { ok: false } }));
  }
}

export { isRelative };
