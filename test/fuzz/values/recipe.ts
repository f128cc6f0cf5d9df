import fc from 'fast-check';
import { hostileName, times } from '../pieces.ts';
import { ODDITIES } from './oddities.ts';

/** How to make a value that an app may log: it goes to another process, and is shown when it does harm. */
export type Recipe =
  | { readonly is: 'odd'; readonly what: string }
  | { readonly is: 'long'; readonly text: string; readonly times: number }
  | {
      readonly is: 'wide';
      readonly as: 'keys' | 'items' | 'map' | 'set';
      readonly times: number;
      readonly of: Recipe;
    }
  | { readonly is: 'deep'; readonly as: 'object' | 'list' | 'map' | 'json'; readonly times: number }
  /** At a path that is redacted: it must not arrive. */
  | { readonly is: 'secret'; readonly as: 'text' | 'list' | 'object' | 'boxed' }
  /** Text that a pattern finds: an address or the number of a card. */
  | { readonly is: 'found'; readonly what: 'mail' | 'card'; readonly as: Disguise }
  | { readonly is: 'holder'; readonly as: Holder; readonly fields: readonly (readonly [string, Recipe])[] };

export type Disguise = (typeof DISGUISES)[number];
export type Holder = (typeof HOLDERS)[number];

const DISGUISES = [
  'text',
  'behind many letters',
  'before many letters',
  'symbol',
  'key',
  'key of a map',
  'item of a set',
  'boxed',
  'url',
  'message of an error',
  'cause of an error',
  'toJSON',
  'number',
  'class',
  'symbol in a list',
  'regexp',
] as const;

const HOLDERS = [
  'object',
  'list',
  'map',
  'set',
  'class',
  'bare',
  'error',
  'frozen',
  'getters',
  'proxy',
  'toJSON',
  'of another realm',
  'map of another realm',
  'array with fields',
] as const;

/** Where in a call the value stands. */
export const PLACES = [
  'data',
  'in data',
  'in data',
  'session',
  'in session',
  'in context',
  'message',
  'tags',
  'category',
  'userId',
  'name',
  'options',
  'timestamp',
  'severity',
  'traceparent',
  'exporters',
  'added to a scope',
  'data of a scope',
  'thrown in a scope',
] as const;

export type Place = (typeof PLACES)[number];

/** Which loggers there are, beside the plain one. */
export const MANNERS = [
  'plain',
  'redact',
  'processor',
  'both',
  'sdk',
  'sdk, redact',
  'app',
  'app, redact',
] as const;

export type Manner = (typeof MANNERS)[number];

/** One value, as what is logged where. */
export interface ValueInput {
  readonly place: Place;
  readonly recipe: Recipe;
}

const NAMES = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('a', 'b', 'password', 'password', '') },
  { weight: 1, arbitrary: hostileName },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'event.category',
      'log.record.uid',
      'data',
      'data.x',
      'é',
      '\ud800',
      'k'.repeat(3000),
    ),
  },
);

const { recipe } = fc.letrec<{ recipe: Recipe; field: readonly [string, Recipe] }>((tie) => ({
  field: NAMES.chain((name) =>
    name === 'password'
      ? fc
          .constantFrom('text', 'list', 'object', 'boxed')
          .map((as) => [name, { is: 'secret', as }] as readonly [string, Recipe])
      : tie('recipe').map((value) => [name, value] as readonly [string, Recipe]),
  ),
  recipe: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    {
      weight: 6,
      arbitrary: fc.constantFrom(...ODDITIES.keys()).map((what): Recipe => ({ is: 'odd', what })),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        is: fc.constant('long' as const),
        text: fc.constantFrom('a', '9', 'é', '\u{1f600}', '\ud800', '\u0000', '@', 'a@', '1-', '.', '漢'),
        times: fc.oneof(times, fc.constant(6_000_000)),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        is: fc.constant('deep' as const),
        as: fc.constantFrom('object', 'list', 'map', 'json'),
        times: fc.nat({ max: 30_000 }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        is: fc.constant('found' as const),
        what: fc.constantFrom('mail', 'card'),
        as: fc.constantFrom(...DISGUISES),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        is: fc.constant('wide' as const),
        as: fc.constantFrom('keys', 'items', 'map', 'set'),
        times: times.map((count) => Math.min(count, 100_000)),
        of: fc
          .constantFrom('one', 'text', 'null', 'undefined', 'symbol', 'frozen', 'boxed text', 'map')
          .map((what): Recipe => ({ is: 'odd', what })),
      }),
    },
    {
      weight: 5,
      arbitrary: fc.record({
        is: fc.constant('holder' as const),
        as: fc.constantFrom(...HOLDERS),
        fields: fc.array(tie('field'), { maxLength: 4 }),
      }),
    },
  ) as fc.Arbitrary<Recipe>,
}));

export const valueInput: fc.Arbitrary<ValueInput> = fc.record({ place: fc.constantFrom(...PLACES), recipe });
