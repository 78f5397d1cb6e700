// Workloads, pods and nodes in words. Pure.

export function workloadKey(workload) {
  return `${workload.namespace}/${workload.kind}/${workload.name}`;
}

/** `{tone, word}` of a workload. */
export function workloadStatus(workload) {
  if (workload.wanted === 0) {
    return { tone: 'unknown', word: 'scaled to 0' };
  }
  if (workload.ready === 0) {
    return { tone: 'crit', word: 'down' };
  }
  if (workload.ready < workload.wanted) {
    return { tone: 'warn', word: 'short' };
  }
  if (workload.problems.length) {
    return { tone: 'warn', word: 'problems' };
  }
  return workload.updated < workload.wanted ? { tone: 'unknown', word: 'rolling' } : { tone: 'ok', word: 'ok' };
}

export function nodeStatus(node) {
  if (!node.ready) {
    return { tone: 'crit', word: 'not ready' };
  }
  if (node.taints.some((taint) => /ToBeDeleted/.test(taint))) {
    return { tone: 'warn', word: 'draining' };
  }
  if (!node.schedulable) {
    return { tone: 'warn', word: 'cordoned' };
  }
  if (node.conditions.length) {
    return { tone: 'warn', word: node.conditions[0].type };
  }
  return { tone: 'ok', word: 'ready' };
}

export function podStatus(pod) {
  if (pod.phase === 'Running' && pod.ready) {
    return { tone: 'ok', word: 'ready' };
  }
  if (pod.phase === 'Succeeded') {
    return { tone: 'unknown', word: 'done' };
  }
  if (pod.phase === 'Pending') {
    return { tone: 'warn', word: 'pending' };
  }
  return pod.phase === 'Running' ? { tone: 'warn', word: 'not ready' } : { tone: 'crit', word: pod.phase.toLowerCase() };
}

/** Lowest is what to look at first. */
export function badness(tone) {
  return { crit: 0, warn: 1, unknown: 2, ok: 3 }[tone] ?? 2;
}

/** Every word of `text` somewhere in the namespace, kind, name, status or problems. */
export function workloadMatches(workload, text) {
  const hay = [workload.namespace, workload.kind, workload.name, workloadStatus(workload).word, ...workload.problems].join(' ').toLowerCase();
  return text.toLowerCase().split(/\s+/).filter(Boolean).every((word) => hay.includes(word));
}

/** Pods that `workload` keeps running. */
export function podsOf(pods, workload) {
  const owner = `${workload.kind}/${workload.name}`;
  return pods.filter((pod) => pod.namespace === workload.namespace && pod.workload === owner);
}

/** All pods by the key of their workload; a page that shows many workloads walks over the pods once. */
export function podsByWorkload(pods) {
  const found = new Map();
  for (const pod of pods) {
    const key = `${pod.namespace}/${pod.workload}`;
    if (found.has(key)) {
      found.get(key).push(pod);
    } else {
      found.set(key, [pod]);
    }
  }
  return found;
}

/** A PromQL regular expression, as a string literal's inside, for the pods a workload makes. */
export function podPattern(workload) {
  const name = workload.name.replace(/[.+*?^${}()|[\]\\]/g, (sign) => `\\\\${sign}`);
  switch (workload.kind) {
    case 'Deployment':
      return `${name}-[a-z0-9]+-[a-z0-9]+`;
    case 'StatefulSet':
      return `${name}-[0-9]+`;
    default:
      return `${name}-[a-z0-9]+`;
  }
}

/** How long ago, in the two largest units: `3m20s`. */
export function age(created, nowMs) {
  const seconds = Math.max(0, Math.floor((nowMs - Date.parse(created)) / 1000));
  if (seconds < 120) {
    return `${seconds}s`;
  }
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) {
    return minutes < 10 ? `${minutes}m${seconds % 60 ? `${seconds % 60}s` : ''}` : `${minutes}m`;
  }
  const hours = Math.floor(minutes / 60);
  if (hours < 48) {
    return minutes % 60 ? `${hours}h${minutes % 60}m` : `${hours}h`;
  }
  return `${Math.floor(hours / 24)}d`;
}

/** What share of a node something takes; NaN where the node has none. */
export function share(part, whole) {
  return whole > 0 ? part / whole : NaN;
}

/** Nodes by group, groups by name; nodes without a group come last. */
export function nodeGroups(nodes) {
  const groups = new Map();
  for (const node of [...nodes].sort((a, b) => a.name.localeCompare(b.name))) {
    groups.set(node.group, [...(groups.get(node.group) ?? []), node]);
  }
  return [...groups].sort(([a], [b]) => (a === '') - (b === '') || a.localeCompare(b));
}
