// <mangru-firing>: what fires, on the overview.

import { html, nothing } from 'lit';
import { byUrgency, isSilenced, severityOf, together, unheard } from './alert-text.js';
import { skeleton, stateWord } from './cluster.js';
import { age } from './cluster-text.js';
import { plural } from './decision-text.js';
import { define } from './element.js';
import { icon } from './icons.js';
import { LoadingElement } from './loading.js';
import { errorBox } from './states.js';
import * as state from './state.js';
import { formatClock } from './time.js';
import { getJson } from './wire.js';

const SHOWN = 5;

class MangruFiring extends LoadingElement {
  fetchData(signal) {
    return getJson('/api/ui/alerts', {}, signal);
  }

  render() {
    const data = this._data;
    const firing = (data?.alerts ?? []).filter((alert) => alert.state === 'firing' && !isSilenced(alert)).sort(byUrgency);
    const rows = together(firing);
    const pending = (data?.alerts ?? []).filter((alert) => alert.state === 'pending' && !isSilenced(alert)).length;
    const silenced = (data?.alerts ?? []).filter(isSilenced).length;
    return html`<div class="card firing-card ${this._loading ? 'is-loading' : ''} ${firing.length ? 'is-firing' : ''}" aria-busy=${this._loading ? 'true' : 'false'}>
      <div class="loading-bar" aria-hidden="true"></div>
      ${this._error ? errorBox(this._error, () => this.load()) : nothing} ${!data && !this._error ? skeleton(2) : nothing}
      ${data && firing.length === 0 ? html`<p class="quiet quiet-tall">${icon('ok')} Nothing fires. ${this.#rest(pending, silenced)}</p>` : nothing}
      ${firing.length
        ? html`<ul class="firing-list">${rows.slice(0, SHOWN).map(({ alert, count }) => {
              const since = alert.firedAt ?? alert.activeAt;
              return html`<li><a href=${state.link('alerts')}>${stateWord(severityOf(alert.labels))}<b>${alert.labels.alertname}</b>${count > 1 ? html`<span class="count" title="${count} alerts that say the same">${count}</span>` : nothing}<span class="clip">${alert.annotations.summary ?? alert.annotations.description ?? ''}</span>
                <span class="muted">${formatClock(Date.parse(since), state.zone())}, ${age(since, Date.now())}</span>${unheard(alert).length ? html`<span class="tag tag-warn" title=${unheard(alert).join('; ')}>${icon('silence')}nobody is told</span>` : nothing}</a></li>`;
            })}</ul>
            ${rows.length > SHOWN || pending || silenced ? html`<p class="firing-rest">${rows.length > SHOWN ? html`<a href=${state.link('alerts')}>${rows.length - SHOWN} more fire</a> ` : nothing}${this.#rest(pending, silenced)}</p>` : nothing}`
        : nothing}
      ${data?.problems.length ? html`<p class="strip strip-warn">${icon('warn')}<span><a href=${state.link('alerts', { tab: 'rules' })}>${plural(data.problems.length, 'rule file problem')}</a></span></p>` : nothing}
    </div>`;
  }

  #rest(pending, silenced) {
    return html`${pending ? html`<a href=${state.link('alerts', { tab: 'pending' })}>${pending} pending</a> ` : nothing}${silenced ? html`<a href=${state.link('alerts', { tab: 'silenced' })}>${silenced} silenced</a>` : nothing}`;
  }
}

define('mangru-firing', MangruFiring);
