import { OtelEventsError } from '../../../errors.ts';

/** Where a row stands in order of time; those of the same time by their number. */
export interface Place {
  readonly timeMs: number;
  readonly seq: number;
}

/** A place between rows, and whether what stands in front of it is asked for. */
export interface PageCursor extends Place {
  readonly isBack: boolean;
}

/** How a cursor is written: `before_` in front of one that goes back. */
export const CURSOR_PATTERN = '^(before_)?-?\\d+(\\.\\d+)?_(\\d+|max|min)$';

const CURSOR = /^(before_)?(-?\d+(?:\.\d+)?)_(\d+|max|min)$/;

export function writeCursor({ timeMs, seq, isBack }: PageCursor): string {
  const number = Number.isFinite(seq) ? seq : seq > 0 ? 'max' : 'min';
  return `${isBack ? 'before_' : ''}${timeMs}_${number}`;
}

/** @throws OtelEventsError `OPTION_INVALID` */
export function readCursor(cursor: string): PageCursor {
  const [, before, timeMs, seq] = CURSOR.exec(cursor) ?? [];
  if (timeMs === undefined || seq === undefined) {
    const message = 'cursor: wanted what a page gave as `next` or `previous`, got another text';
    throw new OtelEventsError('OPTION_INVALID', message, { fix: 'begin with the first page' });
  }
  const number =
    seq === 'max' ? Number.POSITIVE_INFINITY : seq === 'min' ? Number.NEGATIVE_INFINITY : Number(seq);
  return { timeMs: Number(timeMs), seq: number, isBack: before !== undefined };
}
