// A line small enough to stand in a table row.

import { html, nothing } from 'lit';

/** A polyline 80 by 20; gaps break the line. */
export function sparkline(values) {
  const known = Array.from(values).filter(Number.isFinite);
  if (known.length < 2) {
    return nothing;
  }
  const high = Math.max(...known, 0);
  const low = Math.min(...known, 0);
  const x = (at) => ((at / (values.length - 1)) * 80).toFixed(1);
  const y = (value) => (19 - ((value - low) / (high - low || 1)) * 18).toFixed(1);
  let path = '';
  let pen = false;
  values.forEach((value, at) => {
    if (Number.isFinite(value)) {
      path += `${pen ? 'L' : 'M'}${x(at)} ${y(value)}`;
      pen = true;
    } else {
      pen = false;
    }
  });
  return html`<svg class="spark" viewBox="0 0 80 20" width="80" height="20" preserveAspectRatio="none" aria-hidden="true"><path d=${path} fill="none" stroke="currentColor" stroke-width="1.3" vector-effect="non-scaling-stroke" /></svg>`;
}
