// An element that fetches for the range in the address: at first, at each tick, at each change of the range.

import { MangruElement, Latest } from './element.js';
import * as state from './state.js';
import { isAbort } from './wire.js';

export class LoadingElement extends MangruElement {
  static properties = { _data: { state: true }, _error: { state: true }, _loading: { state: true } };

  /** Parameters of the address that mean other data. */
  static watched = ['from', 'to'];

  #latest = new Latest();

  constructor() {
    super();
    this._data = null;
    this._error = null;
    this._loading = false;
  }

  connectedCallback() {
    super.connectedCallback();
    this.untilRemoved(state.onTick(() => this.load()));
    this.untilRemoved(
      state.onChange((changed) => {
        if (!changed || changed.some((name) => this.constructor.watched.includes(name))) {
          this.load();
        }
        this.requestUpdate();
      }),
    );
    this.untilRemoved(() => this.#latest.cancel());
    this.load();
  }

  /** Fetches anew; what is still being fetched is cancelled, and what was shown stays until the answer is there. */
  async load() {
    const signal = this.#latest.begin();
    this._loading = true;
    try {
      this._data = await this.fetchData(signal, state.range());
      this._error = null;
      state.reportData();
    } catch (error) {
      if (isAbort(error)) {
        return;
      }
      this._error = error;
      state.reportFailure(error);
    }
    this._loading = false;
  }
}
