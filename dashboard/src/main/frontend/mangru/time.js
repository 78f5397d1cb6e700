// Time in the address and on the screen. Pure: no DOM, no clock of its own.
// A time is written as `now`, `now-90m`, epoch milliseconds or ISO 8601; a zone is `utc` or `local`.

const UNIT_MS = { s: 1e3, m: 60e3, h: 3600e3, d: 86400e3, w: 7 * 86400e3, y: 365 * 86400e3 };

export const QUICK_RANGES = [
  ['now-5m', 'Last 5 minutes'],
  ['now-15m', 'Last 15 minutes'],
  ['now-30m', 'Last 30 minutes'],
  ['now-1h', 'Last 1 hour'],
  ['now-3h', 'Last 3 hours'],
  ['now-6h', 'Last 6 hours'],
  ['now-12h', 'Last 12 hours'],
  ['now-24h', 'Last 24 hours'],
  ['now-2d', 'Last 2 days'],
  ['now-7d', 'Last 7 days'],
  ['now-30d', 'Last 30 days'],
  ['now-1y', 'Last year'],
];

export const DEFAULT_FROM = 'now-1h';
export const DEFAULT_TO = 'now';

export function isRelative(text) {
  return /^now(-\d+(\.\d+)?[smhdwy])?$/.test(text);
}

/** Milliseconds since the epoch, or NaN when `text` is not a time. */
export function parseTime(text, nowMs, zone = 'local') {
  const trimmed = String(text ?? '').trim();
  const relative = /^now(?:\s*-\s*(\d+(?:\.\d+)?)([smhdwy]))?$/.exec(trimmed);
  if (relative) {
    return relative[1] === undefined ? nowMs : nowMs - Number(relative[1]) * UNIT_MS[relative[2]];
  }
  if (/^\d{9,16}$/.test(trimmed)) {
    return Number(trimmed);
  }
  const iso =
    /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?)?\s*(Z|[+-]\d\d:?\d\d)?$/.exec(trimmed);
  if (!iso) {
    return NaN;
  }
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '0', offset] = iso;
  const millis = Math.floor(Number('0.' + fraction) * 1000);
  if (offset || zone === 'utc') {
    const at = Date.UTC(year, month - 1, day, hour, minute, second, millis);
    return inRange(month, day, hour, minute, second) ? at - offsetMs(offset) : NaN;
  }
  return inRange(month, day, hour, minute, second)
    ? new Date(year, month - 1, day, hour, minute, second, millis).getTime()
    : NaN;
}

function inRange(month, day, hour, minute, second) {
  return month >= 1 && month <= 12 && day >= 1 && day <= 31 && hour <= 24 && minute <= 59 && second <= 59;
}

function offsetMs(offset) {
  if (!offset || offset === 'Z') {
    return 0;
  }
  const sign = offset[0] === '-' ? -1 : 1;
  const digits = offset.slice(1).replace(':', '');
  return sign * (Number(digits.slice(0, 2)) * 3600e3 + Number(digits.slice(2)) * 60e3);
}

/** The range an address means: `{fromMs, toMs, from, to, live, error}`; falls back to the last hour. */
export function resolveRange(from, to, nowMs, zone = 'local') {
  const fromText = from || DEFAULT_FROM;
  const toText = to || DEFAULT_TO;
  const fromMs = parseTime(fromText, nowMs, zone);
  const toMs = parseTime(toText, nowMs, zone);
  if (Number.isNaN(fromMs) || Number.isNaN(toMs) || fromMs >= toMs) {
    const error = Number.isNaN(fromMs)
      ? `not a time: ${fromText}`
      : Number.isNaN(toMs)
        ? `not a time: ${toText}`
        : `the range ends before it starts: ${fromText} to ${toText}`;
    return { ...resolveRange(DEFAULT_FROM, DEFAULT_TO, nowMs, zone), error };
  }
  return { fromMs, toMs, from: fromText, to: toText, live: toText === 'now', error: null };
}

/** The range moved by half its length: -1 to the past, 1 to the future (never beyond now). */
export function shiftRange(range, direction, nowMs) {
  const length = range.toMs - range.fromMs;
  let toMs = range.toMs + (direction * length) / 2;
  if (toMs >= nowMs) {
    toMs = nowMs;
  }
  return { from: String(Math.round(toMs - length)), to: String(Math.round(toMs)) };
}

