import { hrefTo } from './address.ts';
import type { SchemasAnswer } from './answers.ts';
import { apiUrl } from './fetch-json.ts';
import { formatCount, formatTime } from './format.ts';
import { Problem } from './problem.tsx';
import { termOf } from './term-of.ts';
import { useAnswer } from './use-answer.ts';

/** What is declared of events, and what came. */
export function SchemasView() {
  const { value, error, reload } = useAnswer<SchemasAnswer>(apiUrl('schemas'));
  return (
    <main class="page">
      <header class="page-head">
        <h1>Schemas</h1>
      </header>
      {error?.code === 'HTTP_404' || error?.code === 'NOT_FOUND' ? (
        <p class="empty">
          This viewer does not know schemas yet. Fields of events are on the left of the list of events.
        </p>
      ) : (
        error !== undefined && <Problem error={error} onRetry={reload} />
      )}
      {value !== undefined && value.schemas.length === 0 && <p class="empty">No event has come yet.</p>}
      {value !== undefined && value.schemas.length > 0 && (
        <div class="scroll">
          <table>
            <thead>
              <tr>
                <th>event</th>
                <th class="number">rows</th>
                <th>first</th>
                <th>last</th>
                <th>not declared</th>
                <th>declared, never seen</th>
              </tr>
            </thead>
            <tbody>
              {value.schemas.map((schema) => (
                <tr key={schema.name}>
                  <td>
                    <a href={hrefTo([], { q: termOf('name', schema.name) })}>{schema.name}</a>
                    {!schema.declared && <span class="badge">no schema</span>}
                  </td>
                  <td class="number">{formatCount(schema.rows)}</td>
                  <td>{formatTime(schema.firstMs)}</td>
                  <td>{formatTime(schema.lastMs)}</td>
                  <td>{schema.undeclaredFields?.join(', ')}</td>
                  <td>{schema.neverSeenFields?.join(', ')}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </main>
  );
}
