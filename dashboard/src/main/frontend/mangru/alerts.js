// <mangru-alerts>: what fires and what will, why nobody hears of it, rules, silences, and who was told.

import { html, nothing } from 'lit';
import { byUrgency, isSilenced, matcherText, severityOf, unheard } from './alert-text.js';
import { skeleton, stateWord } from './cluster.js';
import { age } from './cluster-text.js';
import { plural } from './decision-text.js';
import { define } from './element.js';
import { icon } from './icons.js';
import { LoadingElement } from './loading.js';
import './silence-dialog.js';
import { emptyBox, errorBox } from './states.js';
import * as state from './state.js';
import { byAlert, labelsKey, segments, spent } from './strip.js';
import { formatClock, formatDateTime, formatMinutes } from './time.js';
import { formatValue } from './units.js';
import { getJson, sendJson } from './wire.js';

const TABS = [
  ['', 'Firing'],
  ['pending', 'Pending'],
  ['silenced', 'Silenced'],
  ['rules', 'Rules'],
  ['silences', 'Silences'],
  ['notifications', 'Notifications'],
];
const HISTORY = 5000;
const NOTIFICATIONS = 300;

class MangruAlerts extends LoadingElement {
  static properties = { ...LoadingElement.properties, _said: { state: true } };
  static watched = ['from', 'to', 'tab'];

  async fetchData(signal, range) {
    const span = { start: range.fromMs / 1e3, end: range.toMs / 1e3 };
    const tab = state.get('tab');
    const [book, silences, history, rules, told] = await Promise.all([
      getJson('/api/ui/alerts', {}, signal),
      getJson('/api/v2/silences', {}, signal),
      ['rules', 'silences', 'notifications'].includes(tab) ? null : getJson('/api/ui/alerts/history', { ...span, limit: HISTORY }, signal),
      tab === 'rules' ? getJson('/api/v1/rules', {}, signal) : null,
      tab === 'notifications' ? getJson('/api/ui/notifications', { ...span, limit: NOTIFICATIONS }, signal) : null,
    ]);
    return { ...book, silences, history: history && byAlert(history.transitions), groups: rules?.data.groups, told: told?.notifications, range };
  }

  render() {
    const data = this._data;
    if (!data) {
      return html`<div class="card">${this._error ? errorBox(this._error, () => this.load()) : skeleton(8)}</div>`;
    }
    const tab = TABS.some(([key]) => key === state.get('tab')) ? state.get('tab') : '';
    const lists = {
      '': data.alerts.filter((alert) => alert.state === 'firing' && !isSilenced(alert)),
      pending: data.alerts.filter((alert) => alert.state === 'pending' && !isSilenced(alert)),
      silenced: data.alerts.filter(isSilenced),
    };
    const counts = { '': lists[''].length, pending: lists.pending.length, silenced: lists.silenced.length, silences: data.silences.filter((silence) => silence.status.state !== 'expired').length };
    return html`<div class="stack">
      <div class="tabs page-tabs" role="group" aria-label="Show">
        ${TABS.map(([key, name]) => html`<button type="button" aria-pressed=${key === tab ? 'true' : 'false'} @click=${() => state.set({ tab: key })}>${name}${counts[key] === undefined ? nothing : html` <span class="count ${key === '' && counts[key] ? 'count-crit' : ''}">${counts[key]}</span>`}</button>`)}
      </div>
      ${this._said ? html`<p class="strip" role="status">${icon('ok')}<span>${this._said}</span></p>` : nothing}
      ${this._error ? html`<div class="card">${errorBox(this._error, () => this.load())}</div>` : nothing}
      ${data.problems.length ? this.#problems(data.problems, tab === 'rules') : nothing}
      <div class="${this._loading ? 'is-loading' : ''} page-part"><div class="loading-bar" aria-hidden="true"></div>
        ${lists[tab] ? this.#alerts(lists[tab], tab, data) : tab === 'rules' ? this.#rules(data) : tab === 'silences' ? this.#silences(data) : this.#notifications(data)}
      </div>
      <mangru-silence-dialog @made=${(event) => this.#made(event.detail)}></mangru-silence-dialog>
    </div>`;
  }

