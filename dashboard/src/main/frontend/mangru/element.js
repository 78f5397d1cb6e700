// What all of Mangru's elements share: light DOM (one style sheet for all), clean-up on removal, define-once.

import { LitElement } from 'lit';

export class MangruElement extends LitElement {
  #cleanups = [];

  createRenderRoot() {
    return this;
  }

  /** Runs `stop` when the element leaves the page. */
  untilRemoved(stop) {
    this.#cleanups.push(stop);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    for (const stop of this.#cleanups.splice(0)) {
      stop();
    }
  }
}

/** Flow may load a module twice; an element can be defined once only. */
export function define(name, type) {
  if (!customElements.get(name)) {
    customElements.define(name, type);
  }
}

/** Cancels the previous request of a card when the next begins. */
export class Latest {
  #controller = null;

  begin() {
    this.cancel();
    this.#controller = new AbortController();
    return this.#controller.signal;
  }

  cancel() {
    this.#controller?.abort();
    this.#controller = null;
  }
}
