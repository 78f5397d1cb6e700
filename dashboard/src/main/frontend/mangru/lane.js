// Events on one line: which of them share a mark, and how they are told. Pure.

/** Pixels between two marks; a mark is 26 wide, so that a finger hits it. */
export const MARK_PX = 30;

const RANK = { failed: 5, firing: 4, down: 3, up: 2, pending: 1, resolved: 0, inactive: 0 };

/**
 * Marks for `changes` (`{time, kind, state, …}`, RFC 3339) on a line of `widthPx` from `fromMs` to `toMs`, left to
 * right: `{at: 0..1, fromMs, toMs, changes}`. Neighbours closer than `gapPx` become one mark. What lies outside the
 * range or has no time is left out.
 */
export function cluster(changes, fromMs, toMs, widthPx, gapPx = MARK_PX) {
  const length = toMs - fromMs;
  if (!(length > 0) || !(widthPx > 0)) {
    return [];
  }
  const timed = changes
    .map((change) => ({ change, ms: Date.parse(change.time) }))
    .filter(({ ms }) => ms >= fromMs && ms <= toMs)
    .sort((a, b) => a.ms - b.ms);
  const marks = [];
  for (const { change, ms } of timed) {
    const x = ((ms - fromMs) / length) * widthPx;
    const last = marks.at(-1);
    if (last && x - last.x < gapPx) {
      last.changes.push(change);
      last.toMs = ms;
    } else {
      marks.push({ x, fromMs: ms, toMs: ms, changes: [change] });
    }
  }
  return marks.map((mark) => ({ at: mark.x / widthPx, fromMs: mark.fromMs, toMs: mark.toMs, changes: mark.changes }));
}

/** The change of a mark that matters most: what failed or fires before what scaled, the newest of equals. */
export function foremost(changes) {
  return changes.reduce((best, change) => ((RANK[change.state] ?? 0) >= (RANK[best.state] ?? 0) ? change : best), changes[0]);
}

/** `3 changes: 2 scaled, 1 alert`. */
export function count(changes) {
  if (changes.length === 1) {
    return changes[0].title;
  }
  const names = { scale: ['workload scaled', 'workloads scaled'], nodes: ['node change', 'node changes'], alert: ['alert', 'alerts'] };
  const parts = Object.entries(names)
    .map(([kind, words]) => [changes.filter((change) => change.kind === kind).length, words])
    .filter(([number]) => number)
    .map(([number, [one, many]]) => `${number} ${number === 1 ? one : many}`);
  return `${changes.length} changes: ${parts.join(', ')}`;
}

/** The icon and the colour of a change. */
export function look(change) {
  if (change.kind === 'alert') {
    return change.state === 'firing'
      ? { icon: 'bell', tone: 'crit', word: 'alert fires' }
      : { icon: 'ok', tone: 'ok', word: 'alert ends' };
  }
  if (change.state === 'failed') {
    return { icon: 'crit', tone: 'crit', word: change.kind === 'nodes' ? 'node change failed' : 'scaling failed' };
  }
  const up = change.state === 'up';
  return change.kind === 'nodes'
    ? { icon: up ? 'nodeplus' : 'nodeminus', tone: 'info', word: up ? 'nodes added' : 'nodes removed' }
    : { icon: up ? 'up' : 'fall', tone: 'info', word: up ? 'scaled up' : 'scaled down' };
}
