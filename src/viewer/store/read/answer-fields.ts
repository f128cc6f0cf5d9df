import type { Field, Query, RowField } from '../../query/query.ts';
import { ROW_FIELDS } from '../../query/query.ts';
import type { ColumnKind } from '../block/column.ts';
import { attributePath, ROW_COLUMN } from '../block/column-name.ts';
import type { Answer, Bounds, FacetValue, FieldSeen } from '../event-store.ts';
import type { NamedZone } from './block.ts';
import { eachPlace, leavesOf } from './field-columns.ts';
import { countOf, isIn } from './mask.ts';
import { readRecord } from './read-leaves.ts';
import type { ReadStore } from './read-store.ts';
import { type Hits, Search } from './search.ts';
import { rowsWithAny } from './value-counts.ts';

type ValueType = FieldSeen['types'][number];

/** What is known of a field. */
interface Seen {
  readonly field: Field;
  rows: number;
  readonly types: Set<ValueType>;
}

/** The fields that rows have, those of most rows first. */
export function answerFields(store: ReadStore, query: Query, bounds: Bounds): Answer<readonly FieldSeen[]> {
  const search = new Search(store, query, bounds, 'newest');
  const seen = new SeenFields();
  for (const hits of search.hits()) {
    search.readInTime(hits.block, () => {
      addColumns(hits, seen);
      addRest(hits, seen);
      addResources(hits, seen);
    });
  }
  return search.answer(seen.all());
}

class SeenFields {
  readonly #seen = new Map<string, Seen>();

  add(field: Field, rows: number, types: Iterable<ValueType>): void {
    if (rows === 0) return;
    const key = field.of === 'row' ? `row ${field.name}` : `${field.of} ${field.path}`;
    const known = this.#seen.get(key) ?? { field, rows: 0, types: new Set<ValueType>() };
    known.rows += rows;
    for (const type of types) known.types.add(type);
    this.#seen.set(key, known);
  }

  all(): FieldSeen[] {
    return [...this.#seen.values()]
      .map(({ field, rows, types }) => ({ field, rows, types: [...types].sort() }))
      .sort((one, other) => other.rows - one.rows || (keyOf(one.field) < keyOf(other.field) ? -1 : 1));
  }
}

function keyOf(field: Field): string {
  return field.of === 'row' ? field.name : field.path;
}

function addColumns({ block, mask }: Hits, seen: SeenFields): void {
  const byName = Map.groupBy(block.zones(), ({ name }) => name);
  for (const [name, zones] of byName) {
    const field = fieldOf(name);
    if (field === undefined) continue;
    const [only] = zones as [NamedZone];
    const hasFlags = zones.some(({ kind }) => kind === 'flag');
    if (mask === 'all' && zones.length === 1 && !hasFlags) {
      seen.add(field, only.rows, typesOf(only.kind));
      continue;
    }
    const columns = zones.flatMap(({ kind }) => block.column(name, kind) ?? []);
    const types = columns.flatMap((column) => {
      if (rowsWithAny([column], mask, block.rows) === 0) return [];
      if (column.kind !== 'flag') return typesOf(column.kind);
      const flags = new Set<FacetValue>();
      eachPlace(column, (place, at) => {
        if (isIn(mask, place)) flags.add(column.values?.[column.codes[at] as number] as FacetValue);
      });
      return [...flags].map(typeOf);
    });
    seen.add(field, rowsWithAny(columns, mask, block.rows), types);
  }
}

function fieldOf(column: string): Field | undefined {
  const path = attributePath(column);
  if (path !== undefined) return { of: 'attribute', path };
  const name = column.slice(1) as RowField;
  const isShown = column !== ROW_COLUMN.resource && column !== ROW_COLUMN.scope && ROW_FIELDS.includes(name);
  return isShown ? { of: 'row', name } : undefined;
}

function typesOf(kind: ColumnKind): ValueType[] {
  return kind === 'number' ? ['number'] : ['text'];
}

function typeOf(value: FacetValue): ValueType {
  if (value === null) return 'null';
  const type = typeof value;
  return type === 'string' ? 'text' : (type as 'number' | 'boolean');
}

/** Of rows with values at paths that have no column. */
function addRest({ block, mask }: Hits, seen: SeenFields): void {
  const rest = block.column(ROW_COLUMN.rest, 'held');
  if (rest === undefined) return;
  const columns = new Set(block.zones().map(({ name }) => name));
  eachPlace(rest, (place) => {
    if (!isIn(mask, place)) return;
    const { places, values } = readRecord(block, place).leaves;
    const types = new Map<string, Set<ValueType>>();
    for (const [at, { path }] of places.entries()) {
      if (columns.has(`.${path}`)) continue;
      const known = types.get(path) ?? new Set();
      types.set(path, known.add(typeOf(values[at] as FacetValue)));
    }
    for (const [path, own] of types) seen.add({ of: 'attribute', path }, 1, own);
  });
}

function addResources({ block, mask }: Hits, seen: SeenFields): void {
  const column = block.column(ROW_COLUMN.resource, 'number');
  const counts = new Map<number, number>();
  if (column !== undefined && countOf(mask, block.rows) > 0) {
    eachPlace(column, (place, at) => {
      const id = column.codes[at] as number;
      if (isIn(mask, place)) counts.set(id, (counts.get(id) ?? 0) + 1);
    });
  }
  for (const [id, rows] of counts) {
    const types = new Map<string, Set<ValueType>>();
    for (const [path, value] of leavesOf(block.file.resource(id))) {
      types.set(path, (types.get(path) ?? new Set<ValueType>()).add(typeOf(value)));
    }
    for (const [path, own] of types) seen.add({ of: 'resource', path }, rows, own);
  }
}
