// What the cluster looks like now: fetched once per tick for everyone on the page who asks.

import { html, nothing } from 'lit';
import { Latest } from './element.js';
import { icon } from './icons.js';
import * as state from './state.js';
import { emptyBox, errorBox } from './states.js';
import { formatClock } from './time.js';
import { getJson, isAbort } from './wire.js';

const listeners = new Set();
const latest = new Latest();
let last = { cluster: null, error: null };
let stopTicks = null;

export async function loadCluster() {
  const signal = latest.begin();
  try {
    last = { cluster: await getJson('/api/ui/cluster', {}, signal), error: null };
    state.reportData();
  } catch (error) {
    if (isAbort(error)) {
      return;
    }
    last = { cluster: last.cluster, error };
    state.reportFailure(error);
  }
  listeners.forEach((listener) => listener(last));
}

/** Calls `listener({cluster, error})` now, if anything is known, and at each news; returns how to stop. */
export function onCluster(listener) {
  listeners.add(listener);
  if (listeners.size === 1) {
    stopTicks = state.onTick(loadCluster);
    loadCluster();
  } else if (last.cluster || last.error) {
    queueMicrotask(() => listeners.has(listener) && listener(last));
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      stopTicks?.();
      latest.cancel();
    }
  };
}

/** A selector's part that keeps other clusters out, with a comma in front; empty for a cluster without a label. */
export function clusterScope(cluster) {
  return cluster?.playground ? ',cluster="playground"' : '';
}

/** What stands above everything that shows the cluster: that it is the playground, that it is out of date, that it failed. */
export function clusterNotices({ cluster, error }) {
  return html`${error ? html`<div class="card">${errorBox(error, loadCluster)}</div>` : nothing}
    ${cluster?.playground
      ? html`<p class="strip playground-strip">${icon('workloads')}<span>Playground cluster, simulated inside Mangru.${cluster.kubeconfig ? html` Reach it with <code>kubectl --kubeconfig ${cluster.kubeconfig}</code>` : ' How to reach it with kubectl is printed where Mangru was started.'}</span></p>`
      : nothing}
    ${cluster?.problem && !isEmptyCluster(cluster) ? html`<p class="strip strip-warn" role="status">${icon('warn')}<span>${cluster.problem} Showing what was seen at ${formatClock(Date.parse(cluster.asOf), state.zone())}.</span></p>` : nothing}`;
}

export function isEmptyCluster(cluster) {
  return cluster.workloads.length === 0 && cluster.nodes.length === 0 && cluster.pods.length === 0;
}

/** What to say and do without a cluster. */
export function noCluster(cluster) {
  return html`<div class="card">${emptyBox(
    cluster.problem || 'No cluster is known.',
    html`<p class="hint">Point Mangru at one with <code>KUBECONFIG=… ./mangru up</code>, run it inside the cluster, or start it without <code>--no-playground</code> to get a simulated cluster.</p>`,
  )}</div>`;
}

export function skeleton(rows = 6) {
  return html`<div class="skeleton-rows" aria-hidden="true">${Array.from({ length: rows }, () => html`<div></div>`)}</div>`;
}

/** Icon, word and colour of a state. */
export function stateWord({ tone, word, icon: name = tone }) {
  return html`<span class="state state-${tone}">${icon(name)}${word}</span>`;
}