  #problems(problems, open) {
    return html`<div class="card notice-error rule-problems" role="alert">
      <p class="notice-title">${icon('crit')} ${plural(problems.length, 'rule file problem')}: the last version that loaded goes on running</p>
      ${open || problems.length === 1
        ? html`<ul>${problems.map((problem) => html`<li><code>${problem.file}${problem.line ? `:${problem.line}${problem.column ? `:${problem.column}` : ''}` : ''}</code> ${problem.message}</li>`)}</ul>`
        : html`<button type="button" class="button button-quiet" @click=${() => state.set({ tab: 'rules' })}>Show them</button>`}
    </div>`;
  }

  // ---- alerts

  #alerts(alerts, tab, data) {
    if (alerts.length === 0) {
      const words = { '': 'Nothing fires.', pending: 'Nothing is about to fire.', silenced: 'No alert is silenced.' }[tab];
      return html`<div class="card"><p class="quiet quiet-tall">${icon('ok')} ${words}</p></div>`;
    }
    return html`<ul class="alert-list">${[...alerts].sort(byUrgency).map((alert) => this.#alert(alert, data))}</ul>`;
  }

  #alert(alert, data) {
    const severity = severityOf(alert.labels);
    const since = Date.parse((alert.state === 'firing' && alert.firedAt) || alert.activeAt);
    const reasons = unheard(alert);
    const { alertname, severity: _, ...labels } = alert.labels;
    const { summary, description, message, runbook_url: runbook, ...notes } = alert.annotations;
    const now = Date.now();
    return html`<li class="card alert alert-${alert.state === 'firing' ? severity.tone : 'unknown'}">
      <div class="alert-head">
        ${stateWord(severity)}
        <h2>${alertname}</h2>
        <span class="muted">${alert.state} since <time datetime=${new Date(since).toISOString()} title=${formatDateTime(since, state.zone())}>${formatClock(since, state.zone())}</time>, ${age(new Date(since).toISOString(), now)}</span>
        ${alert.keepFiringSince ? html`<span class="tag" title="Its condition has passed; it is kept firing">kept firing</span>` : nothing}
        <span class="spacer"></span>
        <a class="button" href=${state.link('explore', { q: alert.expression })}>${icon('explore')}Explore</a>
        <button type="button" class="button" aria-label="Silence ${alertname}" @click=${() => this.querySelector('mangru-silence-dialog').open(alert.labels)}>${icon('silence')}Silence</button>
      </div>
      <p class="alert-summary">${summary || message || description || `${alert.rule} of group ${alert.group}`}</p>
      ${summary && description ? html`<p class="muted">${description}</p>` : nothing}
      ${this.#strip(alert, data)}
      <div class="alert-foot">
        <ul class="label-chips">${Object.entries(labels).map(([name, value]) => html`<li class="label-chip">${name}=<b>${value}</b></li>`)}</ul>
        <span>value <b title=${String(alert.value)}>${formatValue(alert.value)}</b></span>
        <span>${alert.receivers.length ? html`told: <b>${alert.receivers.join(', ')}</b>` : alert.state === 'pending' ? 'nobody is told yet' : nothing}</span>
        ${reasons.map((reason) => html`<span class="tag tag-warn">${icon('silence')}nobody is told: ${reason}</span>`)}
        ${/^https?:\/\//.test(runbook ?? '') ? html`<a href=${runbook} rel="noreferrer" target="_blank">Runbook</a>` : nothing}
        ${Object.entries(notes).map(([name, value]) => html`<span class="muted">${name}: ${value}</span>`)}
      </div>
    </li>`;
  }

  #strip(alert, data) {
    const { fromMs, toMs } = data.range;
    const parts = segments(data.history?.get(labelsKey(alert.labels)), fromMs, toMs, alert);
    const length = toMs - fromMs;
    const firing = parts.filter((part) => part.state === 'firing').length;
    const words = `In this range it fired ${firing === 1 ? 'once' : `${firing} times`}, for ${formatValue(spent(parts, 'firing') / 1e3, 'seconds')}`;
    return html`<div class="state-strip" role="img" aria-label=${words} title=${words}>${parts.map(
        (part) => html`<i class="part-${part.state}" style="--at: ${(((part.fromMs - fromMs) / length) * 100).toFixed(3)}%; --long: ${(((part.toMs - part.fromMs) / length) * 100).toFixed(3)}%"></i>`,
      )}</div>
      <p class="strip-ends" aria-hidden="true"><span>${formatMinutes(fromMs, state.zone())}</span><span>${words}</span><span>${formatMinutes(toMs, state.zone())}</span></p>`;
  }

  #made(id) {
    this._said = `Silence ${id.slice(0, 8)} is active: nobody is told of what it matches.`;
    this.load();
  }

  // ---- rules

  #rules({ groups }) {
    if (!groups) {
      return html`<div class="card">${skeleton()}</div>`;
    }
    return groups.length === 0
      ? html`<div class="card">${emptyBox('No rule is loaded.', html`<p class="hint">Put Prometheus rule files where <code>mangru.alerts.rules</code> points, and they are loaded without a restart.</p>`)}</div>`
      : html`<div class="stack">${groups.map((group) => this.#group(group))}</div>`;
  }

  #group(group) {
    const bad = group.rules.filter((rule) => rule.health === 'err').length;
    return html`<div class="card">
      <div class="chart-head"><h2 class="card-title">${group.name}</h2>${stateWord(bad ? { tone: 'crit', word: `${bad} of ${plural(group.rules.length, 'rule')} fail` } : { tone: 'ok', word: plural(group.rules.length, 'rule') })}<span class="chart-meta">${group.file} · every ${formatValue(group.interval, 'seconds')} · last ${clock(group.lastEvaluation)}, took ${formatValue(group.evaluationTime, 'seconds')}</span></div>
      <div class="table-scroll" tabindex="0" role="group" aria-label="Rules of ${group.name}"><table class="rows rule-table">
        <thead><tr><th scope="col">Rule</th><th scope="col">State</th><th scope="col">Expression</th><th scope="col">Last</th><th scope="col" class="number">Took</th></tr></thead>
        <tbody>${group.rules.map(
          (rule) => html`<tr><th scope="row"><span class="row-name">${rule.name}</span><span class="row-sub">${rule.type === 'alerting' ? `alert${rule.duration ? ` after ${formatValue(rule.duration, 'seconds')}` : ''}` : 'recorded'}</span></th>
            <td>${ruleState(rule)}</td>
            <td><a class="mono expr" href=${state.link('explore', { q: rule.query })}>${rule.query}</a>${rule.lastError ? html`<span class="row-sub row-problem">${icon('warn')}${rule.lastError}</span>` : nothing}</td>
            <td>${clock(rule.lastEvaluation)}</td><td class="number">${formatValue(rule.evaluationTime, 'seconds')}</td></tr>`,
        )}</tbody></table></div></div>`;
  }

  // ---- silences

  #silences({ silences }) {
    const rank = { active: 0, pending: 1, expired: 2 };
    const sorted = [...silences].sort((a, b) => rank[a.status.state] - rank[b.status.state] || Date.parse(b.endsAt) - Date.parse(a.endsAt));
    return html`<div class="card">
      <div class="chart-head"><h2 class="card-title">Silences</h2><span class="spacer"></span><button type="button" class="button" @click=${() => this.querySelector('mangru-silence-dialog').open({})}>${icon('plus')}New silence</button></div>
      ${sorted.length === 0
        ? emptyBox('Nothing is silenced, now or lately.')
        : html`<div class="table-scroll" tabindex="0" role="group" aria-label="Silences"><table class="rows">
            <thead><tr><th scope="col">State</th><th scope="col">Matches</th><th scope="col">Until</th><th scope="col">Who and why</th><th scope="col"><span class="visually-hidden">Actions</span></th></tr></thead>
            <tbody>${sorted.map(
              (silence) => html`<tr class=${silence.status.state === 'expired' ? 'is-off' : ''}>
                <td>${stateWord({ tone: silence.status.state === 'active' ? 'warn' : 'unknown', icon: 'silence', word: silence.status.state })}</td>
                <th scope="row"><ul class="label-chips">${silence.matchers.map((matcher) => html`<li class="label-chip">${matcherText(matcher)}</li>`)}</ul></th>
                <td>${formatDateTime(Date.parse(silence.endsAt), state.zone())}<span class="row-sub">from ${formatDateTime(Date.parse(silence.startsAt), state.zone())}</span></td>
                <td>${silence.createdBy}<span class="row-sub">${silence.comment}</span></td>
                <td class="number">${silence.status.state === 'expired' ? nothing : html`<button type="button" class="button" aria-label="Expire the silence of ${silence.matchers.map(matcherText).join(', ')}" @click=${() => this.#expire(silence)}>Expire</button>`}</td></tr>`,
            )}</tbody></table></div>`}
    </div>`;
  }

  async #expire(silence) {
    try {
      await sendJson('DELETE', `/api/v2/silence/${encodeURIComponent(silence.id)}`);
      this._said = `Silence ${silence.id.slice(0, 8)} has ended: people are told again.`;
    } catch (error) {
      this._said = '';
      this._error = error;
      return;
    }
    await this.load();
  }

  // ---- notifications

  #notifications({ told, receivers }) {
    if (!told) {
      return html`<div class="card">${skeleton()}</div>`;
    }
    const look = { DELIVERED: { tone: 'ok', word: 'delivered' }, PENDING: { tone: 'warn', icon: 'clock', word: 'not yet delivered' }, FAILED: { tone: 'crit', word: 'given up' } };
    return html`<div class="card">
      <div class="chart-head"><h2 class="card-title">Notifications</h2><span class="chart-meta">receivers: ${receivers.join(', ') || 'none'}</span></div>
      ${told.length === 0
        ? emptyBox('Nobody was told anything in this range.', receivers.length ? nothing : html`<p class="hint">No receiver is configured: name one in the Alertmanager configuration, so that alerts reach people.</p>`)
        : html`<div class="table-scroll" tabindex="0" role="group" aria-label="Notifications"><table class="rows">
            <thead><tr><th scope="col">When</th><th scope="col">Result</th><th scope="col">Receiver</th><th scope="col">What</th><th scope="col" class="number">Attempts</th><th scope="col">Answer</th></tr></thead>
            <tbody>${told.map(
              (each) => html`<tr>
                <td><time datetime=${each.intendedAt}>${formatDateTime(Date.parse(each.intendedAt), state.zone())}</time></td>
                <td>${stateWord(look[each.state] ?? { tone: 'unknown', word: each.state })}${each.finishedAt ? html`<span class="row-sub">at ${clock(each.finishedAt)}</span>` : each.nextAttempt ? html`<span class="row-sub">next try ${clock(each.nextAttempt)}</span>` : nothing}</td>
                <th scope="row">${each.receiver}</th>
                <td>${names(each.firing, 'firing')}${names(each.resolved, 'resolved')}<span class="row-sub">${Object.entries(each.groupLabels).map(([name, value]) => `${name}=${value}`).join(', ')}</span></td>
                <td class="number">${each.attempts}</td><td class="answer">${each.detail || html`<span class="muted">–</span>`}</td></tr>`,
            )}</tbody></table></div>`}
    </div>`;
  }
}

function ruleState(rule) {
  if (rule.health === 'err') {
    return stateWord({ tone: 'crit', word: 'fails' });
  }
  if (rule.health === 'unknown') {
    return stateWord({ tone: 'unknown', word: 'not evaluated yet' });
  }
  return rule.state === 'firing' ? stateWord({ tone: 'crit', icon: 'bell', word: 'firing' }) : rule.state === 'pending' ? stateWord({ tone: 'warn', icon: 'clock', word: 'pending' }) : stateWord({ tone: 'ok', word: 'ok' });
}

function names(alerts, word) {
  return alerts.length
    ? html`<span class="told-line"><b>${alerts.length} ${word}:</b> ${[...new Set(alerts.map((labels) => labels.alertname))].join(', ')}</span>`
    : nothing;
}

function clock(text) {
  return !text || text.startsWith('0001-') ? 'never' : formatClock(Date.parse(text), state.zone());
}

define('mangru-alerts', MangruAlerts);
