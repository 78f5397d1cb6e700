// The states every card can be in besides showing data: failed, empty, warned. Text only, never markup from data.

import { html, nothing } from 'lit';
import { icon } from './icons.js';
import { errorPosition } from './wire.js';

/** An error with its cause, the query, Retry and Copy details. */
export function errorBox(error, retry) {
  const details = [
    `error: ${error.message}`,
    error.kind ? `kind: ${error.kind}` : '',
    error.status ? `status: ${error.status}` : '',
    error.query ? `query: ${error.query}` : '',
    `page: ${location.href}`,
    `time: ${new Date().toISOString()}`,
  ]
    .filter(Boolean)
    .join('\n');
  return html`<div class="notice notice-error" role="alert">
    <p class="notice-title">${icon('crit')} ${title(error)}</p>
    <p class="notice-cause">${error.message}</p>
    ${error.query ? html`<pre class="notice-query" tabindex="0" role="group" aria-label="The query">${withCaret(error)}</pre>` : nothing}
    <p class="notice-actions">
      ${retry ? html`<button type="button" class="button" @click=${retry}>Retry</button>` : nothing}
      <button type="button" class="button button-quiet" @click=${(event) => copyText(details, event.currentTarget)}>Copy details</button>
    </p>
  </div>`;
}

/** The query, and below the line that the server complains about a caret at the place. */
function withCaret(error) {
  const place = errorPosition(error.message);
  const lines = error.query.split('\n');
  if (!place || place.line > lines.length) {
    return error.query;
  }
  const before = lines.slice(0, place.line).join('\n');
  const after = lines.slice(place.line).join('\n');
  return html`${before}\n<b class="caret">${' '.repeat(Math.max(0, place.column - 1))}▲</b>${after ? '\n' + after : ''}`;
}

function title(error) {
  switch (error.kind) {
    case 'bad_data':
      return 'The query is not valid';
    case 'unreachable':
      return 'No connection';
    case 'timeout':
      return 'The query took too long: try a narrower range';
    case 'canceled':
      return 'The query was cancelled';
    default:
      return error.status === 422 ? 'The query cannot be answered' : 'This could not be loaded';
  }
}

export function emptyBox(text, more = nothing) {
  return html`<div class="notice notice-empty"><p>${text}</p>${more}</div>`;
}

/** A yellow strip with warnings, a quiet one with infos. */
export function annotations(warnings, infos) {
  return html`${warnings?.length
    ? html`<p class="strip strip-warn">${icon('warn')}<span>${warnings.join(' · ')}</span></p>`
    : nothing}${infos?.length ? html`<p class="strip">${icon('help')}<span>${infos.join(' · ')}</span></p>` : nothing}`;
}

/** Copies and says so on the button for a moment. */
export async function copyText(text, button) {
  const before = button?.textContent;
  let said = 'Copied';
  try {
    await navigator.clipboard.writeText(text);
  } catch (refused) {
    said = `Copy refused by the browser (${refused.name})`;
  }
  if (button && before !== undefined) {
    button.dataset.said = said;
    button.setAttribute('aria-label', said);
    setTimeout(() => {
      delete button.dataset.said;
      button.removeAttribute('aria-label');
    }, 1500);
  }
}

/** Hands a file to the browser. */
export function download(name, type, content) {
  const url = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  const anchor = document.createElement('a');
  anchor.href = url;
  anchor.download = name;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
