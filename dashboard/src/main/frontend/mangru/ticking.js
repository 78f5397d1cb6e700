// An element whose content the server redraws: it passes the page's clock on to it as a `tick` event.

import './icons.js';
import { onTick } from './state.js';

class MangruTicking extends HTMLElement {
  #stop = null;

  connectedCallback() {
    this.#stop = onTick(() => this.dispatchEvent(new Event('tick')));
  }

  disconnectedCallback() {
    this.#stop?.();
    this.#stop = null;
  }
}

if (!customElements.get('mangru-ticking')) {
  customElements.define('mangru-ticking', MangruTicking);
}
