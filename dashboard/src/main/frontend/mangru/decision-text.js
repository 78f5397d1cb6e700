// A decision in words that a tired person understands: what moved the number, what held it, why not more. Pure.

import { formatValue, significant } from './units.js';

const OUTCOMES = {
  SCALED: { word: 'scaled', icon: 'ok', tone: 'ok' },
  HELD: { word: 'held', icon: 'pause', tone: 'unknown' },
  CANNOT_TELL: { word: 'cannot tell', icon: 'warn', tone: 'warn' },
  FAILED: { word: 'failed', icon: 'crit', tone: 'crit' },
  OBSERVED: { word: 'only watched', icon: 'unknown', tone: 'unknown' },
};

export function outcomeOf(decision) {
  if (decision.reason === 'DrainStarted') {
    return { word: 'draining', icon: 'clock', tone: 'warn' };
  }
  return OUTCOMES[decision.outcome] ?? { word: String(decision.outcome).toLowerCase(), icon: 'unknown', tone: 'unknown' };
}

/** Whether the number was changed or should have been; as the server's `changes=true` sees it. */
export function isChange(decision) {
  return decision.current !== decision.desired && decision.outcome !== 'HELD' && decision.outcome !== 'CANNOT_TELL';
}

/** `4 → 7`, or `4` while nothing moves. */
export function move(decision) {
  return decision.current === decision.desired ? String(decision.current) : `${decision.current} → ${decision.desired}`;
}

/** What scales, and in what. */
export function things(decision, number = 2) {
  const one = decision.kind === 'NODES' ? 'node' : 'replica';
  return number === 1 ? one : one + 's';
}

/** The key of the autoscaler that decided, as the address carries it. */
export function scalerOf(decision) {
  return decision.kind === 'NODES' ? `nodes/${decision.name}` : `workload/${decision.namespace}/${decision.name}`;
}

const UNITS = { cores: 'cores', bytes: 'bytes', seconds: 'seconds' };

/** A number of an input with its unit: `142 %`, `1.2 GiB`, `7 pods`. */
export function amount(told, unit) {
  const value = told === null || told === undefined ? NaN : Number(told); // the server spells NaN as text
  if (Number.isNaN(value)) {
    return '–';
  }
  if (unit === 'percent') {
    return significant(value) + ' %';
  }
  if (/share/.test(unit ?? '')) {
    return formatValue(value, 'ratio');
  }
  if (UNITS[unit]) {
    return formatValue(value, UNITS[unit]);
  }
  return unit ? `${significant(value)} ${unit}` : formatValue(value);
}

/** `PT1M2.5S` in milliseconds; NaN for what is no duration. */
export function durationMs(text) {
  const parts = /^(-)?P(?:(\d+)D)?(?:T(?:(-?\d+)H)?(?:(-?\d+)M)?(?:(-?\d+(?:\.\d+)?)S)?)?$/.exec(text ?? '');
  if (!parts) {
    return NaN;
  }
  const [, sign, days = 0, hours = 0, minutes = 0, seconds = 0] = parts;
  const ms = Number(days) * 86400e3 + Number(hours) * 3600e3 + Number(minutes) * 60e3 + Number(seconds) * 1e3;
  return sign ? -ms : ms;
}

/** The inputs that ask for a number of replicas or could not. */
export function metricInputs(decision) {
  return decision.inputs.filter((input) => input.proposal !== null || (input.problem !== null && input.problem !== undefined));
}

/** The input that the decision follows. */
export function winner(decision) {
  return decision.inputs.find((input) => input.chosen && input.proposal !== null) ?? null;
}

/**
 * The number's way from the first proposal to the last word: `[{label, number, reason, kind}]`, with kind `now`, `asked`,
 * `clamp` or `end`.
 */
export function chain(decision) {
  const steps = [{ kind: 'now', label: 'now', number: decision.current, reason: '' }];
  const chosen = winner(decision);
  if (chosen && decision.kind === 'WORKLOAD') {
    const first = decision.clamps[0];
    // Tolerance is part of a metric's own arithmetic: what went into it is what the metric asked for.
    const asked = first && first.after === chosen.proposal ? first.before : chosen.proposal;
    steps.push({ kind: 'asked', label: short(chosen.name), number: asked, reason: chosen.reason });
  }
  for (const clamp of decision.clamps) {
    steps.push({ kind: 'clamp', label: clamp.rule, number: clamp.after, before: clamp.before, reason: clamp.reason });
  }
  const end = decision.outcome === 'HELD' || decision.outcome === 'CANNOT_TELL' ? decision.current : decision.desired;
  steps.push({ kind: 'end', label: outcomeOf(decision).word, number: end, reason: '' });
  return steps;
}

/**
 * Words of a record for people: `cpu resource utilization (percentage of request)` is `cpu utilization`, and
 * 2.0333333 is 2.03. The record itself keeps every digit.
 */
export function short(text) {
  return text
    .replaceAll(' resource utilization (percentage of request)', ' utilization')
    .replaceAll(' resource metric', '')
    .replace(/(?<![:\d.])\d+\.\d{4,}(?![\d:.])/g, (digits) => significant(Number(digits)));
}

