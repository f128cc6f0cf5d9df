import type { ComponentChildren } from 'preact';
import { hrefTo } from './address.ts';

/** The head of all that is about schemas. */
export function SchemaTabs({ at, children }: { readonly at: string; readonly children?: ComponentChildren }) {
  return (
    <header class="page-head">
      <h1>Schemas</h1>
      <nav class="tabs" aria-label="Schemas">
        {[
          ['schemas', 'Declared and seen'],
          ['quarantine', 'Quarantine'],
        ].map(([name = '', label]) => (
          <a key={name} class="button" href={hrefTo([name])} aria-current={name === at ? 'page' : undefined}>
            {label}
          </a>
        ))}
      </nav>
      {children}
    </header>
  );
}
