import { go, hrefTo, useAddress, withParams } from './address.ts';
import type { QuarantineAnswer, QuarantinedAnswer } from './answers.ts';
import { apiUrl } from './fetch-json.ts';
import { formatCount, formatTime } from './format.ts';
import { MendForm } from './mend-form.tsx';
import { Problem } from './problem.tsx';
import { SchemaTabs } from './schema-tabs.tsx';
import { useAnswer } from './use-answer.ts';
import { useKeys } from './use-keys.ts';
import { useListKeys } from './use-list-keys.ts';
import { ValueTree } from './value-tree.tsx';

const PAGE_EVENTS = 100;

/** Events that their schema refused, the newest first. */
export function QuarantineView() {
  const { params } = useAddress();
  const skip = Number(params.get('skip') ?? 0);
  const name = params.get('name') ?? undefined;
  const { value, error, reload } = useAnswer<QuarantineAnswer>(
    apiUrl('quarantine', { skip, limit: PAGE_EVENTS, name }),
  );
  const events = value?.events ?? [];
  const hrefs = events.map(({ id }) => hrefTo(['quarantine', id ?? '']));
  const at = useListKeys(hrefs);
  return (
    <main class="page">
      <SchemaTabs at="quarantine">
        {value !== undefined && value.directory !== null && (
          <p class="muted">
            {formatCount(value.total)} in {value.directory}
            {name !== undefined && <a href={withParams({ name: undefined })}>not only {name}</a>}
            <button type="button" class="quiet" onClick={reload}>
              Look again
            </button>
          </p>
        )}
      </SchemaTabs>
      {error !== undefined && <Problem error={error} onRetry={reload} />}
      {value !== undefined && value.unread > 0 && (
        <p class="warning">{formatCount(value.unread)} files could not be read.</p>
      )}
      {value?.directory === null && (
        <p class="empty">
          The viewer knows no quarantine. Start it with <code>otel-events view --quarantine DIR</code>, where
          DIR is what your app has as its option <code>quarantine</code>: events that their schema refuses are
          mended here, and sent on.
        </p>
      )}
      {value !== undefined && value.directory !== null && events.length === 0 && (
        <p class="empty">Nothing waits here: every event was as its schema wants it, or was sent on.</p>
      )}
      {events.length > 0 && (
        <div class="scroll">
          <table class="wide">
            <thead>
              <tr>
                <th>event</th>
                <th>time</th>
                <th>schema</th>
                <th>what is wrong</th>
              </tr>
            </thead>
            <tbody>
              {events.map((event, place) => (
                <tr key={event.id ?? place} class={place === at ? 'at' : ''}>
                  <td>
                    {event.id === null ? event.name : <a href={hrefs[place] ?? ''}>{event.name}</a>}
                    {event.isHeld && <span class="badge">its app runs</span>}
                  </td>
                  <td>{event.timeMs === null ? '–' : formatTime(event.timeMs)}</td>
                  <td>{schemaText(event)}</td>
                  <td>
                    {event.issues
                      .slice(0, 3)
                      .map(({ path, expected }) => `${path || 'the data'}: wanted ${expected}`)
                      .join('; ')}
                    {event.issues.length > 3 && ` and ${event.issues.length - 3} more`}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {value !== undefined && value.total > PAGE_EVENTS && (
        <p class="links">
          {skip > 0 && <a href={withParams({ skip: String(Math.max(0, skip - PAGE_EVENTS)) })}>newer</a>}
          {skip + events.length < value.total && (
            <a href={withParams({ skip: String(skip + PAGE_EVENTS) })}>older</a>
          )}
        </p>
      )}
    </main>
  );
}

/** One of them: what it holds, what is wrong with it, and a field to mend it in. */
export function QuarantinedView({ id }: { readonly id: string }) {
  const { value, error, reload } = useAnswer<QuarantinedAnswer>(
    apiUrl(`quarantine/${encodeURIComponent(id.toWellFormed())}`),
  );
  useKeys({ Escape: () => go(hrefTo(['quarantine'])) });
  return (
    <main class="page">
      <SchemaTabs at="quarantine" />
      {error?.code === 'NOT_FOUND' ? (
        <p class="empty">
          {error.message}. <a href={hrefTo(['quarantine'])}>Look what is there</a>
        </p>
      ) : (
        error !== undefined && <Problem error={error} onRetry={reload} />
      )}
      {value !== undefined && (
        <>
          <h2>{value.name}</h2>
          <p class="muted">
            {value.timeMs !== null && `${formatTime(value.timeMs)} · `}
            {schemaText(value)} · {id}
          </p>
          <div class="mend">
            <section>
              <h3>As it came, redacted</h3>
              <ValueTree values={value.data ?? {}} prefix="" query="" columns={[]} />
            </section>
            <MendForm event={value} id={id} />
          </div>
        </>
      )}
    </main>
  );
}

function schemaText({ schema: { id, version } }: QuarantinedAnswer): string {
  return id === null ? 'no schema' : `${id}@${version ?? ''}`;
}
