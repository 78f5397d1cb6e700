// Alerts and silences in words. Pure.

const CRITICAL = new Set(['critical', 'page', 'error', 'fatal', 'emergency']);

/** `{tone, word}` from the severity label. */
export function severityOf(labels) {
  const word = labels.severity ?? '';
  if (CRITICAL.has(word.toLowerCase())) {
    return { tone: 'crit', word };
  }
  return /^warn/i.test(word) || word === 'ticket' ? { tone: 'warn', word } : { tone: 'unknown', word: word || 'no severity' };
}

/** Why nobody hears of an alert, as sentences; empty if somebody does. */
export function unheard(alert) {
  const reasons = [];
  if (alert.silencedBy.length) {
    reasons.push(`silenced by ${alert.silencedBy.map((id) => id.slice(0, 8)).join(', ')}`);
  }
  if (alert.inhibitedBy.length) {
    reasons.push(`held back while ${alert.inhibitedBy.length === 1 ? 'another alert fires' : `${alert.inhibitedBy.length} other alerts fire`}`);
  }
  if (alert.mutedBy.length) {
    reasons.push(`outside of hours: ${alert.mutedBy.join(', ')}`);
  }
  if (alert.state === 'firing' && alert.receivers.length === 0 && reasons.length === 0) {
    reasons.push('no receiver has taken it yet');
  }
  return reasons;
}

/** Alerts that say the same as one: `[{alert, count}]`, in order. The windows of one objective often do. */
export function together(alerts) {
  const found = new Map();
  for (const alert of alerts) {
    const key = JSON.stringify([alert.labels.alertname, alert.labels.severity, alert.annotations.summary ?? alert.labels]);
    const known = found.get(key);
    if (known) {
      known.count++;
    } else {
      found.set(key, { alert, count: 1 });
    }
  }
  return [...found.values()];
}

export function isSilenced(alert) {
  return alert.silencedBy.length > 0;
}

/** Firing before pending, worse before milder, newer before older. */
export function byUrgency(a, b) {
  const tone = { crit: 0, warn: 1, unknown: 2 };
  return (
    (a.state === 'firing' ? 0 : 1) - (b.state === 'firing' ? 0 : 1) ||
    tone[severityOf(a.labels).tone] - tone[severityOf(b.labels).tone] ||
    Date.parse(b.firedAt ?? b.activeAt) - Date.parse(a.firedAt ?? a.activeAt)
  );
}

const OPS = [
  ['=', false, true],
  ['!=', false, false],
  ['=~', true, true],
  ['!~', true, false],
];

export const MATCHER_OPS = OPS.map(([op]) => op);

/** `{name, op, value}` as the API writes it. */
export function toApiMatcher({ name, op, value }) {
  const [, isRegex, isEqual] = OPS.find(([known]) => known === op);
  return { name, value, isRegex, isEqual };
}

export function matcherText({ name, value, isRegex, isEqual = true }) {
  const [op] = OPS.find(([, regex, equal]) => regex === isRegex && equal === isEqual);
  return `${name}${op}${JSON.stringify(value)}`;
}

const UNIT_MS = { s: 1e3, m: 60e3, h: 3600e3, d: 86400e3, w: 7 * 86400e3 };

/** `90m`, `1h30m`, `2d` in milliseconds; NaN for anything else, and for nothing at all. */
export function lengthMs(text) {
  const trimmed = text.trim();
  if (!/^(\d+[smhdw])+$/.test(trimmed)) {
    return NaN;
  }
  let sum = 0;
  for (const [, number, unit] of trimmed.matchAll(/(\d+)([smhdw])/g)) {
    sum += Number(number) * UNIT_MS[unit];
  }
  return sum > 0 ? sum : NaN;
}

/** What is wrong with a silence before it is sent; null if nothing is. */
export function silenceProblem({ matchers, length, createdBy, comment }) {
  if (matchers.length === 0) {
    return 'A silence needs at least one matcher';
  }
  if (matchers.some(({ name }) => !name.trim())) {
    return 'Each matcher needs a label';
  }
  if (matchers.every(({ op, value }) => (op === '=' && value === '') || (op === '=~' && /^(|\.\*)$/.test(value)))) {
    return 'At least one matcher must ask for a value, or everything would be silenced';
  }
  if (Number.isNaN(lengthMs(length))) {
    return `“${length}” is not a duration: write 90m, 4h or 2d`;
  }
  if (!createdBy.trim()) {
    return 'Say who you are';
  }
  return comment.trim() ? null : 'Say why, for those who come after you';
}
