// A handful of line icons, 16 by 16, drawn with the text colour.

import { html, svg } from 'lit';
import { MangruElement, define } from './element.js';

const PATHS = {
  overview: svg`<path d="M2 2h5v6H2zM9 2h5v3H9zM9 7h5v7H9zM2 10h5v4H2z"/>`,
  explore: svg`<path d="M1.5 13.5h13M2 10l3.5-4 3 2.5L14 3"/>`,
  logs: svg`<path d="M2 3.5h12M2 6.5h8M2 9.5h12M2 12.5h6"/>`,
  slos: svg`<circle cx="8" cy="8" r="6"/><circle cx="8" cy="8" r="2.5"/>`,
  ok: svg`<circle cx="8" cy="8" r="6.2"/><path d="M5 8.2l2.2 2.2L11 6"/>`,
  warn: svg`<path d="M8 2l6.5 11.5h-13zM8 6.5v3.2M8 11.4v.6"/>`,
  crit: svg`<path d="M5.3 1.8h5.4l3.5 3.5v5.4l-3.5 3.5H5.3l-3.5-3.5V5.3zM5.8 5.8l4.4 4.4M10.2 5.8l-4.4 4.4"/>`,
  unknown: svg`<circle cx="8" cy="8" r="6.2" stroke-dasharray="2.4 1.9"/><path d="M6.3 6.3a1.8 1.8 0 1 1 2.6 1.6c-.6.3-.9.7-.9 1.3M8 11.4v.4"/>`,
  clock: svg`<circle cx="8" cy="8" r="6"/><path d="M8 4.5V8l2.5 1.5"/>`,
  left: svg`<path d="M10 3L5 8l5 5"/>`,
  right: svg`<path d="M6 3l5 5-5 5"/>`,
  down: svg`<path d="M3.5 6L8 10.5 12.5 6"/>`,
  out: svg`<circle cx="7" cy="7" r="4.7"/><path d="M4.8 7h4.4M10.5 10.5L14 14"/>`,
  refresh: svg`<path d="M13.5 8a5.5 5.5 0 1 1-1.6-3.9M13.5 1.8v3h-3"/>`,
  sun: svg`<circle cx="8" cy="8" r="3"/><path d="M8 1v2M8 13v2M1 8h2M13 8h2M3 3l1.4 1.4M11.6 11.6L13 13M13 3l-1.4 1.4M4.4 11.6L3 13"/>`,
  moon: svg`<path d="M13.5 9.6A6 6 0 0 1 6.4 2.5 6 6 0 1 0 13.5 9.6z"/>`,
  system: svg`<rect x="1.8" y="2.5" width="12.4" height="8.5" rx="1"/><path d="M5.5 13.8h5"/>`,
  help: svg`<circle cx="8" cy="8" r="6.2"/><path d="M6.1 6.2a1.9 1.9 0 1 1 2.8 1.7c-.6.3-.9.7-.9 1.3M8 11.4v.4"/>`,
  play: svg`<path d="M4.5 2.8v10.4L13 8z"/>`,
  pause: svg`<path d="M5 3v10M11 3v10"/>`,
  download: svg`<path d="M8 2v8M4.8 7L8 10.2 11.2 7M2.5 13.5h11"/>`,
  image: svg`<rect x="1.8" y="2.5" width="12.4" height="11" rx="1"/><path d="M2 11l3.5-3.5 3 3 2-2L14 12"/>`,
  table: svg`<rect x="1.8" y="2.5" width="12.4" height="11" rx="1"/><path d="M2 6.2h12M2 9.8h12M6.4 6.2v7"/>`,
  link: svg`<path d="M6.7 9.3a2.7 2.7 0 0 0 3.9 0l2.3-2.4a2.7 2.7 0 0 0-3.8-3.8L8 4.2M9.3 6.7a2.7 2.7 0 0 0-3.9 0L3.1 9.1a2.7 2.7 0 0 0 3.8 3.8L8 11.8"/>`,
  plus: svg`<path d="M8 3v10M3 8h10"/>`,
  minus: svg`<path d="M3 8h10"/>`,
  close: svg`<path d="M3.5 3.5l9 9M12.5 3.5l-9 9"/>`,
  copy: svg`<rect x="5.5" y="5.5" width="8" height="8" rx="1"/><path d="M10.5 5.5v-3h-8v8h3"/>`,
  wrap: svg`<path d="M2 3.5h12M2 8h9.5a2.2 2.2 0 0 1 0 4.5H8.5M10.2 10.8L8.5 12.5l1.7 1.7M2 12.5h3"/>`,
  context: svg`<path d="M2 2.5h12M2 5h9M2 8h12M2 11h9M2 13.5h12"/>`,
  workloads: svg`<path d="M8 1.8l5.6 3.1v6.2L8 14.2l-5.6-3.1V4.9zM2.6 5L8 8l5.4-3M8 8v6"/>`,
  nodes: svg`<rect x="2" y="2.5" width="12" height="4.6" rx="1"/><rect x="2" y="8.9" width="12" height="4.6" rx="1"/><path d="M4.6 4.8h.1M4.6 11.2h.1M8 4.8h3.5M8 11.2h3.5"/>`,
  alerts: svg`<path d="M3.5 11.5h9l-1.2-1.8V7a3.3 3.3 0 0 0-6.6 0v2.7zM6.7 13.6a1.4 1.4 0 0 0 2.6 0M8 2v1.6"/>`,
  bell: svg`<path d="M3.5 11.5h9l-1.2-1.8V7a3.3 3.3 0 0 0-6.6 0v2.7zM6.7 13.6a1.4 1.4 0 0 0 2.6 0M8 2v1.6"/>`,
  autoscaling: svg`<path d="M2 13.5V9h3v4.5M6.5 13.5v-7h3v7M11 13.5V3h3v10.5"/>`,
  up: svg`<path d="M8 13V3.5M4 7.2L8 3.2l4 4"/>`,
  fall: svg`<path d="M8 3v9.5M4 8.8l4 4 4-4"/>`,
  nodeplus: svg`<rect x="2" y="2.5" width="12" height="5" rx="1"/><path d="M8 9.8v4.4M5.8 12h4.4M4.6 5h.1"/>`,
  nodeminus: svg`<rect x="2" y="2.5" width="12" height="5" rx="1"/><path d="M5.8 12h4.4M4.6 5h.1"/>`,
  silence: svg`<path d="M4.7 9.7V7a3.3 3.3 0 0 1 5.6-2.3M11.3 7v2.7l1.2 1.8h-6M2.5 2.5l11 11"/>`,
  list: svg`<path d="M5.5 3.5H14M5.5 8H14M5.5 12.5H14M2 3.5h.1M2 8h.1M2 12.5h.1"/>`,
  filter: svg`<path d="M2 3h12l-4.6 5.4v4.3l-2.8 1.2V8.4z"/>`,
};

export class MangruIcon extends MangruElement {
  static properties = { name: {} };

  render() {
    return html`<svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false" fill="none" stroke="currentColor" stroke-width="1.4" stroke-linecap="round" stroke-linejoin="round">${PATHS[this.name] ?? PATHS.unknown}</svg>`;
  }
}

define('mangru-icon', MangruIcon);

export const icon = (name) => html`<mangru-icon name=${name}></mangru-icon>`;
