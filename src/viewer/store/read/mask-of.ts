import type { Comparison, Condition, Field, TextMatch } from '../../query/query.ts';
import { rowAttributes } from '../../query/row-attributes.ts';
import type { Column } from '../block/column.ts';
import { attributeColumn, ROW_COLUMN } from '../block/column-name.ts';
import { isUuid } from '../record/leaf-buffer.ts';
import { keyHash } from '../record/record-key.ts';
import type { Block } from './block.ts';
import { eachPlace, fieldColumns, plainPath, restColumns } from './field-columns.ts';
import { both, butNot, either, isIn, type Mask } from './mask.ts';
import { readRecord } from './read-leaves.ts';
import { type IndexedRows, idRows, placesOfHash, TextPlaces } from './text-places.ts';
import { type ValueTest, valueTest } from './value-test.ts';

/** What is prepared once for a condition, for all blocks. */
export class PreparedCondition {
  /** Blocks are looked at one by one, and perhaps not all. */
  readonly #isStep: boolean;
  readonly #texts = new Map<TextMatch, TextPlaces>();
  readonly #tests = new Map<
    Comparison,
    { readonly test: ValueTest; readonly ids: IndexedRows | undefined }
  >();

  constructor(isStep: boolean) {
    this.#isStep = isStep;
  }

  /** Those rows of `among` for which a condition holds. Conditions that need rows to be read are given as few as can be. */
  maskOf(condition: Condition, block: Block, among: Mask): Mask {
    if (among === 'none') return 'none';
    switch (condition.kind) {
      case 'and':
        return inOrderOfCost(condition.parts).reduce<Mask>(
          (mask, part) => this.maskOf(part, block, mask),
          among,
        );
      case 'or':
        return this.#anyOf(inOrderOfCost(condition.parts), block, among);
      case 'not':
        return butNot(among, this.maskOf(condition.part, block, among), block.rows);
      case 'exists':
        return existing(block, condition.field, among);
      case 'text':
        return this.#text(condition, block, among);
      case 'compare':
        return this.#compare(condition, block, among);
    }
  }

  #anyOf(parts: readonly Condition[], block: Block, among: Mask): Mask {
    let found: Mask = 'none';
    let left = among;
    for (const part of parts) {
      const mask = this.maskOf(part, block, left);
      found = either(found, mask);
      left = butNot(left, mask, block.rows);
    }
    return both(found, among);
  }

  #text(condition: TextMatch, block: Block, among: Mask): Mask {
    let places = this.#texts.get(condition);
    if (places === undefined) {
      places = new TextPlaces(condition.text);
      this.#texts.set(condition, places);
    }
    const { wanted, mustRead } = places;
    const hasText = (place: number): boolean => {
      const { record, leaves } = readRecord(block, place);
      let found = wanted.isIn(record.name) || wanted.isIn(record.traceId) || record.uid === condition.text;
      leaves.eachText(record, (text) => {
        found ||= wanted.isIn(text);
      });
      return found;
    };
    return maskOfPlaces(places.in(block, this.#isStep), block, among, mustRead ? hasText : () => true);
  }

  #compare(condition: Comparison, block: Block, among: Mask): Mask {
    let prepared = this.#tests.get(condition);
    if (prepared === undefined) {
      const test = valueTest(condition);
      // Of resources and scopes there are few, and their texts are in no index.
      const ids = test.text === undefined || !isIndexed(condition.field) ? undefined : idRows(test.text);
      prepared = { test, ids };
      this.#tests.set(condition, prepared);
    }
    const { test, ids } = prepared;
    if (isOnlyText(test) && ids !== undefined) {
      const indexed = ids.places(block, this.#isStep).filter((place) => place < block.rows);
      const places = [...indexed, ...placesOfUid(block, condition.field, test)];
      const narrowed = maskOfPlaces(places, block, among, () => true);
      return narrowed === 'none' ? 'none' : comparing(block, condition.field, test, narrowed);
    }
    return comparing(block, condition.field, test, among);
  }
}

/** Without numbers among what may fit. */
function isOnlyText({ lowest, highest, takesFlags }: ValueTest): boolean {
  return lowest > highest && !takesFlags;
}

/** Whether its texts are in the index of ids; of uids those that no hash tells. */
function isIndexed(field: Field): boolean {
  if (field.of === 'attribute') return true;
  if (field.of === 'resource') return false;
  return ['name', 'trace', 'user', 'session', 'conversation', 'uid'].includes(field.name);
}

/** The rows of which it may be the uid that they are told by: by its hash. */
function placesOfUid(block: Block, field: Field, { text }: ValueTest): number[] {
  return isUid(field) && text !== undefined && isUuid(text) ? placesOfHash(block, keyHash(text)) : [];
}

function maskOfPlaces(
  places: readonly number[],
  block: Block,
  among: Mask,
  isRight: (place: number) => boolean,
): Mask {
  const mask = new Uint8Array(block.rows);
  let any = false;
  for (const place of places) {
    if (mask[place] === 1 || !isIn(among, place) || !isRight(place)) continue;
    mask[place] = 1;
    any = true;
  }
  return any ? mask : 'none';
}

