import { CONVENTIONAL, RESERVED } from '../../otlp/values/event-attributes.ts';
import type { FieldSeen } from '../store/event-store.ts';
import { type DeclaredField, dataPlace } from './declared-fields.ts';

/**
 * In what a field differs from what its schema says: seen and not declared, declared and never seen, of another type, or
 * required and not in all events.
 */
export type FieldDrift = 'undeclared' | 'unseen' | 'type' | 'missing';

/** A field of events, as it is declared and as it came. */
export interface ComparedField {
  /** As people write it; of a seen one its path. */
  readonly path: string;
  readonly declared: DeclaredField | undefined;
  /** Of what is declared and holds other fields that came, those of the one with most rows. */
  readonly seen: FieldSeen | undefined;
  readonly drift: readonly FieldDrift[];
}

/** What events of one name and version came as. */
export interface CameAs {
  readonly rows: number;
  /** Attributes only. */
  readonly fields: readonly FieldSeen[];
}

/** What the library writes beside the data of an event. */
const OF_LIBRARY = /^(?:log\.record\.|event\.)/;

/** Whether an attribute is of the data of an event, and none that the library writes beside it. */
export function isOfData({ field }: FieldSeen): boolean {
  if (field.of !== 'attribute') return false;
  if (field.path.startsWith('data.')) return true;
  return !OF_LIBRARY.test(field.path) && !RESERVED.has(field.path);
}

/** Fields that came beside those that are declared: the declared ones first, in the order of the schema. */
export function driftOf(
  declared: readonly DeclaredField[],
  { rows, fields }: CameAs,
): readonly ComparedField[] {
  const seen = fields.filter((one) => isOfData(one) || isKept(one, declared));
  const open = new Set(seen);
  const places = new Map(seen.map((one) => [placeOf(one), one]));
  const compared = declared.map((field): ComparedField => {
    const own = places.get(field.place);
    const all = seen.filter((one) => isWithin(field, placeOf(one)));
    for (const one of all) if (isTold(field, placeOf(one))) open.delete(one);
    const most = own ?? all.reduce<FieldSeen | undefined>(ofMoreRows, undefined);
    const drift = fieldDrift(field, { own, most, rows }, declared, seen);
    return { path: field.path, declared: field, seen: own ?? (most && asWhole(field, most)), drift };
  });
  const others = [...open].map((one): ComparedField => {
    const path = placeOf(one);
    return { path, declared: undefined, seen: one, drift: ['undeclared'] };
  });
  return [...compared, ...others];
}

function ofMoreRows(one: FieldSeen | undefined, other: FieldSeen): FieldSeen {
  return one !== undefined && one.rows >= other.rows ? one : other;
}

/** What holds other fields has no values of its own. */
function asWhole({ place, pattern }: DeclaredField, part: FieldSeen): FieldSeen {
  return pattern === undefined ? { ...part, field: { of: 'attribute', path: place }, types: [] } : part;
}

interface Found {
  /** The values at the place itself. */
  readonly own: FieldSeen | undefined;
  /** At it, or in it. */
  readonly most: FieldSeen | undefined;
  readonly rows: number;
}

function fieldDrift(
  field: DeclaredField,
  { own, most, rows }: Found,
  declared: readonly DeclaredField[],
  seen: readonly FieldSeen[],
): FieldDrift[] {
  if (rows === 0) return [];
  if (most === undefined) {
    // Once for all that is in it.
    const outer = declared.find(({ place }) => field.place.startsWith(`${place}.`));
    const isSaid = outer !== undefined && !seen.some((one) => isWithin(outer, placeOf(one)));
    return isSaid || field.isDeprecated ? [] : ['unseen'];
  }
  const { kinds } = field;
  const drift: FieldDrift[] = [];
  if (own !== undefined && kinds !== undefined && own.types.some((type) => !kinds.has(type)))
    drift.push('type');
  // A list or a map that is empty leaves nothing that could be seen.
  const isPlain =
    field.types.length > 0 && !field.types.some((type) => type === 'array' || type === 'object');
  if (field.isRequired && isPlain && !field.place.includes('.') && most.rows < rows) drift.push('missing');
  return drift;
}

/** Whether a place is that of a field, or one in it. */
function isWithin({ place, pattern }: DeclaredField, at: string): boolean {
  return at === place || at.startsWith(`${place}.`) || pattern?.test(at) === true;
}

/** Whether it is that of a field, or one in it of which the schema says nothing. */
function isTold(field: DeclaredField, at: string): boolean {
  return at === field.place || field.pattern?.test(at) === true || (field.isOpen && isWithin(field, at));
}

function placeOf({ field }: FieldSeen): string {
  return dataPlace((field as { readonly path: string }).path);
}

/** A name of OpenTelemetry's conventions, which data keep. */
function isKept({ field }: FieldSeen, declared: readonly DeclaredField[]): boolean {
  return (
    field.of === 'attribute' &&
    CONVENTIONAL.has(field.path) &&
    declared.some(({ place }) => place === field.path)
  );
}
