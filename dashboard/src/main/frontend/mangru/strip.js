// An alert's states over a range, from its changes. Pure.

/** One key for one set of labels, in any order. */
export function labelsKey(labels) {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

/** Changes (`{at, labels, from, to}`) by the labels of their alert, oldest first. */
export function byAlert(transitions) {
  const found = new Map();
  for (const change of transitions) {
    const key = labelsKey(change.labels);
    if (!found.has(key)) {
      found.set(key, []);
    }
    found.get(key).push({ ...change, ms: Date.parse(change.at) });
  }
  for (const list of found.values()) {
    list.sort((a, b) => a.ms - b.ms);
  }
  return found;
}

/**
 * `[{state, fromMs, toMs}]` without holes. Before the first change an alert was in that change's `from`, and without
 * any change it is what it is now since `activeAt`.
 */
export function segments(changes, fromMs, toMs, now) {
  const out = [];
  const add = (state, start, end) => {
    const [from, to] = [Math.max(start, fromMs), Math.min(end, toMs)];
    if (to <= from) {
      return;
    }
    const last = out.at(-1);
    if (last?.state === state) {
      last.toMs = to;
    } else {
      out.push({ state, fromMs: from, toMs: to });
    }
  };
  if (!changes?.length) {
    const active = now?.activeAt ? Date.parse(now.activeAt) : NaN;
    const fired = now?.firedAt ? Date.parse(now.firedAt) : NaN;
    if (Number.isNaN(active)) {
      add('inactive', fromMs, toMs);
      return out;
    }
    add('inactive', fromMs, active);
    if (now.state === 'firing' && fired > active) {
      add('pending', active, fired);
      add('firing', fired, toMs);
    } else {
      add(now.state, active, toMs);
    }
    return out;
  }
  let state = calm(changes[0].from);
  let since = fromMs;
  for (const change of changes) {
    add(state, since, change.ms);
    state = calm(change.to);
    since = Math.max(fromMs, change.ms);
  }
  add(state, since, toMs);
  return out;
}

/** What was resolved is over. */
function calm(state) {
  return state === 'resolved' ? 'inactive' : state;
}

/** Milliseconds in `state`. */
export function spent(parts, state) {
  return parts.filter((part) => part.state === state).reduce((sum, part) => sum + part.toMs - part.fromMs, 0);
}
