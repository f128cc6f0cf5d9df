import type { Field } from '../../query/query.ts';
import { rowAttributes } from '../../query/row-attributes.ts';
import { MAX_TEXT } from '../block/block-builder.ts';
import { type Column, ColumnBuilder, FLAGS } from '../block/column.ts';
import { attributeColumn, ROW_COLUMN } from '../block/column-name.ts';
import type { FacetValue } from '../event-store.ts';
import type { Block } from './block.ts';
import { isIn, type Mask } from './mask.ts';
import { columnsOfRows, type ReadRecord } from './read-leaves.ts';
import type { ValueTest } from './value-test.ts';

/** The path of an attribute, without the marks of lists. */
export function plainPath(path: string): string {
  return path.replaceAll('[]', '');
}

const KINDS = ['text', 'number', 'flag'] as const;

/**
 * All values of a field that the rows in `among` have, as columns; of other rows some may be there, too.
 * @param test - only values that pass it are wanted: others may be left out, so that long texts of many rows do not fill the memory
 */
export function fieldColumns(block: Block, field: Field, among: Mask, test?: ValueTest): Column[] {
  if (field.of === 'attribute') return attributeColumns(block, plainPath(field.path), among, test);
  if (field.of === 'resource') return resourceColumns(block, plainPath(field.path));
  const { name } = field;
  const paths = rowAttributes(name);
  if (paths !== undefined) return firstColumns(block, paths, among, test);
  if (name === 'service') return resourceColumns(block, 'service.name');
  if (name === 'scope') return scopeColumns(block);
  if (name === 'body') return bodyColumns(block, among, test);
  const column =
    ROW_COLUMN[name as 'kind' | 'name' | 'severity' | 'duration' | 'status' | 'trace' | 'span' | 'parent'];
  return KINDS.flatMap((kind) => block.column(column, kind) ?? []);
}

/** The columns in the block, without those of rows that have to be read. */
function storedColumns(block: Block, path: string, test: ValueTest | undefined): Column[] {
  const name = attributeColumn(path);
  return KINDS.flatMap((kind) => block.column(name, kind, test?.part) ?? []);
}

function attributeColumns(block: Block, path: string, among: Mask, test?: ValueTest): Column[] {
  const stored = storedColumns(block, path, test);
  const held = block.column(attributeColumn(path), 'held');
  if (held !== undefined) {
    const places = held.places ?? 'all';
    const isUid = path === 'log.record.uid';
    const isWanted = (value: FacetValue): boolean => test === undefined || test.fits(value);
    const isHeld = (value: FacetValue): boolean =>
      typeof value === 'string' && (isUid || value.length > MAX_TEXT);
    return [
      ...stored,
      ...columnsOfRows(block, places, among, (row) => valuesAt(row, path).filter(isHeld).filter(isWanted)),
    ];
  }
  return stored.length > 0 ? stored : restColumns(block, path, among);
}

/** Of a path that has no column in the block: some rows may have it all the same. */
export function restColumns(block: Block, path: string, among: Mask): Column[] {
  const rest = block.column(ROW_COLUMN.rest, 'held');
  if (rest === undefined) return [];
  return columnsOfRows(block, rest.places ?? 'all', among, (row) => valuesAt(row, path));
}

/** The values of a record at a path, of every item of lists on the way. */
function valuesAt({ leaves }: ReadRecord, path: string): FacetValue[] {
  return leaves.values.filter((_, at) => leaves.places[at]?.path === path);
}

/** The values at the first of some paths, and of rows without one those at the next. */
function firstColumns(
  block: Block,
  [first = '', ...rest]: readonly string[],
  among: Mask,
  test: ValueTest | undefined,
): Column[] {
  if (rest.length === 0) return attributeColumns(block, first, among, test);
  // All of the first: a row whose value was left out would seem to have none.
  const own = attributeColumns(block, first, among);
  const others = firstColumns(block, rest, among, test);
  if (own.length === 0 || others.length === 0) return [...own, ...others];
  const has = new Uint8Array(block.rows);
  for (const column of own) eachPlace(column, (place) => (has[place] = 1));
  return [...own, ...others.map((column) => pick(column, (place) => has[place] === 0))];
}