/** One sentence for one input that compares something. */
export function inputSentence(input, noun = 'replicas') {
  if (input.problem) {
    return `${short(input.name)}: no value. ${input.problem}`;
  }
  const parts = [`${short(input.name)} is ${amount(input.value, input.unit)}`];
  if (input.target !== null && input.target !== undefined) {
    parts.push(`target ${amount(input.target, input.unit)}`);
  }
  if (input.ratio !== null && input.ratio !== undefined) {
    parts.push(`${significant(input.ratio)} times the target`);
  }
  if (input.proposal !== null && input.proposal !== undefined) {
    parts.push(`asks for ${input.proposal} ${input.proposal === 1 ? noun.replace(/s$/, '') : noun}`);
  }
  return parts.join(', ');
}

/** Answers to “why not more?” and “why not fewer?”, strongest first. */
export function whyNot(decision) {
  return decision.kind === 'NODES' ? whyNotNodes(decision) : whyNotReplicas(decision);
}

function whyNotReplicas(decision) {
  const answers = [];
  const problems = decision.inputs.filter((input) => input.problem);
  if (decision.outcome === 'FAILED') {
    const refused = decision.calls.filter((call) => !call.done).at(-1);
    answers.push(`${decision.desired} were wanted, and the cluster did not take it${refused ? `: ${refused.call} answered “${refused.answer}”` : ''}.`);
  }
  if (decision.outcome === 'CANNOT_TELL') {
    answers.push(`No number can be told, so ${plural(decision.current, 'replica')} stay${decision.current === 1 ? 's' : ''}: ${problems[0]?.problem ?? short(decision.summary)}`);
    return answers;
  }
  if (decision.outcome === 'OBSERVED') {
    answers.push('Mangru only watches here and changes nothing.');
  }
  for (const clamp of [...decision.clamps].reverse()) {
    if (clamp.after < clamp.before) {
      answers.push(`Not more, because ${clamp.rule} brought ${clamp.before} down to ${clamp.after}: ${clamp.reason}.${/max/i.test(clamp.rule) ? ' Raise maxReplicas to let it go on.' : ''}`);
    } else if (clamp.after > clamp.before) {
      answers.push(`Not fewer, because ${clamp.rule} kept ${clamp.before} up at ${clamp.after}: ${clamp.reason}.`);
    }
  }
  const chosen = winner(decision);
  if (chosen && answers.length === 0) {
    answers.push(
      chosen.proposal === decision.current
        ? `${inputSentence(chosen)}: that is what runs already${chosen.reason ? ` (${chosen.reason})` : ''}.`
        : `${inputSentence(chosen)}, and nothing held it.`,
    );
  }
  for (const input of decision.inputs) {
    if (input !== chosen && chosen && input.proposal !== null && input.proposal < chosen.proposal) {
      answers.push(`${short(input.name)} asks for ${input.proposal}; the largest number wins.`);
    }
  }
  for (const input of problems) {
    answers.push(`${short(input.name)} could not ask for anything: ${input.problem}`);
  }
  for (const [group, words] of [['unready', 'not ready'], ['missing', 'without a sample']]) {
    const names = chosen?.members?.[group] ?? [];
    if (names.length) {
      answers.push(`${plural(names.length, 'pod')} ${words}: counted with care, so that a start does not look like load.`);
    }
  }
  return answers;
}

function whyNotNodes(decision) {
  const answers = [];
  if (decision.outcome === 'FAILED') {
    const refused = decision.calls.filter((call) => !call.done).at(-1);
    answers.push(`It was tried and not done${refused ? `: ${refused.call} answered “${refused.answer}”` : ''}.`);
  }
  for (const clamp of decision.clamps) {
    if (clamp.after < clamp.before) {
      answers.push(`Not more, because ${clamp.rule} brought ${clamp.before} down to ${clamp.after}: ${clamp.reason}.`);
    }
  }
  for (const input of groupsOf(decision)) {
    if (!input.chosen) {
      answers.push(`${groupName(input)} was not used: ${input.reason}.`);
    }
  }
  const refused = refusalsOf(decision);
  for (const [reason, pods] of Object.entries(refused?.members ?? {})) {
    answers.push(`${plural(pods.length, 'pod')} cannot be helped by any group: ${reason}.`);
  }
  return answers.length || decision.inputs.length === 0 ? answers : ['Nothing more was needed.'];
}

/** Node groups that were considered. */
export function groupsOf(decision) {
  return decision.inputs.filter((input) => input.name.startsWith('node group '));
}

export function groupName(input) {
  return input.name.replace(/^node group /, '');
}

/** Nodes that were looked at for removal. */
export function nodesOf(decision) {
  return decision.inputs.filter((input) => /^node (?!group )/.test(input.name));
}

export function nodeName(input) {
  return input.name.replace(/^node /, '');
}

export function refusalsOf(decision) {
  return decision.inputs.find((input) => input.name === 'pods that no group can help') ?? null;
}

/** What the newest decision that knows of `node` says of it: `{number, decision, reason}`, or null. */
export function aboutNode(entries, node) {
  for (const { number, decision } of entries) {
    const own = decision.inputs.find((input) => input.name === `node ${node}`);
    if (own) {
      return { number, decision, reason: own.reason };
    }
    const all = decision.inputs.find((input) => input.name === 'nodes');
    for (const [reason, names] of Object.entries(all?.members ?? {})) {
      if (names.includes(node)) {
        return { number, decision, reason };
      }
    }
  }
  return null;
}

export function plural(number, noun) {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
