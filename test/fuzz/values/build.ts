import { runInNewContext } from 'node:vm';
import { ODDITIES } from './oddities.ts';
import type { Disguise, Holder, Recipe } from './recipe.ts';

/** What must not arrive where something is to be redacted. */
export const SECRET = 'secret-4f1c';
export const MAIL = 'ada.fuzz@example.org';
export const CARD_NUMBER = '4111111111111111';

/** Makes the value of a recipe. */
export function build(recipe: Recipe): unknown {
  switch (recipe.is) {
    case 'odd':
      return ODDITIES.get(recipe.what)?.();
    case 'long':
      return recipe.text.repeat(recipe.times);
    case 'wide':
      return wide(recipe.as, recipe.times, () => build(recipe.of));
    case 'deep':
      return deep(recipe.as, recipe.times);
    case 'secret':
      return secret(recipe.as);
    case 'found':
      return disguised(recipe.what === 'mail' ? MAIL : CARD_NUMBER, recipe.as);
    case 'holder':
      return held(
        recipe.as,
        recipe.fields.map(([name, value]) => [name, () => build(value)]),
      );
  }
}

function wide(as: 'keys' | 'items' | 'map' | 'set', times: number, item: () => unknown): unknown {
  const value = item();
  if (as === 'items') return Array(times).fill(value);
  const entries = Array.from({ length: times }, (_, index) => [`k${index}`, value] as const);
  if (as === 'keys') return Object.fromEntries(entries);
  return as === 'map' ? new Map(entries) : new Set(entries.map(([key]) => key));
}

function deep(as: 'object' | 'list' | 'map' | 'json', times: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < times; level++) {
    const inner = value;
    if (as === 'object') value = { a: inner };
    else if (as === 'list') value = [inner];
    else if (as === 'map') value = new Map([['a', inner]]);
    else value = { toJSON: () => ({ a: inner }) };
  }
  return value;
}

function secret(as: 'text' | 'list' | 'object' | 'boxed'): unknown {
  if (as === 'text') return SECRET;
  if (as === 'boxed') return new String(SECRET);
  return as === 'list' ? [SECRET] : { of: { it: SECRET } };
}

function disguised(text: string, as: Disguise): unknown {
  switch (as) {
    case 'text':
      return `this is ${text}, all of it`;
    case 'behind many letters':
      return `${'a'.repeat(300)}${text}`.replace(/^a+(?=\d)/, '$& ');
    case 'before many letters':
      return `${text} ${'a'.repeat(3000)}`;
    case 'symbol':
      return Symbol(text);
    case 'symbol in a list':
      return [Symbol(text)];
    case 'key':
      return { [text]: 1 };
    case 'key of a map':
      return new Map([[text, 1]]);
    case 'item of a set':
      return new Set([text]);
    case 'boxed':
      return new String(text);
    case 'url':
      return new URL(`http://host.example/?of=${text}`);
    case 'message of an error':
      return new Error(`no ${text}`);
    case 'cause of an error':
      return new Error('x', { cause: new Error(text) });
    case 'toJSON':
      return { toJSON: () => ({ of: text }) };
    case 'number':
      return /^\d+$/.test(text) ? [Number(text), BigInt(text)] : text;
    case 'class':
      return new (class Person {
        of = text;
      })();
    case 'regexp':
      return new RegExp(text);
  }
}

function held(as: Holder, makers: readonly (readonly [string, () => unknown])[]): unknown {
  const object = (): Record<string, unknown> => {
    const fields: Record<string, unknown> = {};
    for (const [name, make] of makers) {
      Object.defineProperty(fields, name, {
        value: make(),
        enumerable: true,
        configurable: true,
        writable: true,
      });
    }
    return fields;
  };
  const map = (): [string, unknown][] => makers.map(([name, make]) => [name, make()]);
  switch (as) {
    case 'object':
      return object();
    case 'list':
      // What is secret by its name has one.
      return makers.map(([name, make]) => ({ [name]: make() }));
    case 'map':
      return new Map(map());
    case 'set':
      return new Set([object()]);
    case 'class':
      return Object.assign(new (class Held {})(), object());
    case 'bare':
      return Object.assign(Object.create(null), object());
    case 'error':
      return Object.defineProperties(new Error('held'), Object.getOwnPropertyDescriptors(object()));
    case 'frozen':
      return Object.freeze(object());
    case 'getters': {
      const getters = {};
      for (const [name, make] of makers)
        Object.defineProperty(getters, name, { get: make, enumerable: true, configurable: true });
      return getters;
    }
    case 'proxy':
      return new Proxy(object(), {});
    case 'toJSON':
      return { toJSON: object };
    case 'of another realm':
      return Object.assign(runInNewContext('({})'), object());
    case 'map of another realm': {
      const other = runInNewContext('new Map()') as Map<string, unknown>;
      for (const [name, value] of map()) other.set(name, value);
      return other;
    }
    case 'array with fields':
      return Object.assign([object()], { more: 1 });
  }
}
