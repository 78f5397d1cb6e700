// The severities, lowest first, as the server spells them.

export const SEVERITIES = ['unknown', 'trace', 'debug', 'info', 'warn', 'error', 'fatal'];

/** Severities named in the address, in order; unknown words are ignored. */
export function parseSeverities(text) {
  const named = new Set(String(text ?? '').toLowerCase().split(',').map((word) => word.trim()));
  return SEVERITIES.filter((severity) => named.has(severity));
}
