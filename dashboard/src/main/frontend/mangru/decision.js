// <mangru-decision>: one decision, step by step, for someone who asks why.

import { html, nothing } from 'lit';
import { stateWord } from './cluster.js';
import { amount, chain, durationMs, groupName, groupsOf, metricInputs, move, nodeName, nodesOf, outcomeOf, plural, refusalsOf, short, things, whyNot, winner } from './decision-text.js';
import { MangruElement, define } from './element.js';
import { icon } from './icons.js';
import { copyText } from './states.js';
import * as state from './state.js';
import { formatClock, formatDateTime } from './time.js';
import { formatValue, significant } from './units.js';

const NAMES_SHOWN = 12;

class MangruDecision extends MangruElement {
  static properties = { entry: { attribute: false } };

  render() {
    const { number, decision } = this.entry;
    const nodes = decision.kind === 'NODES';
    const answers = whyNot(decision);
    return html`<article class="card decision" aria-label="Decision ${number}">
      <header class="decision-head">
        <div class="decision-title">
          ${stateWord(outcomeOf(decision))}
          <h2><span class="decision-move">${move(decision)}</span> ${things(decision, decision.desired)} <span class="muted">${decision.target}${decision.namespace ? ` in ${decision.namespace}` : ''}</span></h2>
        </div>
        <p class="decision-summary">${short(decision.summary)}</p>
        <p class="chart-meta">Decision ${number} · <time datetime=${decision.time}>${formatDateTime(Date.parse(decision.time), state.zone())}</time> · ${decision.reason} · took ${formatValue(durationMs(decision.took) / 1e3, 'seconds')}
          <button type="button" class="button button-quiet" @click=${(event) => copyText(JSON.stringify(this.entry, null, 2), event.currentTarget)}>${icon('copy')}Copy record</button></p>
      </header>
      ${answers.length
        ? html`<section class="decision-why" aria-label="Why not more, why not fewer"><h3>Why not more, why not fewer?</h3><ul>${answers.map((answer) => html`<li>${short(answer)}</li>`)}</ul></section>`
        : nothing}
      ${!nodes && (decision.clamps.length || winner(decision)) ? this.#chain(decision) : nothing}
      <ol class="steps">
        ${nodes ? this.#nodeSteps(decision) : this.#metricSteps(decision)}
        ${this.#clamps(decision)} ${this.#calls(decision)}
      </ol>
    </article>`;
  }

