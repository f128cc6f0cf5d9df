import { useState } from 'preact/hooks';
import type { Row } from '../store/event-store.ts';
import { hrefTo } from './address.ts';
import { CopyButton } from './copy-button.tsx';
import { eventCode } from './event-code.ts';
import { apiUrl } from './fetch-json.ts';
import { formatDuration, formatTime, severityName } from './format.ts';
import { Neighbours } from './neighbours.tsx';
import { Problem } from './problem.tsx';
import { rowDuration, rowField } from './row-field.ts';
import { useAnswer } from './use-answer.ts';
import { ValueTree } from './value-tree.tsx';

export interface EventDetailProps {
  readonly id: string;
  readonly query: string;
  readonly columns: readonly string[];
  readonly onClose?: () => void;
}

/** All of one event: its attributes as a tree, what happened around it, and the record as it came. */
export function EventDetail({ id, query, columns, onClose }: EventDetailProps) {
  const {
    value: row,
    error,
    reload,
  } = useAnswer<Row>(apiUrl(`events/${encodeURIComponent(id.toWellFormed())}`));
  const [isRaw, setRaw] = useState(false);
  return (
    <article class="detail" aria-label="Event">
      {onClose !== undefined && (
        <button type="button" class="quiet close" onClick={onClose} aria-label="Close (Esc)">
          ×
        </button>
      )}
      {error !== undefined && <Problem error={error} onRetry={reload} />}
      {row === undefined && error === undefined && <p class="muted">Loading …</p>}
      {row !== undefined && (
        <>
          <Head row={row} />
          <p class="buttons">
            <button type="button" class="quiet" aria-pressed={isRaw} onClick={() => setRaw(!isRaw)}>
              Raw OTLP
            </button>
            <CopyButton text={() => JSON.stringify(row.otlp ?? row, null, 2)}>Copy JSON</CopyButton>
            <CopyButton text={() => eventCode(row)}>Copy as code</CopyButton>
            <CopyButton text={() => location.origin + hrefTo(['event', row.id])}>Copy link</CopyButton>
          </p>
          {isRaw ? (
            <pre class="raw">{JSON.stringify(row.otlp ?? row, null, 2)}</pre>
          ) : (
            <Content row={row} query={query} columns={columns} />
          )}
        </>
      )}
    </article>
  );
}

function Head({ row }: { readonly row: Row }) {
  const duration = rowDuration(row);
  const links = (['user', 'session', 'conversation'] as const).flatMap((by) => {
    const value = rowField(row, by);
    return value === undefined || value === null ? [] : [[by, String(value)] as const];
  });
  return (
    <header>
      <h2>{row.name || '(no name)'}</h2>
      <p>
        <span class={`badge ${severityName(row.severity) || 'none'}`}>
          {severityName(row.severity) || row.kind}
        </span>
        {row.status === 'error' && <span class="badge error">failed</span>}
        <time>{formatTime(row.timeMs)}</time>
        {duration !== undefined && <span>{formatDuration(duration)}</span>}
        <span>{row.service}</span>
      </p>
      <p class="links">
        {row.traceId !== undefined && row.traceId !== null && (
          <a href={hrefTo(['trace', row.traceId], { event: row.id })}>trace {row.traceId.slice(0, 8)}</a>
        )}
        {links.map(([by, value]) => (
          <a key={by} href={hrefTo([by, value], { event: row.id })}>
            {by} {value.slice(0, 40)}
          </a>
        ))}
      </p>
    </header>
  );
}

function Content({
  row,
  query,
  columns,
}: { readonly row: Row } & Pick<EventDetailProps, 'query' | 'columns'>) {
  const body = row.body;
  const isText = typeof body === 'string';
  return (
    <>
      {isText && body !== '' && body !== row.name && <pre class="body">{body}</pre>}
      {!isText && body !== undefined && body !== null && (
        <section>
          <h3>Body</h3>
          <pre class="body">{JSON.stringify(body, null, 2)}</pre>
        </section>
      )}
      <section>
        <h3>Attributes</h3>
        <ValueTree values={row.attributes} prefix="" query={query} columns={columns} />
      </section>
      <Neighbours row={row} />
      <section>
        <h3>Resource</h3>
        <ValueTree values={row.resource} prefix="resource." query={query} columns={columns} />
        <p class="muted">
          scope {row.scope || '(none)'} · {row.kind} {row.spanId ?? ''} · {row.timeUnixNano} ns
        </p>
      </section>
    </>
  );
}
