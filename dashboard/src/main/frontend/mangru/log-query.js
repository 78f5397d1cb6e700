// The search box as text: adding and taking away terms. Pure.
// Plain syntax: words, "phrases", -not, label:value, -label:value. Text that starts with { is LogQL.

function quoteWord(value) {
  return /^[\p{L}\p{N}_./@-]+$/u.test(value) && !value.startsWith('-') ? value : quote(value);
}

function quote(value) {
  return '"' + value.replace(/\\/g, '\\\\').replace(/"/g, '\\"') + '"';
}

/** Splits plain text into its terms; quotes keep spaces together. */
export function terms(text) {
  const found = [];
  let term = '';
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (quoted && char === '\\' && at + 1 < text.length) {
      term += char + text[++at];
    } else if (char === '"') {
      quoted = !quoted;
      term += char;
    } else if (/\s/.test(char) && !quoted) {
      if (term) {
        found.push(term);
      }
      term = '';
    } else {
      term += char;
    }
  }
  if (term) {
    found.push(term);
  }
  return found;
}

export function isLogql(text) {
  return text.trimStart().startsWith('{');
}

/** The term that asks for (or, negated, refuses) a label's value. */
export function labelTerm(label, value, negated = false) {
  return `${negated ? '-' : ''}${label}:${quoteWord(value)}`;
}

/** Adds `label = value` (or `!=`). The same term again takes it away; its opposite is replaced. */
export function toggleLabel(text, label, value, negated = false) {
  return isLogql(text) ? toggleMatcher(text, label, value, negated) : togglePlain(text, label, value, negated);
}

function togglePlain(text, label, value, negated) {
  const wanted = labelTerm(label, value, negated);
  const opposite = labelTerm(label, value, !negated);
  const kept = terms(text);
  const had = kept.includes(wanted);
  const rest = kept.filter((term) => term !== wanted && term !== opposite);
  return [...rest, ...(had ? [] : [wanted])].join(' ');
}

function toggleMatcher(text, label, value, negated) {
  const close = closingBrace(text);
  if (close < 0) {
    return text;
  }
  const open = text.indexOf('{');
  const wanted = `${label}${negated ? '!=' : '='}${quote(value)}`;
  const opposite = `${label}${negated ? '=' : '!='}${quote(value)}`;
  const matchers = splitMatchers(text.slice(open + 1, close));
  const had = matchers.includes(wanted);
  const rest = matchers.filter((matcher) => matcher !== wanted && matcher !== opposite);
  return `${text.slice(0, open)}{${[...rest, ...(had ? [] : [wanted])].join(', ')}}${text.slice(close + 1)}`;
}

function closingBrace(text) {
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    if (quoted && text[at] === '\\') {
      at++;
    } else if (text[at] === '"') {
      quoted = !quoted;
    } else if (text[at] === '}' && !quoted) {
      return at;
    }
  }
  return -1;
}

function splitMatchers(inner) {
  const found = [];
  let matcher = '';
  let quoted = false;
  for (let at = 0; at < inner.length; at++) {
    const char = inner[at];
    if (quoted && char === '\\') {
      matcher += char + (inner[++at] ?? '');
      continue;
    }
    if (char === '"') {
      quoted = !quoted;
    }
    if (char === ',' && !quoted) {
      found.push(matcher.trim());
      matcher = '';
    } else {
      matcher += char;
    }
  }
  found.push(matcher.trim());
  return found.filter(Boolean).map((m) => m.replace(/^(\w+)\s*(!=|=~|!~|=)\s*/, '$1$2'));
}

/** Whether the box asks for (1), refuses (-1) or does not mention (0) a label's value. */
export function mentions(text, label, value) {
  const parts = isLogql(text) ? splitMatchers(text.slice(text.indexOf('{') + 1, Math.max(0, closingBrace(text)))) : terms(text);
  const [yes, no] = isLogql(text)
    ? [`${label}=${quote(value)}`, `${label}!=${quote(value)}`]
    : [labelTerm(label, value), labelTerm(label, value, true)];
  return parts.includes(yes) ? 1 : parts.includes(no) ? -1 : 0;
}

/** A line that is one JSON object or array, pretty-printed; null for anything else. */
export function prettyJson(line) {
  const start = line.search(/[{[]/);
  if (start < 0 || line.length > 200_000) {
    return null;
  }
  try {
    const value = JSON.parse(line.slice(start));
    return typeof value === 'object' && value !== null ? JSON.stringify(value, null, 2) : null;
  } catch (notJson) {
    if (notJson instanceof SyntaxError) {
      return null;
    }
    throw notJson;
  }
}
