import { hrefTo } from './address.ts';
import type { SchemasAnswer } from './answers.ts';
import { apiUrl } from './fetch-json.ts';
import { formatCount, formatTime } from './format.ts';
import { Problem } from './problem.tsx';
import { termOf } from './term-of.ts';
import { useAnswer } from './use-answer.ts';

type Seen = SchemasAnswer['schemas'][number];

/** What events of each name look like, and what checks them. */
export function SchemasView() {
  const { value, error, reload } = useAnswer<SchemasAnswer>(apiUrl('schemas'));
  return (
    <main class="page">
      <header class="page-head">
        <h1>Schemas</h1>
        {value?.complete === false && <span class="muted">there are more than were looked through</span>}
      </header>
      {error !== undefined && <Problem error={error} onRetry={reload} />}
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
                <th>checked by</th>
                <th>fields, always</th>
                <th>fields, sometimes</th>
              </tr>
            </thead>
            <tbody>
              {value.schemas.map((seen) => (
                <tr key={seen.name}>
                  <td>
                    <a href={hrefTo([], { q: termOf('name', seen.name) })}>{seen.name}</a>
                  </td>
                  <td class="number">{formatCount(seen.rows)}</td>
                  <td>{formatTime(seen.firstMs)}</td>
                  <td>{formatTime(seen.lastMs)}</td>
                  <td>{checkedBy(seen)}</td>
                  <td>{fieldsOf(seen, true)}</td>
                  <td>{fieldsOf(seen, false)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </main>
  );
}

function checkedBy({ rows, schemas }: Seen) {
  const checked = schemas.reduce((sum, schema) => sum + schema.rows, 0);
  if (checked === 0) return <span class="badge">no schema</span>;
  const names = schemas.map(({ id }) => id).join(', ');
  return checked < rows ? `${names} (${shareOf(checked, rows)})` : names;
}

/** A field that has had several types shows them: that is a field that changed. */
function fieldsOf({ rows, fields }: Seen, isAlways: boolean): string {
  return fields
    .filter((field) => field.rows >= rows === isAlways)
    .map(({ field, rows: having, types }) => {
      const notes = [
        ...(isAlways ? [] : [shareOf(having, rows)]),
        ...(types.length > 1 ? [types.join(' or ')] : []),
      ];
      return notes.length === 0 ? field : `${field} (${notes.join(', ')})`;
    })
    .join(', ');
}

function shareOf(part: number, whole: number): string {
  const percent = (100 * part) / whole;
  return percent < 1 ? 'below 1 %' : `${Math.floor(percent)} %`;
}
