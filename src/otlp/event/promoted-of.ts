import { firstUnits } from '../../first-units.ts';
import { PROMOTED } from '../values/promoted.ts';

/** One attribute that stands for a key of the context as well. */
export type Promoted = readonly [attribute: (typeof PROMOTED)[keyof typeof PROMOTED], value: string];

/** Longer ones are cut here; the whole value stays in the context. */
const MAX_LENGTH = 4096;

const KEYS = Object.entries(PROMOTED) as [string, Promoted[0]][];

/** Contexts are shared by all events of a request. */
const known = new WeakMap<object, readonly Promoted[]>();

/** The attributes that known keys of a context are promoted to: what is text and not empty. */
export function promotedOf(context: Readonly<Record<string, unknown>>): readonly Promoted[] {
  let promoted = known.get(context);
  if (promoted === undefined) {
    promoted = read(context);
    known.set(context, promoted);
  }
  return promoted;
}

function read(context: Readonly<Record<string, unknown>>): Promoted[] {
  const promoted: Promoted[] = [];
  for (const [key, attribute] of KEYS) {
    const value = Object.hasOwn(context, key) ? context[key] : undefined;
    if (typeof value === 'string' && value !== '') promoted.push([attribute, firstUnits(value, MAX_LENGTH)]);
  }
  return promoted;
}
