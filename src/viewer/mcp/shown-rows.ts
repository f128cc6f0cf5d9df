import type { Page, Row } from '../store/event-store.ts';
import { writeCursor } from '../store/read/page-cursor.ts';

/** What a model is given at once, in characters: it reads all of it, and pays for it. */
const MAX_CHARACTERS = 48_000;
const MAX_ROW = 12_000;

/** A text of a row keeps so many characters; those of a row that is still too long keep fewer. */
const TEXT_LENGTHS = [2000, 200] as const;

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

/** As many rows of a page as there is room for, with their long texts cut. */
export function shownRows({ rows: all, next, complete, scanned, isCut = false }: Page): ShownRows {
  const rows: unknown[] = [];
  let [left, shortened] = [MAX_CHARACTERS, 0];
  for (const row of all) {
    const { shown, length, isShort } = shownRow(row);
    if (rows.length > 0 && length > left) break;
    left -= length;
    if (isShort) shortened++;
    rows.push(shown);
  }
  const last = all[rows.length - 1];
  const hasRest = rows.length < all.length && last !== undefined;
  const cut = [
    ...(hasRest || isCut ? [`${rows.length} rows are what there is room for; go on with next`] : []),
    ...(shortened > 0 ? [`long texts of ${shortened} of the rows are cut`] : []),
    ...(complete ? [] : ['time was up before all rows were looked at; narrow the range, as with last:1h']),
  ].join('. ');
  return {
    rows,
    next: hasRest
      ? writeCursor({ timeMs: last.timeMs, seq: Number(last.id), isBack: false })
      : (next ?? null),
    complete,
    lookedAt: { rows: scanned.rows, of: scanned.of },
    ...(cut !== '' && { cut }),
  };
}

interface Shown {
  readonly shown: unknown;
  readonly length: number;
  readonly isShort: boolean;
}

function shownRow(row: Row): Shown {
  const whole = plainRow(row);
  for (const most of TEXT_LENGTHS) {
    let isShort = false;
    const text = JSON.stringify(whole, (_, value: unknown) => {
      if (typeof value !== 'string' || value.length <= most) return value;
      isShort = true;
      return `${value.slice(0, most).toWellFormed()}… (cut, ${value.length} characters)`;
    });
    if (text.length <= MAX_ROW) return { shown: JSON.parse(text), length: text.length, isShort };
  }
  const { id, time, kind, name } = whole;
  const said = `attributes and body have ${JSON.stringify(whole).length} characters`;
  const shown = { id, time, kind, name: String(name).slice(0, 200), cut: said };
  return { shown, length: JSON.stringify(shown).length, isShort: true };
}

/** Without what is the same of most rows: the resource but for its service, the scope. */
function plainRow({ timeUnixNano, timeMs: _, resource: __, scope: ___, otlp: ____, ...row }: Row) {
  return { time: isoTime(timeUnixNano), ...row };
}

function isoTime(nanos: string): string {
  const date = new Date(Number(BigInt(nanos) / 1_000_000n));
  return date.toISOString();
}