export function eachPlace({ places, size }: Column, visit: (place: number, at: number) => void): void {
  for (let at = 0; at < size; at++) visit(places === undefined ? at : (places[at] as number), at);
}

function pick(column: Column, isWanted: (place: number) => boolean): Column {
  const places: number[] = [];
  const codes: number[] = [];
  eachPlace(column, (place, at) => {
    if (!isWanted(place)) return;
    places.push(place);
    codes.push(column.codes[at] as number);
  });
  const type = column.codes.constructor as unknown as { from(codes: number[]): Column['codes'] };
  return { ...column, size: places.length, places: Uint16Array.from(places), codes: type.from(codes) };
}

function bodyColumns(block: Block, among: Mask, test: ValueTest | undefined): Column[] {
  const stored = [block.column(ROW_COLUMN.body, 'text', test?.part) ?? []].flat();
  const held = block.column(ROW_COLUMN.body, 'held');
  if (held === undefined) return stored;
  const read = columnsOfRows(block, held.places ?? 'all', among, ({ record: { body = '' } }) =>
    test === undefined || test.fits(body) ? [body] : [],
  );
  return [...stored, ...read];
}

function resourceColumns(block: Block, path: string): Column[] {
  return block.file.cached(
    `${block.first} ${block.rows} resource ${path}`,
    () => columnsOfNumbers(block, ROW_COLUMN.resource, (id) => leavesAt(block.file.resource(id), path)),
    (columns) =>
      columns.reduce((sum, { codes, places }) => sum + codes.byteLength + (places?.byteLength ?? 0), 0),
  );
}

function scopeColumns(block: Block): Column[] {
  return block.file.cached(
    `${block.first} ${block.rows} scope`,
    () =>
      columnsOfNumbers(block, ROW_COLUMN.scope, (id) => {
        const name = block.file.scope(id);
        return name === '' ? [] : [name];
      }),
    (columns) =>
      columns.reduce((sum, { codes, places }) => sum + codes.byteLength + (places?.byteLength ?? 0), 0),
  );
}

/** Columns of what the numbers in a column stand for. */
function columnsOfNumbers(block: Block, name: string, valuesOf: (id: number) => FacetValue[]): Column[] {
  const column = block.column(name, 'number');
  if (column === undefined) return [];
  const known = new Map<number, FacetValue[]>();
  const builders = {
    text: new ColumnBuilder('text'),
    number: new ColumnBuilder('number'),
    flag: new ColumnBuilder('flag'),
  };
  eachPlace(column, (place, at) => {
    const id = column.codes[at] as number;
    let values = known.get(id);
    if (values === undefined) {
      values = valuesOf(id);
      known.set(id, values);
    }
    for (const value of values) {
      if (typeof value === 'string') builders.text.text(place, value);
      else if (typeof value === 'number') builders.number.code(place, value);
      else builders.flag.code(place, FLAGS.indexOf(value));
    }
  });
  return Object.values(builders).flatMap((builder) => (builder.rows === 0 ? [] : builder.column(block.rows)));
}

/** The values at a path of plain data, of every item of lists on the way. */
function leavesAt(data: unknown, path: string): FacetValue[] {
  return leavesOf(data).flatMap(([at, value]) => (at === path ? [value] : []));
}

/** All values of plain data and their paths. */
export function leavesOf(data: unknown, prefix = ''): [string, FacetValue][] {
  if (Array.isArray(data)) return data.flatMap((item) => leavesOf(item, prefix));
  if (typeof data !== 'object' || data === null) return [[prefix, data as FacetValue]];
  return Object.entries(data).flatMap(([key, value]) =>
    leavesOf(value, prefix === '' ? key : `${prefix}.${key}`),
  );
}

/** Whether a row of a mask has the value: counted once, however often it stands in it. */
export function isCounted({ places, codes }: Column, at: number, among: Mask): boolean {
  if (places === undefined) return isIn(among, at);
  const place = places[at] as number;
  if (!isIn(among, place)) return false;
  for (let before = at - 1; before >= 0 && places[before] === place; before--) {
    if (codes[before] === codes[at]) return false;
  }
  return true;
}
