import { type Column, ColumnBuilder, FLAGS } from '../block/column.ts';
import type { FacetValue } from '../event-store.ts';
import { LeafBuffer } from '../record/leaf-buffer.ts';
import { PathNode } from '../record/path-node.ts';
import { RecordWalker } from '../record/record-walker.ts';
import type { Block } from './block.ts';
import { isIn, type Mask } from './mask.ts';

/** A record that is read as a whole. */
export interface ReadRecord {
  readonly record: RecordWalker;
  readonly leaves: LeafBuffer;
}

const root = { node: PathNode.root(4096) };

/** Reads a row where it is. */
export function readRecord(block: Block, place: number): ReadRecord {
  const { bytes, isSpan, start, end } = block.file.recordAt(block.first + place);
  const leaves = new LeafBuffer();
  if (root.node.size > 2048) root.node = PathNode.root(4096);
  const record = new RecordWalker(bytes, root.node, leaves);
  record.walk(isSpan, start, end);
  return { record, leaves };
}

/** Reads those of some rows that are asked for, and makes columns of what `valuesOf` finds in them. */
export function columnsOfRows(
  block: Block,
  places: ArrayLike<number> | 'all',
  among: Mask,
  valuesOf: (row: ReadRecord) => readonly FacetValue[],
): Column[] {
  const builders = new Map<string, ColumnBuilder>();
  const builder = (kind: 'text' | 'number' | 'flag'): ColumnBuilder => {
    const known = builders.get(kind) ?? new ColumnBuilder(kind);
    builders.set(kind, known);
    return known;
  };
  const count = places === 'all' ? block.rows : places.length;
  for (let at = 0; at < count; at++) {
    const place = places === 'all' ? at : (places[at] as number);
    if (!isIn(among, place)) continue;
    for (const value of valuesOf(readRecord(block, place))) {
      if (typeof value === 'string') builder('text').text(place, value);
      else if (typeof value === 'number') builder('number').code(place, value);
      else builder('flag').code(place, FLAGS.indexOf(value));
    }
  }
  return [...builders.values()].map((one) => one.column(block.rows));
}
