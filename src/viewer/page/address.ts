import { useEffect, useState } from 'preact/hooks';

/** What the address bar says: all that is shown can be told from it. */
export interface Address {
  /** Of the path, decoded: `/trace/abc` is `['trace', 'abc']`; of the list of events none. */
  readonly parts: readonly string[];
  readonly params: URLSearchParams;
}

/** What to change in the parameters; undefined and empty take one away. */
export type ParamChanges = Readonly<Record<string, string | readonly string[] | undefined>>;

const watchers = new Set<() => void>();

function currentAddress(): Address {
  const parts = location.pathname.split('/').filter((part) => part !== '');
  return { parts: parts.map(decoded), params: new URLSearchParams(location.search) };
}

/** The address, anew whenever it changes. */
export function useAddress(): Address {
  const [address, setAddress] = useState(currentAddress);
  useEffect(() => {
    const changed = (): void => setAddress(currentAddress());
    watchers.add(changed);
    window.addEventListener('popstate', changed);
    return () => {
      watchers.delete(changed);
      window.removeEventListener('popstate', changed);
    };
  }, []);
  return address;
}

/** @param how - `replace` for what is no step that one wants to go back to */
export function go(href: string, how: 'push' | 'replace' = 'push'): void {
  if (href === location.pathname + location.search) return;
  history[how === 'push' ? 'pushState' : 'replaceState'](null, '', href);
  for (const changed of watchers) changed();
}

/** This address with other parameters. */
export function withParams(changes: ParamChanges): string {
  const params = new URLSearchParams(location.search);
  change(params, changes);
  return join(location.pathname, params);
}

/** `hrefTo(['trace', id])`, with what parts and values need escaped. */
export function hrefTo(parts: readonly string[], changes: ParamChanges = {}): string {
  const params = new URLSearchParams();
  change(params, changes);
  return join(`/${parts.map(encoded).join('/')}`, params);
}

/** Links of this page are followed without loading it anew. */
export function followLinks(): void {
  document.addEventListener('click', (event) => {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = (event.target as Element).closest('a');
    const href = link?.getAttribute('href') ?? '';
    if (!href.startsWith('/') || href.startsWith('/api/') || link?.hasAttribute('download')) return;
    event.preventDefault();
    go(href);
  });
}

function change(params: URLSearchParams, changes: ParamChanges): void {
  for (const [name, value] of Object.entries(changes)) {
    params.delete(name);
    const values = value === undefined ? [] : typeof value === 'string' ? [value] : value;
    for (const one of values) if (one !== '') params.append(name, one);
  }
}

function join(path: string, params: URLSearchParams): string {
  const text = params.toString();
  return text === '' ? path : `${path}?${text}`;
}

/** Half of a pair of surrogates, which a program may have stored, cannot be in an address. */
function encoded(part: string): string {
  return encodeURIComponent(part.toWellFormed());
}

/** A path that somebody typed may hold a `%` that stands for nothing. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
