// Numbers as people read them: three significant digits and a unit. Pure.

const DECIMAL = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
];
const BINARY = [
  [2 ** 50, 'Pi'],
  [2 ** 40, 'Ti'],
  [2 ** 30, 'Gi'],
  [2 ** 20, 'Mi'],
  [2 ** 10, 'Ki'],
];

/** Three significant digits without exponent or trailing zeros; whole from 100 on. */
export function significant(value, digits = 3) {
  if (value === 0) {
    return '0';
  }
  const abs = Math.abs(value);
  if (abs >= 1e15 || abs < 1e-6) {
    return value.toExponential(digits - 1).replace(/\.?0+e/, 'e').replace('e+', 'e');
  }
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(abs)));
  const text = value.toFixed(Math.min(decimals, 12));
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

function scaled(value, table, suffix, digits) {
  const abs = Math.abs(value);
  for (const [factor, prefix] of table) {
    if (abs >= factor) {
      return `${significant(value / factor, digits)} ${prefix}${suffix}`;
    }
  }
  return suffix ? `${significant(value, digits)} ${suffix}` : significant(value, digits);
}

function seconds(value, digits) {
  const abs = Math.abs(value);
  if (abs === 0) return '0 s';
  if (abs < 1e-6) return significant(value * 1e9, digits) + ' ns';
  if (abs < 1e-3) return significant(value * 1e6, digits) + ' µs';
  if (abs < 1) return significant(value * 1e3, digits) + ' ms';
  if (abs < 120) return significant(value, digits) + ' s';
  if (abs < 7200) return significant(value / 60, digits) + ' min';
  if (abs < 3 * 86400) return significant(value / 3600, digits) + ' h';
  return significant(value / 86400, digits) + ' d';
}

/** `value` in `unit`; null, undefined and NaN are a dash, never a zero. */
export function formatValue(value, unit = 'count', digits = 3) {
  if (value === null || value === undefined || Number.isNaN(value)) {
    return '–';
  }
  if (!Number.isFinite(value)) {
    return value > 0 ? '+Inf' : '-Inf';
  }
  switch (unit) {
    case 'bytes':
      return scaled(value, BINARY, 'B', digits);
    case 'bytes/s':
      return scaled(value, BINARY, 'B', digits) + '/s';
    case '1/s':
      return scaled(value, DECIMAL, '', digits).trimEnd() + '/s';
    case 'seconds':
      return seconds(value, digits);
    case 'ratio':
      return percent(value, digits);
    case 'cores':
      return Math.abs(value) < 0.9995 && value !== 0 ? significant(value * 1000, digits) + ' m' : significant(value, digits);
    default:
      return scaled(value, DECIMAL, '', digits).trimEnd();
  }
}

function percent(ratio, digits) {
  const value = ratio * 100;
  // Availability lives close to 100: 99.953 must not become 100.
  if (value > 99 && value < 100) {
    const missing = 100 - value;
    const decimals = Math.min(6, Math.max(1, 1 - Math.floor(Math.log10(missing))));
    const floor = Math.floor(value * 10 ** decimals + 1e-6) / 10 ** decimals;
    return floor.toFixed(decimals).replace(/\.?0+$/, '') + ' %';
  }
  return significant(value, digits) + ' %';
}

/** Guesses the unit from a metric name inside a PromQL expression. */
export function guessUnit(expr) {
  const rate = /\b(rate|irate|deriv)\s*\(/.test(expr);
  const names = expr.replace(/"[^"]*"|'[^']*'/g, '').match(/[a-zA-Z_:][a-zA-Z0-9_:]*/g) ?? [];
  const divided = /\)\s*\/|\/\s*(\(|sum|scalar|[a-z_]+\{)/.test(expr);
  if (divided && !/\*\s*1e|1024/.test(expr)) {
    return names.some((n) => /_seconds_sum\b/.test(n)) ? 'seconds' : 'count';
  }
  for (const name of names) {
    if (/_bytes(_total|_sum|_bucket)?$/.test(name)) {
      return rate ? 'bytes/s' : 'bytes';
    }
    if (/_ratio$/.test(name)) {
      return 'ratio';
    }
    if (/_seconds(_sum|_bucket)?$/.test(name) && !rate) {
      return /_time_seconds$|_timestamp_seconds$/.test(name) ? 'count' : 'seconds';
    }
    if (/_seconds_bucket$/.test(name) && /histogram_quantile/.test(expr)) {
      return 'seconds';
    }
    if (/cpu.*_seconds_total$/.test(name) && rate) {
      return 'cores';
    }
    if (/(_total|_count)$/.test(name) && rate) {
      return '1/s';
    }
  }
  return 'count';
}

/** Round increments for an axis: powers of two for bytes, else uPlot's own. */
export function axisIncrements(unit) {
  if (unit !== 'bytes' && unit !== 'bytes/s') {
    return undefined;
  }
  const steps = [];
  for (let power = 0; power <= 55; power++) {
    steps.push(2 ** power);
  }
  return steps;
}

/** Whole numbers with thin thousands: 12 345. */
export function grouped(count) {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+(?!\d))/g, '\u2009');
}