/** The range twice as long around the same middle, ending at `now` at the latest. */
export function zoomOut(range, nowMs) {
  const length = range.toMs - range.fromMs;
  if (range.live) {
    return { from: 'now-' + spell(length * 2), to: 'now' };
  }
  const toMs = Math.min(nowMs, range.toMs + length / 2);
  return { from: String(Math.round(toMs - 2 * length)), to: String(Math.round(toMs)) };
}

/** A length as one whole unit of a relative time: 5400000 is `90m`. */
export function spell(lengthMs) {
  for (const unit of ['d', 'h', 'm']) {
    if (lengthMs >= UNIT_MS[unit] && lengthMs % UNIT_MS[unit] === 0) {
      return lengthMs / UNIT_MS[unit] + unit;
    }
  }
  return Math.max(1, Math.round(lengthMs / 1e3)) + 's';
}

const STEPS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400];

/** The smallest round step in seconds that needs at most `maxPoints` points. */
export function chooseStep(fromMs, toMs, maxPoints) {
  const wanted = (toMs - fromMs) / 1000 / Math.max(1, maxPoints);
  return STEPS_S.find((step) => step >= wanted) ?? Math.ceil(wanted / 86400) * 86400;
}

/** A window for rate(): at least four scrapes, and no gap between two steps. */
export function rateInterval(stepS, scrapeS = 15) {
  return Math.max(4 * scrapeS, stepS + scrapeS);
}

/** Fills in `$__rate_interval`, `$__interval` and `$__range`. */
export function fillVariables(expr, stepS, rangeMs) {
  return expr
    .replaceAll('$__rate_interval', rateInterval(stepS) + 's')
    .replaceAll('$__interval', stepS + 's')
    .replaceAll('$__range', Math.max(1, Math.round(rangeMs / 1000)) + 's');
}

function parts(ms, zone) {
  const date = new Date(ms);
  return zone === 'utc'
    ? [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate(), date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds(), date.getUTCMilliseconds()]
    : [date.getFullYear(), date.getMonth() + 1, date.getDate(), date.getHours(), date.getMinutes(), date.getSeconds(), date.getMilliseconds()];
}

const two = (n) => String(n).padStart(2, '0');

export function formatDate(ms, zone) {
  const [y, mo, d] = parts(ms, zone);
  return `${y}-${two(mo)}-${two(d)}`;
}

export function formatClock(ms, zone) {
  const [, , , h, mi, s] = parts(ms, zone);
  return `${two(h)}:${two(mi)}:${two(s)}`;
}

export function formatMinutes(ms, zone) {
  const [, , , h, mi] = parts(ms, zone);
  return `${two(h)}:${two(mi)}`;
}

export function formatDateTime(ms, zone) {
  return `${formatDate(ms, zone)} ${formatClock(ms, zone)}`;
}

/** With milliseconds, as log lines show it. */
export function formatMillis(ms, zone) {
  return `${formatClock(ms, zone)}.${String(parts(ms, zone)[6]).padStart(3, '0')}`;
}

/** What the range button says. */
export function describeRange(range, zone) {
  const quick = QUICK_RANGES.find(([from]) => from === range.from && range.to === 'now');
  if (quick) {
    return quick[1];
  }
  if (range.to === 'now' && range.from.startsWith('now-')) {
    return 'Last ' + range.from.slice(4);
  }
  const sameDay = formatDate(range.fromMs, zone) === formatDate(range.toMs, zone);
  const end = sameDay ? formatClock(range.toMs, zone) : formatDateTime(range.toMs, zone);
  return `${formatDateTime(range.fromMs, zone)} → ${end}`;
}

/** Nanoseconds as a decimal string from milliseconds; exact, beyond 2^53. */
export function msToNs(ms) {
  return String(BigInt(Math.round(ms)) * 1000000n);
}

/** Milliseconds (rounded down) from a decimal string of nanoseconds. */
export function nsToMs(ns) {
  return Number(BigInt(ns) / 1000000n);
}
