import { toBuffer } from '../../../to-buffer.ts';
import type { BlockBuilder } from '../block/block-builder.ts';
import { compress, encodeColumn, numberRange } from '../block/column.ts';
import type { EventFile } from '../file/event-file.ts';

/** Writes the columns of a block that is full. @param first - the number of its first row */
export function writeBlock(file: EventFile, block: BlockBuilder, first: number): number {
  const { rows, loMs, hiMs, keyLoMs, keyHiMs, times, keys } = block;
  const hasKeys = keyLoMs <= keyHiMs;
  const made = file
    .prepare(
      'insert into block(first, n, lo, hi, key_lo, key_hi, times, keys) values(?, ?, ?, ?, ?, ?, ?, ?)',
    )
    .run(
      first,
      rows,
      loMs,
      hiMs,
      hasKeys ? keyLoMs : null,
      hasKeys ? keyHiMs : null,
      compress(toBuffer(Float64Array.from(times))),
      toBuffer(Uint32Array.from(keys)),
    );
  const id = Number(made.lastInsertRowid);
  const insert = file.prepare(
    'insert into col(place, block, kind, rows, lo, hi, bytes) values(?, ?, ?, ?, ?, ?, ?)',
  );
  for (const [name, builder] of block.columns()) {
    const column = builder.column(rows);
    const range = column.kind === 'number' ? numberRange(column.codes) : undefined;
    const place = placeOf(file, name);
    const bytes = encodeColumn(column);
    insert.run(place, id, column.kind, builder.rows, range?.lowest ?? null, range?.highest ?? null, bytes);
  }
  return id;
}

function placeOf(file: EventFile, name: string): number {
  const known = file.prepare('select id from place where name = ?').get(name)?.id;
  if (known !== undefined) return known as number;
  return Number(file.prepare('insert into place(name) values(?)').run(name).lastInsertRowid);
}