  #chain(decision) {
    return html`<ol class="chain" aria-label="The number, step by step">
      ${chain(decision).map(
        (step) => html`<li class="chain-${step.kind} ${step.before !== undefined && step.before !== step.number ? 'is-cut' : ''}" title=${step.reason}><b>${step.number}</b><span>${step.label}</span></li>`,
      )}
    </ol>`;
  }

  #metricSteps(decision) {
    const scale = decision.inputs.find((input) => input.name === 'scale');
    const metrics = metricInputs(decision).filter((input) => input !== scale);
    return html`${scale
        ? step('What runs', html`<p>${scale.problem ?? html`${decision.target} asks for <b>${amount(scale.value, 'replicas')}</b>; it may have ${scale.facts.minReplicas ?? '?'} to ${scale.facts.maxReplicas ?? '?'}.`}</p>`)
        : nothing}
      ${step(
        'What was measured',
        metrics.length
          ? html`<div class="table-scroll" tabindex="0" role="group" aria-label="Metrics"><table>
              <thead><tr><th scope="col">Metric</th><th scope="col" class="number">Value</th><th scope="col" class="number">Target</th><th scope="col" class="number">Ratio</th><th scope="col" class="number">Asks for</th><th scope="col">Measured</th></tr></thead>
              <tbody>${metrics.map((input) => this.#metric(input, decision))}</tbody></table></div>
              ${metrics.map((input) => (names(input).length ? html`<h4>Pods behind ${short(input.name)}</h4>${members(input)}` : nothing))}`
          : html`<p class="muted">No metric was looked at.</p>`,
      )}`;
  }

  #metric(input, decision) {
    const measured = input.measuredAt ? Date.parse(input.measuredAt) : NaN;
    const old = (Date.parse(decision.time) - measured) / 1e3;
    return html`<tr class=${input.chosen ? 'is-chosen' : ''}>
      <th scope="row">${input.chosen ? html`<span class="tag tag-accent">followed</span> ` : nothing}${short(input.name)}${input.problem ? html`<span class="row-sub row-problem">${icon('warn')}${input.problem}</span>` : input.reason ? html`<span class="row-sub">${short(input.reason)}</span>` : nothing}</th>
      <td class="number">${amount(input.value, input.unit)}</td><td class="number">${amount(input.target, input.unit)}</td>
      <td class="number">${input.ratio === null || input.ratio === undefined ? '–' : significant(input.ratio)}</td><td class="number"><b>${input.proposal ?? '–'}</b></td>
      <td>${Number.isNaN(measured) ? html`<span class="muted">–</span>` : html`${formatClock(measured, state.zone())} <span class="row-sub-inline">${old >= 1 ? `${Math.round(old)} s before` : ''}</span>`}</td>
    </tr>`;
  }

  #nodeSteps(decision) {
    const pending = decision.inputs.find((input) => input.name === 'pending pods');
    const groups = groupsOf(decision);
    const nodes = nodesOf(decision);
    const refusals = refusalsOf(decision);
    const known = new Set([pending, refusals, ...groups, ...nodes]);
    const rest = decision.inputs.filter((input) => !known.has(input));
    return html`${pending ? step('Pods that wait', html`<p><b>${plural(pending.value ?? 0, 'pod')}</b> ${pending.value === 1 ? 'waits' : 'wait'}: ${pending.reason}.</p>${members(pending)}`) : nothing}
      ${groups.length ? step('Node groups considered', this.#groups(groups)) : nothing}
      ${refusals ? step('Pods that no group can help', members(refusals, true)) : nothing}
      ${nodes.length ? step('Nodes looked at', this.#nodes(nodes)) : nothing}
      ${rest.map((input) => step(input.name, html`<p>${input.problem ? html`<span class="row-problem">${icon('warn')}${input.problem}</span> ` : nothing}${input.value !== null && input.value !== undefined ? html`<b>${amount(input.value, input.unit)}</b> ` : nothing}${input.target !== null && input.target !== undefined ? `allowed ${amount(input.target, input.unit)} ` : ''}${input.reason}</p>${members(input, true)}`))}`;
  }

  #groups(groups) {
    return html`<div class="table-scroll" tabindex="0" role="group" aria-label="Node groups"><table>
      <thead><tr><th scope="col">Group</th><th scope="col" class="number">Nodes</th><th scope="col" class="number">Would add</th><th scope="col" class="number">Pods it takes</th><th scope="col" class="number">Left unused</th><th scope="col">Verdict</th></tr></thead>
      <tbody>${groups.map(
        (input) => html`<tr class=${input.chosen ? 'is-chosen' : ''}>
          <th scope="row">${groupName(input)}</th>
          <td class="number">${input.facts.targetSize ?? '–'} <span class="row-sub-inline">of ${input.facts.minSize ?? '?'}–${input.facts.maxSize ?? '?'}${Number(input.facts.upcoming) > 0 ? `, ${input.facts.upcoming} coming` : ''}</span></td>
          <td class="number">${input.facts.newNodes ?? '–'}${input.facts.limited === 'true' ? html` <span class="tag tag-warn">cut short</span>` : nothing}</td><td class="number">${input.facts.podsPlaced ?? '–'}</td>
          <td class="number">${unused(input)}</td>
          <td>${input.chosen ? html`<span class="tag tag-accent">chosen</span>` : html`${stateWord({ tone: 'unknown', word: 'refused' })} ${input.reason}`}</td>
        </tr>`,
      )}</tbody>
    </table></div>`;
  }

  #nodes(nodes) {
    return html`<div class="table-scroll data-table" tabindex="0" role="group" aria-label="Nodes"><table>
      <thead><tr><th scope="col">Node</th><th scope="col">Group</th><th scope="col" class="number">Requested</th><th scope="col" class="number">Removed below</th><th scope="col">Unneeded since</th><th scope="col">Verdict</th></tr></thead>
      <tbody>${nodes.map(
        (input) => html`<tr class=${input.chosen ? 'is-chosen' : ''}><th scope="row" class="mono"><a href=${state.link('nodes', { n: nodeName(input) })}>${nodeName(input)}</a></th><td>${input.facts.group ?? ''}</td>
          <td class="number">${amount(input.value, input.unit)}</td><td class="number">${amount(input.target, input.unit)}</td>
          <td>${input.facts.unneededSince ? formatClock(Date.parse(input.facts.unneededSince), state.zone()) : html`<span class="muted">–</span>`}</td><td>${input.reason}</td></tr>`,
      )}</tbody>
    </table></div>`;
  }

  #clamps(decision) {
    return step(
      'What held it',
      decision.clamps.length
        ? html`<ol class="clamps">${decision.clamps.map((clamp) => html`<li class=${clamp.before === clamp.after ? 'is-same' : ''}><b>${clamp.before} → ${clamp.after}</b><span>${clamp.rule}<span class="row-sub">${short(clamp.reason)}</span></span></li>`)}</ol>`
        : html`<p class="muted">Nothing.</p>`,
    );
  }

  #calls(decision) {
    return step(
      'What was done',
      html`${decision.calls.length
          ? html`<ul class="calls">${decision.calls.map((call) => html`<li>${stateWord({ tone: call.done ? 'ok' : 'crit', word: call.done ? 'done' : 'not done' })}<code>${call.call}</code><span class="muted">${call.answer}</span></li>`)}</ul>`
          : html`<p class="muted">Nothing was asked of the cluster.</p>`}
        <p class="decision-end">${short(decision.summary)}</p>`,
    );
  }
}

/** What the new nodes would leave unused, of CPU and of memory; the least together wins. */
function unused(input) {
  const { unusedCpuShare: cpu, unusedMemoryShare: memory } = input.facts;
  return cpu === undefined || memory === undefined ? amount(input.value, input.unit) : html`${formatValue(Number(cpu), 'ratio')}<span class="row-sub-inline"> CPU, </span>${formatValue(Number(memory), 'ratio')}<span class="row-sub-inline"> memory</span>`;
}

function step(title, body) {
  return html`<li><h3>${title}</h3><div class="step-body">${body}</div></li>`;
}

function names(input) {
  return Object.entries(input.members ?? {}).filter(([, pods]) => pods.length);
}

/** Names by group; the groups that are empty are left out. */
function members(input, open = false) {
  const groups = names(input);
  return groups.length
    ? html`<dl class="members">${groups.map(
        ([group, pods]) => html`<div><dt>${group} <span class="muted">${pods.length}</span></dt><dd>${pods.length > NAMES_SHOWN ? html`<details ?open=${open && pods.length <= 2 * NAMES_SHOWN}><summary>${pods.slice(0, 3).join(', ')} …</summary>${pods.join(', ')}</details>` : pods.join(', ')}</dd></div>`,
      )}</dl>`
    : nothing;
}

define('mangru-decision', MangruDecision);
