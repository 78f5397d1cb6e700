// The drawing itself: uPlot with Mangru's colours, axes, tooltip, synced crosshair, drag and keyboard zoom.
// Knows nothing of the network; mangru-timeseries and mangru-log-histogram hand it points.

import uPlot from 'uplot';
import { formatClock, formatDate, formatDateTime, formatMinutes } from './time.js';
import { axisIncrements, formatValue, significant } from './units.js';

const SERIES_COLOURS = 8;
const TIP_ROWS = 12;
/** More series than this get hairlines: 50 by 1000 points then take 20 ms instead of 125 (software canvas). */
const MANY = 12;
const SYNC_KEY = 'mangru';

function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** The colour and dash of the n-th series: eight colours, then the same ones dashed. */
export function seriesStyle(index) {
  const round = Math.floor(index / SERIES_COLOURS);
  return {
    variable: `--mangru-series-${(index % SERIES_COLOURS) + 1}`,
    dash: round === 0 ? undefined : round % 2 === 1 ? [6, 4] : [2, 3],
  };
}

/** NaN becomes null, which uPlot draws as a gap. Arrays without gaps stay as they are. */
export function withGaps(values) {
  for (let index = 0; index < values.length; index++) {
    if (!Number.isFinite(values[index])) {
      return Array.from(values, (value) => (Number.isFinite(value) ? value : null));
    }
  }
  return values;
}

/** Rows on top of each other; a row's gap adds nothing, and where all rows have one there is a gap. */
export function stack(rows, shown) {
  const length = rows[0]?.length ?? 0;
  const sums = new Float64Array(length);
  const seen = new Uint8Array(length);
  return rows.map((row, index) => {
    if (!shown[index]) {
      return new Array(length).fill(null);
    }
    const out = new Array(length);
    for (let at = 0; at < length; at++) {
      const value = row[at];
      if (value !== null && Number.isFinite(value)) {
        sums[at] += value;
        seen[at] = 1;
      }
      out[at] = seen[at] ? sums[at] : null;
    }
    return out;
  });
}

/** Last, lowest, highest and mean of the points that exist. */
export function summarize(values) {
  let last = null;
  let min = Infinity;
  let max = -Infinity;
  let sum = 0;
  let count = 0;
  for (const value of values) {
    if (value !== null && Number.isFinite(value)) {
      last = value;
      min = Math.min(min, value);
      max = Math.max(max, value);
      sum += value;
      count++;
    }
  }
  return count ? { last, min, max, avg: sum / count, count } : { last: null, min: null, max: null, avg: null, count: 0 };
}

export class Chart {
  #host;
  #tip;
  #plot = null;
  #shape = '';
  #model = null;
  #rows = [];
  #observer;
  #handlers;
  #keyCursor = null;
  #keyAnchor = null;

