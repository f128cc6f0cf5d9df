import type { Page, Row } from '../store/event-store.ts';

/** Rows as a tool answers with them. */
export interface ShownRows {
  readonly rows: readonly unknown[];
  /** For the rows behind these; null at the end. */
  readonly next: string | null;
  readonly complete: boolean;
  readonly lookedAt: { readonly rows: number; readonly of: number };
  /** What is missing, in words. */
  readonly cut?: string;
}

/** The rows of a page. */
export function shownRows({ rows, next, complete, scanned, isCut = false }: Page): ShownRows {
  const cut = [
    ...(isCut ? [`${rows.length} rows are what there is room for; go on with next`] : []),
    ...(complete ? [] : ['time was up before all rows were looked at; narrow the range, as with last:1h']),
  ].join('. ');
  return {
    rows: rows.map(plainRow),
    next: next ?? null,
    complete,
    lookedAt: { rows: scanned.rows, of: scanned.of },
    ...(cut !== '' && { cut }),
  };
}

/** Without what is the same of most rows: the resource but for its service, the scope. */
function plainRow({ timeUnixNano, timeMs: _, resource: __, scope: ___, otlp: ____, ...row }: Row) {
  return { time: isoTime(timeUnixNano), ...row };
}

function isoTime(nanos: string): string {
  const date = new Date(Number(BigInt(nanos) / 1_000_000n));
  return date.toISOString();
}
