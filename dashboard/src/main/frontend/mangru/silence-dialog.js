// <mangru-silence-dialog>: makes a silence. Opened with `open(labels)`; says `made` when the server has taken it.

import { html, nothing } from 'lit';
import { MATCHER_OPS, lengthMs, silenceProblem, toApiMatcher } from './alert-text.js';
import { MangruElement, define } from './element.js';
import { icon } from './icons.js';
import * as state from './state.js';
import { formatDateTime } from './time.js';
import { sendJson } from './wire.js';

const NAME_KEY = 'mangru.silence.creator';
const LENGTHS = ['1h', '4h', '1d'];

class MangruSilenceDialog extends MangruElement {
  static properties = { _form: { state: true }, _problem: { state: true }, _sending: { state: true } };

  constructor() {
    super();
    this._form = null;
    this._problem = '';
    this._sending = false;
  }

  /** Asks for a silence that matches exactly these labels, to begin with. */
  async open(labels) {
    const matchers = Object.entries(labels).sort(([a], [b]) => (b === 'alertname') - (a === 'alertname') || a.localeCompare(b));
    this._form = {
      matchers: (matchers.length ? matchers : [['alertname', '']]).map(([name, value]) => ({ name, op: '=', value })),
      length: '1h',
      createdBy: localStorage.getItem(NAME_KEY) ?? '',
      comment: '',
    };
    this._problem = '';
    await this.updateComplete;
    this.querySelector('dialog').showModal();
    this.querySelector(this._form.createdBy ? '#silence-comment' : '#silence-creator').focus();
  }

  #change(part) {
    this._form = { ...this._form, ...part };
  }

  #matcher(at, part) {
    this.#change({ matchers: this._form.matchers.map((matcher, index) => (index === at ? { ...matcher, ...part } : matcher)) });
  }

  #send = async (event) => {
    event.preventDefault();
    const form = this._form;
    this._problem = silenceProblem(form) ?? '';
    if (this._problem || this._sending) {
      return;
    }
    this._sending = true;
    const now = Date.now();
    try {
      const answer = await sendJson('POST', '/api/v2/silences', {
        matchers: form.matchers.map(toApiMatcher),
        startsAt: new Date(now).toISOString(),
        endsAt: new Date(now + lengthMs(form.length)).toISOString(),
        createdBy: form.createdBy.trim(),
        comment: form.comment.trim(),
      });
      localStorage.setItem(NAME_KEY, form.createdBy.trim());
      this.querySelector('dialog').close();
      this.dispatchEvent(new CustomEvent('made', { detail: answer.silenceID }));
    } catch (error) {
      this._problem = error.message;
    }
    this._sending = false;
  };

  render() {
    const form = this._form;
    return html`<dialog class="sheet" aria-labelledby="silence-title">
      ${form
        ? html`<form @submit=${this.#send}>
            <h2 id="silence-title">Silence</h2>
            <p class="hint">Nobody is told of alerts that match all of these. They still fire and stay on this page.</p>
            <fieldset><legend>Matchers</legend>
              ${form.matchers.map(
                (matcher, at) => html`<div class="matcher">
                  <input aria-label="Label" class="mono" autocomplete="off" spellcheck="false" .value=${matcher.name} @input=${(event) => this.#matcher(at, { name: event.target.value })} />
                  <label class="select"><span class="visually-hidden">Comparison</span><select @change=${(event) => this.#matcher(at, { op: event.target.value })}>${MATCHER_OPS.map((op) => html`<option value=${op} ?selected=${op === matcher.op}>${op}</option>`)}</select></label>
                  <input aria-label="Value" class="mono" autocomplete="off" spellcheck="false" .value=${matcher.value} @input=${(event) => this.#matcher(at, { value: event.target.value })} />
                  <button type="button" class="icon-button" aria-label="Remove the matcher ${matcher.name}" title="Remove" @click=${() => this.#change({ matchers: form.matchers.filter((_, index) => index !== at) })}>${icon('minus')}</button>
                </div>`,
              )}
              <button type="button" class="button button-quiet" @click=${() => this.#change({ matchers: [...form.matchers, { name: '', op: '=', value: '' }] })}>${icon('plus')}Add a matcher</button>
            </fieldset>
            <fieldset><legend>For how long</legend>
              <div class="lengths">
                <div class="tabs" role="group" aria-label="Duration">${LENGTHS.map((length) => html`<button type="button" aria-pressed=${form.length === length ? 'true' : 'false'} @click=${() => this.#change({ length })}>${length}</button>`)}</div>
                <label>or <input class="length" aria-label="Another duration" autocomplete="off" .value=${form.length} @input=${(event) => this.#change({ length: event.target.value })} /></label>
                <span class="hint">${Number.isNaN(lengthMs(form.length)) ? 'such as 90m or 2d' : `until ${formatDateTime(Date.now() + lengthMs(form.length), state.zone())}`}</span>
              </div>
            </fieldset>
            <label for="silence-creator">Who</label><input id="silence-creator" autocomplete="name" .value=${form.createdBy} @input=${(event) => this.#change({ createdBy: event.target.value })} />
            <label for="silence-comment">Why</label><textarea id="silence-comment" rows="2" .value=${form.comment} @input=${(event) => this.#change({ comment: event.target.value })}></textarea>
            ${this._problem ? html`<p class="form-error" role="alert">${this._problem}</p>` : nothing}
            <div class="popup-actions"><button type="submit" class="button button-primary" ?disabled=${this._sending}>Silence</button>
              <button type="button" class="button" @click=${() => this.querySelector('dialog').close()}>Cancel</button></div>
          </form>`
        : nothing}
    </dialog>`;
  }
}

define('mangru-silence-dialog', MangruSilenceDialog);
