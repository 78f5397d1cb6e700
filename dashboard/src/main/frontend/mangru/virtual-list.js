// <mangru-virtual-list>: draws only the rows in sight. Rows may differ in height; heights are measured as they appear.

import { html } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { MangruElement, define } from './element.js';

const ESTIMATE_PX = 24;
const OVERSCAN = 12;

/** Row tops from measured heights; `heights.get(key)` or the estimate. Pure. */
export function layout(keys, heights, estimate = ESTIMATE_PX) {
  const tops = new Float64Array(keys.length + 1);
  for (let at = 0; at < keys.length; at++) {
    tops[at + 1] = tops[at] + (heights.get(keys[at]) ?? estimate);
  }
  return tops;
}

/** The last row whose top is at or above `y`. */
export function rowAt(tops, y) {
  let low = 0;
  let high = tops.length - 2;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (tops[middle] <= y) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return Math.max(0, low);
}

class MangruVirtualList extends MangruElement {
  static properties = {
    items: { attribute: false },
    keyOf: { attribute: false },
    renderItem: { attribute: false },
    label: {},
    footer: { attribute: false },
    version: { attribute: false },
  };

  #heights = new Map();
  #tops = new Float64Array(1);
  #frame = 0;
  #observer = null;
  #width = 0;
  #laidOut = null;
  #moved = false;
  #window = { first: 0, last: 0 };

  constructor() {
    super();
    this.items = [];
    this.keyOf = (item) => item.id;
    this.renderItem = () => '';
    this.label = '';
    this.footer = null;
  }

  connectedCallback() {
    super.connectedCallback();
    this.#observer = new ResizeObserver(() => {
      const scroller = this.scroller;
      if (scroller && scroller.clientWidth !== this.#width) {
        this.#width = scroller.clientWidth;
        this.#forget();
      }
      this.requestUpdate();
    });
    this.#observer.observe(this);
    this.untilRemoved(() => this.#observer.disconnect());
  }

  get scroller() {
    return this.querySelector('.virtual-scroll');
  }

  get scrolled() {
    return this.scroller?.scrollTop ?? 0;
  }

  toTop() {
    if (this.scroller) {
      this.scroller.scrollTop = 0;
    }
  }

  /** Forgets all heights, as after switching wrapping. */
  remeasure() {
    this.#forget();
    this.requestUpdate();
  }

  #forget() {
    this.#heights.clear();
    this.#moved = true;
  }

  scrollToKey(key) {
    const at = this.items.findIndex((item) => this.keyOf(item) === key);
    if (at >= 0 && this.scroller) {
      this.scroller.scrollTop = Math.max(0, this.#tops[at] - this.scroller.clientHeight / 3);
    }
  }

  render() {
    if (this.items !== this.#laidOut || this.#moved) {
      this.#tops = layout(this.items.map(this.keyOf), this.#heights);
      this.#laidOut = this.items;
      this.#moved = false;
    }
    const scroller = this.scroller;
    const top = scroller?.scrollTop ?? 0;
    const height = scroller?.clientHeight || 800;
    const first = Math.max(0, rowAt(this.#tops, top) - OVERSCAN);
    const last = Math.min(this.items.length, rowAt(this.#tops, top + height) + 1 + OVERSCAN);
    this.#window = { first, last };
    const rows = this.items.slice(first, last);
    return html`<div class="virtual-scroll" tabindex="0" role="group" aria-label=${this.label} @scroll=${this.#scrolled}>
      <div class="virtual-space" style="height: ${this.#tops[this.items.length]}px">
        <div class="virtual-window" role="list" aria-label=${this.label} style="transform: translateY(${this.#tops[first]}px)">
          ${repeat(rows, this.keyOf, (item, at) => html`<div class="virtual-row" role="listitem" aria-setsize=${this.items.length} aria-posinset=${first + at + 1}>${this.renderItem(item, first + at)}</div>`)}
        </div>
      </div>
      ${this.footer ? this.footer() : ''}
    </div>`;
  }

  #scrolled = () => {
    if (!this.#frame) {
      this.#frame = requestAnimationFrame(() => {
        this.#frame = 0;
        this.requestUpdate();
        const scroller = this.scroller;
        if (scroller) {
          this.dispatchEvent(
            new CustomEvent('scrolled', {
              detail: { top: scroller.scrollTop, toEnd: scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight },
            }),
          );
        }
      });
    }
  };

  updated() {
    let changed = false;
    this.querySelectorAll('.virtual-row').forEach((row, at) => {
      const item = this.items[this.#window.first + at];
      const height = row.offsetHeight;
      if (item && height > 0) {
        const key = this.keyOf(item);
        if (Math.abs((this.#heights.get(key) ?? ESTIMATE_PX) - height) > 0.5) {
          changed = true;
        }
        this.#heights.set(key, height);
      }
    });
    if (changed) {
      this.#moved = true;
      queueMicrotask(() => this.requestUpdate());
    }
  }
}

define('mangru-virtual-list', MangruVirtualList);
