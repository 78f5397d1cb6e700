// <mangru-promql-editor>: CodeMirror with PromQL highlighting, completion and lint against Mangru's own API.

import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, insertNewlineAndIndent } from '@codemirror/commands';
import { HighlightStyle, bracketMatching, syntaxHighlighting } from '@codemirror/language';
import { lintKeymap } from '@codemirror/lint';
import { EditorState, Prec } from '@codemirror/state';
import { EditorView, keymap, placeholder } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { PromQLExtension } from '@prometheus-io/codemirror-promql';
import { base } from './wire.js';

const highlight = HighlightStyle.define([
  { tag: tags.labelName, color: 'var(--mangru-code-label)' },
  { tag: tags.string, color: 'var(--mangru-code-string)' },
  { tag: tags.number, color: 'var(--mangru-code-number)' },
  { tag: tags.function(tags.variableName), color: 'var(--mangru-code-function)' },
  { tag: tags.keyword, color: 'var(--mangru-code-keyword)' },
  { tag: tags.modifier, color: 'var(--mangru-code-keyword)' },
  { tag: tags.operator, color: 'var(--mangru-code-keyword)' },
  { tag: tags.comment, color: 'var(--mangru-muted)', fontStyle: 'italic' },
]);

/** The store keeps no help texts of metrics, so the editor's question for them is answered here. */
function ask(input, init) {
  if (String(input).includes('/api/v1/metadata')) {
    return Promise.resolve(new Response('{"status":"success","data":{}}', { headers: { 'Content-Type': 'application/json' } }));
  }
  return fetch(input, init);
}

function language() {
  const prefix = base().replace(/\/$/, '');
  return new PromQLExtension()
    .setComplete({ remote: { url: location.origin + prefix, httpMethod: 'GET', fetchFn: ask, cache: { maxAge: 60_000 } }, maxMetricsMetadata: 20_000 })
    .asExtension();
}

class MangruPromqlEditor extends HTMLElement {
  #view = null;
  #value = '';

  get value() {
    return this.#view ? this.#view.state.doc.toString() : this.#value;
  }

  set value(text) {
    this.#value = text;
    if (this.#view && text !== this.value) {
      this.#view.dispatch({ changes: { from: 0, to: this.#view.state.doc.length, insert: text } });
    }
  }

  connectedCallback() {
    const run = () => {
      this.dispatchEvent(new CustomEvent('run', { detail: this.value }));
      return true;
    };
    this.#view = new EditorView({
      parent: this,
      state: EditorState.create({
        doc: this.#value,
        extensions: [
          Prec.highest(keymap.of([{ key: 'Shift-Enter', run }, { key: 'Mod-Enter', run }, { key: 'Alt-Enter', run: insertNewlineAndIndent }])),
          history(),
          closeBrackets(),
          bracketMatching(),
          autocompletion(),
          language(),
          syntaxHighlighting(highlight),
          EditorView.lineWrapping,
          placeholder('PromQL, for instance rate(node_cpu_seconds_total[5m])   ⇧⏎ runs'),
          keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...completionKeymap, ...lintKeymap]),
          EditorView.contentAttributes.of({ 'aria-label': 'PromQL query', spellcheck: 'false' }),
        ],
      }),
    });
  }

  disconnectedCallback() {
    this.#value = this.value;
    this.#view?.destroy();
    this.#view = null;
  }

  focus() {
    this.#view?.focus();
  }

}

if (!customElements.get('mangru-promql-editor')) {
  customElements.define('mangru-promql-editor', MangruPromqlEditor);
}