function comparing(block: Block, field: Field, test: ValueTest, among: Mask): Mask {
  if (isBeyondZone(block, field, test)) return 'none';
  const mask = new Uint8Array(block.rows);
  let any = false;
  for (const column of fieldColumns(block, field, among, test)) any = markFitting(column, test, mask) || any;
  return any ? both(mask, among) : 'none';
}

/** Numbers of a column that is known to have only others; and no text or flag could fit, or there is none. */
function isBeyondZone(
  block: Block,
  field: Field,
  { lowest, highest, takesTexts, takesFlags }: ValueTest,
): boolean {
  if (field.of !== 'attribute' || takesFlags) return false;
  const name = attributeColumn(plainPath(field.path));
  if (takesTexts && (['text', 'held'] as const).some((kind) => block.zone(name, kind) !== undefined))
    return false;
  const zone = block.zone(name, 'number');
  return zone !== undefined && (zone.highest < lowest || zone.lowest > highest);
}

function markFitting(column: Column, test: ValueTest, mask: Uint8Array): boolean {
  const { codes, values, size, places } = column;
  if (values === undefined) return markNumbers(column, test, mask);
  const fitting = new Uint8Array(values.length);
  let any = false;
  for (let code = 0; code < values.length; code++) {
    if (!test.fits(values[code] as string)) continue;
    fitting[code] = 1;
    any = true;
  }
  if (!any) return false;
  for (let at = 0; at < size; at++) {
    if (fitting[codes[at] as number] === 1) mask[places === undefined ? at : (places[at] as number)] = 1;
  }
  return true;
}

function markNumbers({ codes, size, places }: Column, test: ValueTest, mask: Uint8Array): boolean {
  if (test.lowest > test.highest) return false;
  let any = false;
  for (let at = 0; at < size; at++) {
    if (!test.fits(codes[at] as number)) continue;
    mask[places === undefined ? at : (places[at] as number)] = 1;
    any = true;
  }
  return any;
}

/** Rows with a value at the field; of an attribute with one below it as well. */
function existing(block: Block, field: Field, among: Mask): Mask {
  const mask = new Uint8Array(block.rows);
  if (field.of !== 'attribute') {
    for (const column of existingColumns(block, field, among))
      eachPlace(column, (place) => (mask[place] = 1));
    return anyOf(both(mask, among));
  }
  const path = plainPath(field.path);
  const name = attributeColumn(path);
  for (const zone of block.zones()) {
    if (zone.name !== name && !zone.name.startsWith(`${name}.`)) continue;
    const column = block.column(zone.name, zone.kind);
    if (column !== undefined) eachPlace(column, (place) => (mask[place] = 1));
  }
  const rest = block.column(ROW_COLUMN.rest, 'held');
  for (let at = 0; at < (rest?.size ?? 0); at++) {
    const place = rest?.places === undefined ? at : (rest.places[at] as number);
    if (mask[place] === 1 || !isIn(among, place)) continue;
    const { leaves } = readRecord(block, place);
    const has = leaves.places.some((one) => one.path === path || one.path.startsWith(`${path}.`));
    if (has) mask[place] = 1;
  }
  return anyOf(both(mask, among));
}

/** Without reading rows whose values do not matter. */
function existingColumns(block: Block, field: Field, among: Mask): Column[] {
  if (field.of !== 'row') return fieldColumns(block, field, among);
  if (field.name === 'body')
    return (['text', 'held'] as const).flatMap((kind) => block.column(ROW_COLUMN.body, kind) ?? []);
  const paths = rowAttributes(field.name);
  if (paths === undefined) return fieldColumns(block, field, among);
  return paths.flatMap((path) => {
    const stored = (['text', 'number', 'flag', 'held'] as const).flatMap(
      (kind) => block.column(attributeColumn(path), kind) ?? [],
    );
    return stored.length > 0 ? stored : restColumns(block, path, among);
  });
}

function anyOf(mask: Mask): Mask {
  return mask instanceof Uint8Array && !mask.includes(1) ? 'none' : mask;
}

/** What is cheap first: what remains has fewer rows to look at. */
function inOrderOfCost(parts: readonly Condition[]): readonly Condition[] {
  return [...parts].sort((one, other) => cost(one) - cost(other));
}

function cost(condition: Condition): number {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return 1 + Math.max(0, ...condition.parts.map(cost));
    case 'not':
      return 1 + cost(condition.part);
    case 'exists':
      return 2;
    case 'text':
      return condition.text.includes(' ') ? 20 : 5;
    case 'compare':
      if (isUid(condition.field)) return 30;
      // Long bodies are read in their rows.
      if (condition.field.of === 'row' && condition.field.name === 'body') return 10;
      return condition.is === 'like' ? 4 : 1;
  }
}

/** `log.record.uid`, whose values are in rows only. */
function isUid(field: Field): boolean {
  if (field.of === 'row') return field.name === 'uid';
  return field.of === 'attribute' && plainPath(field.path) === 'log.record.uid';
}