  /** `handlers`: onZoom(fromMs, toMs), onCursor(index | null), both optional. */
  constructor(host, handlers = {}) {
    this.#host = host;
    this.#handlers = handlers;
    this.#tip = document.createElement('div');
    this.#tip.className = 'chart-tip';
    this.#tip.hidden = true;
    this.#observer = new ResizeObserver(() => this.#resize());
    this.#observer.observe(host);
    host.addEventListener('keydown', this.#onKey);
    host.addEventListener('blur', this.#onBlur);
    window.addEventListener('mangru-time', this.#onTime);
  }

  destroy() {
    this.#observer.disconnect();
    this.#host.removeEventListener('keydown', this.#onKey);
    this.#host.removeEventListener('blur', this.#onBlur);
    window.removeEventListener('mangru-time', this.#onTime);
    this.#plot?.destroy();
    this.#plot = null;
  }

  /**
   * Draws `model`: {times: seconds[], series: [{name, values, shown, variable?}], fromMs, toMs, unit, zone,
   * stacked, bars, low, high, floating, threshold, thresholdName, stepS, markers: [{ms, tone}]}.
   */
  draw(model) {
    this.#model = model;
    const shown = model.series.map((series) => series.shown !== false);
    const raw = model.series.map((series) => withGaps(series.values));
    this.#rows = raw;
    // Bars overlap, and uPlot draws the first row first: the tallest sum has to be the first.
    const rows = !model.stacked ? raw : model.bars ? stack([...raw].reverse(), [...shown].reverse()).reverse() : stack(raw, shown);
    const shape = JSON.stringify([
      model.series.map((s) => [s.name, s.variable]),
      model.unit, model.zone, model.stacked, model.bars, model.low, model.high, model.floating, model.threshold,
      document.documentElement.dataset.scheme, matchMedia('(prefers-color-scheme: dark)').matches,
    ]);
    if (this.#plot && shape === this.#shape) {
      this.#plot.batch(() => {
        shown.forEach((show, index) => {
          if (this.#plot.series[index + 1].show !== show) {
            this.#plot.setSeries(index + 1, { show });
          }
        });
        this.#plot.setData([model.times, ...rows], true);
      });
      return;
    }
    this.#plot?.destroy();
    this.#shape = shape;
    const { width, height } = this.#size();
    this.#plot = new uPlot(this.#options(model, shown, width, height), [model.times, ...rows], this.#host);
    this.#plot.over.appendChild(this.#tip);
  }

  /** Redraws with the colours of the page's scheme. */
  repaint() {
    if (this.#model) {
      this.#shape = '';
      this.draw(this.#model);
    }
  }

  /** The picture as a PNG blob on the page's background, with `title` above it. */
  png(title) {
    const source = this.#plot?.ctx.canvas;
    if (!source) {
      return Promise.resolve(null);
    }
    const scale = devicePixelRatio || 1;
    const canvas = document.createElement('canvas');
    const names = this.#model.series.filter((s) => s.shown !== false).slice(0, 24);
    const head = 28 * scale;
    const foot = (names.length ? 22 + 18 * Math.ceil(names.length / 2) : 0) * scale;
    canvas.width = source.width;
    canvas.height = source.height + head + foot;
    const ctx = canvas.getContext('2d');
    ctx.fillStyle = token('--mangru-surface');
    ctx.fillRect(0, 0, canvas.width, canvas.height);
    ctx.drawImage(source, 0, head);
    ctx.fillStyle = token('--mangru-text');
    ctx.font = `600 ${13 * scale}px ${token('--mangru-font')}`;
    ctx.fillText(title, 10 * scale, 19 * scale);
    ctx.font = `${11 * scale}px ${token('--mangru-font')}`;
    names.forEach((series, at) => {
      const x = (at % 2) * (canvas.width / 2) + 10 * scale;
      const y = head + source.height + (16 + 18 * Math.floor(at / 2)) * scale;
      const index = this.#model.series.indexOf(series);
      ctx.fillStyle = token(series.variable ?? seriesStyle(index).variable);
      ctx.fillRect(x, y - 8 * scale, 10 * scale, 3 * scale);
      ctx.fillStyle = token('--mangru-text');
      ctx.fillText(series.name, x + 16 * scale, y, canvas.width / 2 - 36 * scale);
    });
    return new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
  }

  #size() {
    return { width: Math.max(60, this.#host.clientWidth), height: Math.max(60, this.#host.clientHeight) };
  }

  #resize() {
    if (this.#plot) {
      const size = this.#size();
      if (size.width !== this.#plot.width || size.height !== this.#plot.height) {
        this.#plot.setSize(size);
      }
    }
  }

  #options(model, shown, width, height) {
    const fg = token('--mangru-chart-fg');
    const grid = { stroke: token('--mangru-chart-grid'), width: 1 };
    const font = `11px ${token('--mangru-font')}`;
    return {
      width,
      height,
      padding: [8, 20, 0, 0],
      legend: { show: false },
      tzDate: model.zone === 'utc' ? (ts) => uPlot.tzDate(new Date(ts * 1e3), 'Etc/UTC') : undefined,
      focus: { alpha: model.stacked ? 1 : 0.25 },
      cursor: {
        drag: { x: true, y: false, setScale: false },
        focus: { prox: model.stacked ? -1 : 24 },
        points: { size: 6, width: 2, show: !model.bars },
        sync: { key: SYNC_KEY, setSeries: false, scales: ['x', null] },
        bind: { dblclick: () => null },
      },
      scales: {
        x: { time: true, range: () => [this.#model.fromMs / 1e3, this.#model.toMs / 1e3] },
        y: { range: (_, low, high) => this.#valueRange(low, high) },
      },
      axes: [
        { stroke: fg, font, grid, ticks: { ...grid, size: 4 }, size: 26, gap: 4, space: 64, values: (_, splits, __, ___, incr) => this.#timeLabels(splits, incr) },
        {
          stroke: fg, font, grid, ticks: { show: false }, gap: 6, space: 28,
          incrs: axisIncrements(model.unit),
          size: (_, values) => 14 + 6.3 * Math.max(3, ...(values ?? []).map((value) => (value ?? '').length)),
          values: (_, splits, __, ___, incr) => splits.map((value) => this.#valueLabel(value, incr)),
        },
      ],
      series: [{}, ...model.series.map((series, index) => this.#series(model, series, index, shown[index]))],
      bands: model.stacked && !model.bars ? this.#bands(shown) : undefined,
      hooks: {
        setCursor: [(plot) => this.#showTip(plot)],
        setSelect: [(plot) => this.#selected(plot)],
        draw: [(plot) => this.#drawThreshold(plot), (plot) => this.#drawMarkers(plot)],
      },
    };
  }

  #series(model, series, index, show) {
    const style = seriesStyle(index);
    const colour = token(series.variable ?? style.variable);
    const common = { label: series.name, show, stroke: colour, spanGaps: false };
    if (model.bars) {
      return { ...common, fill: colour, width: 0, points: { show: false }, paths: uPlot.paths.bars({ size: [0.86, 60], align: 1 }) };
    }
    return {
      ...common,
      dash: style.dash,
      width: model.series.length > MANY ? 1 : 1.5,
      fill: model.stacked ? fade(colour, 0.32) : model.series.length === 1 ? fade(colour, 0.12) : undefined,
      points: { show: false, size: 4, filter: (plot, at) => isolated(plot.data[at]) },
    };
  }

  #bands(shown) {
    const bands = [];
    let below = -1;
    shown.forEach((show, index) => {
      if (show) {
        if (below >= 0) {
          bands.push({ series: [index + 1, below + 1] });
        }
        below = index;
      }
    });
    return bands;
  }

  #valueRange(dataLow, dataHigh) {
    const { low, high, floating, threshold } = this.#model;
    let from = dataLow ?? 0;
    let to = dataHigh ?? 1;
    if (Number.isFinite(threshold)) {
      from = Math.min(from, threshold);
      to = Math.max(to, threshold);
    }
    if (!floating) {
      from = Math.min(0, from);
      to = Math.max(0, to);
    }
    if (from === to) {
      const margin = floating ? Math.abs(from) * 0.01 || 1 : 1;
      from = floating ? from - margin : Math.min(0, from);
      to += margin;
    }
    const pad = (to - from) * 0.06;
    const ceiling = this.#model.unit === 'ratio' && to <= 1 && floating ? Math.max(to, 1) : to + pad;
    return [low ?? (floating || from < 0 ? from - pad : from), high ?? ceiling];
  }

  #valueLabel(value, incr) {
    if (value === null || value === undefined) {
      return '';
    }
    if (this.#model.unit === 'ratio') {
      const decimals = Math.max(0, Math.ceil(-Math.log10(incr * 100) - 1e-9));
      return (value * 100).toFixed(decimals) + ' %';
    }
    if (this.#model.unit === 'count' && Math.abs(value) < 1000) {
      return significant(value, 6);
    }
    return formatValue(value, this.#model.unit, 4);
  }

  #timeLabels(splits, incr) {
    let lastDay = '';
    return splits.map((split, index) => {
      const ms = split * 1e3;
      const day = formatDate(ms, this.#model.zone);
      const newDay = index > 0 && lastDay !== '' && day !== lastDay;
      lastDay = day;
      if (incr >= 86400) {
        return incr >= 28 * 86400 ? day.slice(0, 7) : day.slice(5);
      }
      const clock = incr < 60 ? formatClock(ms, this.#model.zone) : formatMinutes(ms, this.#model.zone);
      return newDay && incr >= 60 ? day.slice(5) : clock;
    });
  }

  #drawThreshold(plot) {
    const { threshold, thresholdName } = this.#model;
    if (!Number.isFinite(threshold)) {
      return;
    }
    const y = Math.round(plot.valToPos(threshold, 'y', true));
    const { left, width } = plot.bbox;
    const ctx = plot.ctx;
    ctx.save();
    ctx.strokeStyle = token('--mangru-crit');
    ctx.fillStyle = token('--mangru-crit');
    ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio]);
    ctx.lineWidth = devicePixelRatio;
    ctx.beginPath();
    ctx.moveTo(left, y);
    ctx.lineTo(left + width, y);
    ctx.stroke();
    if (thresholdName) {
      ctx.font = `${11 * devicePixelRatio}px ${token('--mangru-font')}`;
      ctx.textAlign = 'right';
      ctx.fillText(thresholdName, left + width - 4 * devicePixelRatio, y - 4 * devicePixelRatio);
    }
    ctx.restore();
  }

  /** Moments that matter, as thin vertical lines with a flag on top. */
  #drawMarkers(plot) {
    const { left, top, width, height } = plot.bbox;
    const ctx = plot.ctx;
    for (const { ms, tone } of this.#model.markers ?? []) {
      const x = Math.round(plot.valToPos(ms / 1e3, 'x', true));
      if (x < left || x > left + width) {
        continue;
      }
      ctx.save();
      ctx.strokeStyle = token(`--mangru-marker-${tone}`);
      ctx.fillStyle = ctx.strokeStyle;
      ctx.globalAlpha = 0.65;
      ctx.lineWidth = devicePixelRatio;
      ctx.setLineDash([2 * devicePixelRatio, 3 * devicePixelRatio]);
      ctx.beginPath();
      ctx.moveTo(x, top);
      ctx.lineTo(x, top + height);
      ctx.stroke();
      ctx.globalAlpha = 1;
      const wide = 4 * devicePixelRatio;
      ctx.beginPath();
      ctx.moveTo(x - wide, top);
      ctx.lineTo(x + wide, top);
      ctx.lineTo(x, top + 1.4 * wide);
      ctx.fill();
      ctx.restore();
    }
  }

  #selected(plot) {
    const { left, width } = plot.select;
    if (width < 4) {
      return;
    }
    const fromMs = plot.posToVal(left, 'x') * 1e3;
    const toMs = plot.posToVal(left + width, 'x') * 1e3;
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    // Synced charts get the same selection; only the one under the pointer acts on it.
    if (plot.over.matches(':hover') || this.#keyAnchor !== null) {
      this.#handlers.onZoom?.(Math.min(fromMs, toMs), Math.max(fromMs, toMs));
    }
  }

  #showTip(plot) {
    const index = plot.cursor.idx;
    const pointed = plot.over.matches(':hover') || this.#keyCursor !== null;
    this.#handlers.onCursor?.(index ?? null);
    if (pointed || plot.cursor.left < 0) {
      const ms = pointed && plot.cursor.left >= 0 ? plot.posToVal(plot.cursor.left, 'x') * 1e3 : null;
      window.dispatchEvent(new CustomEvent('mangru-cursor', { detail: { ms } }));
    }
    if (index === null || index === undefined || plot.cursor.left < 0 || !pointed) {
      this.#tip.hidden = true;
      return;
    }
    const model = this.#model;
    const rows = model.series
      .map((series, at) => ({ series, at, value: this.#rows[at][index] }))
      .filter(({ series, value }) => series.shown !== false && value !== null && value !== undefined && !(model.bars && value === 0))
      .sort((a, b) => b.value - a.value);
    const focused = plot.series.findIndex((series, at) => at > 0 && series._focus === true) - 1;
    this.#tip.replaceChildren(line('chart-tip-time', timeText(model, index)));
    rows.slice(0, TIP_ROWS).forEach(({ series, at, value }) => {
      const row = line('chart-tip-row' + (at === focused ? ' is-focused' : ''), '');
      const swatch = line('swatch', '');
      swatch.style.setProperty('--swatch', `var(${series.variable ?? seriesStyle(at).variable})`);
      row.append(swatch, line('chart-tip-name', series.name), line('chart-tip-value', formatValue(value, model.unit)));
      this.#tip.append(row);
    });
    if (rows.length > TIP_ROWS) {
      this.#tip.append(line('chart-tip-more', `and ${rows.length - TIP_ROWS} more`));
    }
    if (rows.length === 0) {
      this.#tip.append(line('chart-tip-more', 'no sample here'));
    }
    this.#tip.hidden = false;
    this.#place(plot);
  }

  #place(plot) {
    const { left, top } = plot.cursor;
    const tip = this.#tip;
    const box = plot.over.getBoundingClientRect();
    const right = left + 16 + tip.offsetWidth > plot.over.clientWidth && left - 16 - tip.offsetWidth > -box.left + 8;
    tip.style.left = (right ? left - 16 - tip.offsetWidth : Math.min(left + 16, innerWidth - box.left - tip.offsetWidth - 12)) + 'px';
    const lowest = innerHeight - box.top - tip.offsetHeight - 8;
    tip.style.top = Math.max(-box.top + 4, Math.min(top - 12, lowest)) + 'px';
  }

  // Keyboard: arrows move the cursor, shift extends a selection, enter zooms to it, escape lets go.

  #onKey = (event) => {
    const plot = this.#plot;
    const last = (this.#model?.times.length ?? 0) - 1;
    if (!plot || last < 0 || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const steps = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10 };
    if (event.key in steps || event.key === 'Home' || event.key === 'End') {
      event.preventDefault();
      const from = this.#keyCursor ?? last;
      const next = event.key === 'Home' ? 0 : event.key === 'End' ? last : Math.max(0, Math.min(last, from + steps[event.key]));
      if (event.shiftKey) {
        this.#keyAnchor ??= from;
      } else {
        this.#keyAnchor = null;
      }
      this.#keyCursor = next;
      this.#moveKeyCursor(plot);
    } else if (event.key === 'Enter' && this.#keyAnchor !== null && this.#keyAnchor !== this.#keyCursor) {
      event.preventDefault();
      const ends = [this.#model.times[this.#keyAnchor] * 1e3, this.#model.times[this.#keyCursor] * 1e3];
      this.#release(plot);
      this.#handlers.onZoom?.(Math.min(...ends), Math.max(...ends));
    } else if (event.key === 'Escape' && this.#keyCursor !== null) {
      event.preventDefault();
      event.stopPropagation();
      this.#release(plot);
    }
  };

  #moveKeyCursor(plot) {
    const left = plot.valToPos(this.#model.times[this.#keyCursor], 'x');
    plot.setCursor({ left, top: plot.over.clientHeight / 3 });
    if (this.#keyAnchor === null) {
      plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    } else {
      const anchor = plot.valToPos(this.#model.times[this.#keyAnchor], 'x');
      plot.setSelect({ left: Math.min(left, anchor), top: 0, width: Math.abs(left - anchor), height: plot.over.clientHeight }, false);
    }
  }

  #release(plot) {
    this.#keyCursor = null;
    this.#keyAnchor = null;
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    plot.setCursor({ left: -10, top: -10 });
  }

  /** What is no chart (the lane of changes) points at a moment: `{ms}`, null when it lets go. */
  #onTime = (event) => {
    const plot = this.#plot;
    if (!plot) {
      return;
    }
    const left = event.detail.ms === null ? -10 : plot.valToPos(event.detail.ms / 1e3, 'x');
    plot.setCursor(left >= 0 && left <= plot.over.clientWidth ? { left, top: 0 } : { left: -10, top: -10 }, true, false);
  };

  #onBlur = () => {
    if (this.#plot && this.#keyCursor !== null) {
      this.#release(this.#plot);
    }
  };
}

function timeText(model, index) {
  const at = model.times[index] * 1e3;
  const zone = model.zone === 'utc' ? ' UTC' : '';
  return model.bars && model.stepS
    ? `${formatDateTime(at, model.zone)} – ${formatClock(at + model.stepS * 1e3, model.zone)}${zone}`
    : formatDateTime(at, model.zone) + zone;
}

function line(className, text) {
  const element = document.createElement('span');
  element.className = className;
  element.textContent = text;
  return element;
}

function fade(colour, alpha) {
  const rgb = /^rgba?\((\d+)[ ,]+(\d+)[ ,]+(\d+)/.exec(colour);
  return rgb ? `rgba(${rgb[1]}, ${rgb[2]}, ${rgb[3]}, ${alpha})` : colour;
}

/** Points with a gap on both sides, which a line alone would not show. */
function isolated(values) {
  const found = [];
  for (let at = 0; at < values.length; at++) {
    if (values[at] != null && values[at - 1] == null && values[at + 1] == null) {
      found.push(at);
    }
  }
  return found.length ? found : null;
}
