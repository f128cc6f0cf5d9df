import type { Row } from '../store/event-store.ts';
import type { ListedRow } from './event-list.tsx';

/** Rows that stand beside each other and say the same become one, the first of them, with a count. */
export function foldRepeats(rows: readonly Row[]): ListedRow[] {
  const folded: { row: Row; repeats: number }[] = [];
  let last = '';
  for (const row of rows) {
    const said = sameness(row);
    const before = folded.at(-1);
    if (said === last && before !== undefined) before.repeats++;
    else folded.push({ row, repeats: 0 });
    last = said;
  }
  return folded;
}

/** Numbers and ids in a text do not make another event of it. */
function sameness(row: Row): string {
  const body = typeof row.body === 'string' ? row.body.replace(/[0-9a-f]{8,}|\d+/gi, '#') : '';
  return [row.kind, row.name, row.service, row.severity, row.status ?? '', body].join('\u0000');
}
