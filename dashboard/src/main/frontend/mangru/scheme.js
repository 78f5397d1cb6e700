// Dark, light or as the system says. A preference of the browser; `?theme=` in the address wins, for links and pictures.

const KEY = 'mangru.scheme';
export const SCHEMES = ['dark', 'light', 'system'];

export function current() {
  const asked = new URLSearchParams(location.search).get('theme');
  if (SCHEMES.includes(asked)) {
    return asked;
  }
  const kept = localStorage.getItem(KEY);
  return SCHEMES.includes(kept) ? kept : 'dark';
}

export function apply(scheme = current()) {
  const root = document.documentElement;
  root.dataset.scheme = scheme;
  root.style.colorScheme = scheme === 'system' ? 'light dark' : scheme;
  root.setAttribute('theme', scheme === 'system' ? '' : scheme);
  window.dispatchEvent(new CustomEvent('mangru-scheme', { detail: { scheme } }));
}

export function choose(scheme) {
  localStorage.setItem(KEY, scheme);
  const search = new URLSearchParams(location.search);
  if (search.has('theme')) {
    search.delete('theme');
    const text = search.toString();
    history.replaceState(history.state, '', location.pathname + (text ? '?' + text : ''));
  }
  apply(scheme);
}

matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => apply());
apply();
