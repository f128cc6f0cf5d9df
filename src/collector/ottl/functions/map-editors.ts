import type { OtlpObject } from '../../../otlp/wire/decode-protobuf.ts';
import { keyOf, keyValue, removeEntries } from '../../../otlp/wire/entries.ts';
import { bodyText } from '../convert-value.ts';
import { cutBytes } from '../cut-bytes.ts';
import { StatementFailure } from '../failure.ts';
import { editor, type OttlFunction } from '../function.ts';
import {
  fixedBool,
  fixedInt,
  fixedString,
  map,
  mapPath,
  optional,
  regex,
  several,
  string,
} from '../parameter.ts';
import { OttlMap } from '../value.ts';

/** The map without what does not fit; the same one if all does. */
function kept({ entries }: OttlMap, isFit: (key: string) => boolean): OttlMap {
  const left = entries.filter((entry) => isFit(keyOf(entry)));
  return new OttlMap(left.length === entries.length ? entries : left);
}

/** The map with other values; the same one if none is another. */
function withValues({ entries }: OttlMap, change: (value: OtlpObject) => OtlpObject): OttlMap {
  let isChanged = false;
  const changed = entries.map((entry) => {
    const next = change(entry.value as OtlpObject);
    if (next === entry.value) return entry;
    isChanged = true;
    return { ...entry, value: next };
  });
  return new OttlMap(isChanged ? changed : entries);
}

const deleteKey = editor(
  'delete_key',
  { target: mapPath, key: string },
  ({ target, key: keyIn }) =>
    (row) => {
      const key = keyIn(row);
      if (target.removeKey !== undefined) target.removeKey(row, key);
      else target.set(row, new OttlMap(removeEntries(target.get(row).entries, key)));
    },
);

const deleteMatchingKeys = editor(
  'delete_matching_keys',
  { target: mapPath, pattern: regex },
  ({ target, pattern: patternIn }) =>
    (row) => {
      const pattern = patternIn(row);
      target.set(
        row,
        kept(target.get(row), (key) => !pattern.test(key)),
      );
    },
);

const keepMatchingKeys = editor(
  'keep_matching_keys',
  { target: mapPath, pattern: regex },
  ({ target, pattern: patternIn }) =>
    (row) => {
      const pattern = patternIn(row);
      target.set(
        row,
        kept(target.get(row), (key) => pattern.test(key)),
      );
    },
);

const keepKeys = editor('keep_keys', { target: mapPath, keys: several(string) }, ({ target, keys }) => {
  const isFixed = keys.every((key) => key.constant !== undefined);
  const fixed = new Set(keys.map((key) => key.constant?.value));
  return (row) => {
    const names: ReadonlySet<string | undefined> = isFixed ? fixed : new Set(keys.map((key) => key(row)));
    target.set(
      row,
      kept(target.get(row), (key) => names.has(key)),
    );
  };
});

const limit = editor(
  'limit',
  { target: mapPath, limit: fixedInt, priority_keys: several(fixedString) },
  ({ target, limit: most, priority_keys: priorities }) => {
    if (most < 0n) throw new StatementFailure('limit is negative');
    if (most < priorities.length)
      throw new StatementFailure('there are more priority_keys than limit lets stay');
    const first = new Set(priorities);
    return (row) => {
      const before = target.get(row);
      if (before.entries.length <= most) return;
      let room = Number(most) - before.entries.filter((entry) => first.has(keyOf(entry))).length;
      target.set(
        row,
        kept(before, (key) => first.has(key) || room-- > 0),
      );
    };
  },
);

const STRATEGIES = ['insert', 'update', 'upsert'];

const mergeMaps = editor(
  'merge_maps',
  { target: mapPath, source: map, strategy: fixedString },
  ({ target, source, strategy }) => {
    if (!STRATEGIES.includes(strategy))
      throw new StatementFailure(`strategy is one of ${STRATEGIES.join(', ')}`);
    return (row) => {
      const merged = [...target.get(row).entries];
      const places = new Map<string, number>();
      // Of a key that comes twice the first entry is meant, as everywhere.
      for (const [index, entry] of merged.entries()) {
        if (!places.has(keyOf(entry))) places.set(keyOf(entry), index);
      }
      for (const entry of source(row).entries) {
        const key = keyOf(entry);
        const place = places.get(key);
        if (place !== undefined && strategy !== 'insert') merged[place] = entry;
        if (place === undefined && strategy !== 'update') places.set(key, merged.push(entry) - 1);
      }
      target.set(row, new OttlMap(merged));
    };
  },
);

const truncateAll = editor(
  'truncate_all',
  { target: mapPath, limit: fixedInt, utf8_safe: optional(fixedBool) },
  ({ target, limit: most, utf8_safe: isWhole = true }) => {
    if (most < 0n) throw new StatementFailure('limit is negative');
    return (row) =>
      target.set(
        row,
        withValues(target.get(row), (value) => {
          const { stringValue: text } = value;
          // No character takes more than three bytes for each of its code units.
          if (typeof text !== 'string' || text.length * 3 <= most) return value;
          const cut = cutBytes(text, 0, Number(most), isWhole);
          return cut === text ? value : { stringValue: cut };
        }),
      );
  },
);

const stringifyAll = editor('stringify_all', { target: mapPath }, ({ target }) => (row) => {
  target.set(
    row,
    withValues(target.get(row), (value) =>
      value.stringValue === undefined ? { stringValue: bodyText(value) } : value,
    ),
  );
});

const flatten = editor(
  'flatten',
  {
    target: mapPath,
    prefix: optional(fixedString),
    depth: optional(fixedInt),
    resolve_conflicts: optional(fixedBool),
  },
  ({ target, prefix = '', depth = 2n ** 62n, resolve_conflicts: resolves = false }) => {
    if (depth < 1n) throw new StatementFailure('depth is 1 or more');
    return (row) => {
      const flat = new Flattened(Number(depth), resolves);
      flat.addMap(target.get(row).entries, prefix, 0);
      target.set(row, new OttlMap([...flat.values].map(([key, value]) => keyValue(key, value))));
    };
  },
);

/** What is found in maps and lists, under keys that say where. */
class Flattened {
  readonly values = new Map<string, OtlpObject>();
  readonly #maxDepth: number;
  readonly #resolves: boolean;
  /** How many values wanted a key that was taken. */
  readonly #taken = new Map<string, number>();

  constructor(maxDepth: number, resolves: boolean) {
    this.#maxDepth = maxDepth;
    this.#resolves = resolves;
  }

  addMap(entries: readonly OtlpObject[], path: string, depth: number): void {
    const prefix = path === '' ? '' : `${path}.`;
    for (const entry of entries) this.#add(`${prefix}${keyOf(entry)}`, entry.value as OtlpObject, depth);
  }

  #add(key: string, value: OtlpObject, depth: number): void {
    const isDeep = depth >= this.#maxDepth;
    if (value.kvlistValue !== undefined && !isDeep) this.addMap(inside(value.kvlistValue), key, depth + 1);
    else if (value.arrayValue !== undefined && !isDeep) this.#addList(inside(value.arrayValue), key, depth);
    else this.#put(key, key, value);
  }

  #addList(items: readonly OtlpObject[], path: string, depth: number): void {
    for (const [index, item] of items.entries()) {
      const key = `${path}.${index}`;
      const isInside = item.kvlistValue !== undefined || item.arrayValue !== undefined;
      if (isInside && depth + 1 < this.#maxDepth) this.#add(key, item, depth + 1);
      // Where conflicts are resolved, the items of a list compete for the key of the list.
      else this.#put(key, path, item);
    }
  }

  #put(key: string, contested: string, value: OtlpObject): void {
    if (!this.#resolves) {
      this.values.set(key, value);
      return;
    }
    const taken = this.#taken.get(contested) ?? 0;
    if (!this.values.has(contested)) {
      this.#taken.set(contested, 0);
      this.values.set(contested, value);
    } else {
      this.#taken.set(contested, taken + 1);
      this.values.set(`${contested}.${taken}`, value);
    }
  }
}

function inside(message: unknown): readonly OtlpObject[] {
  return (message as { values?: OtlpObject[] }).values ?? [];
}

/** Editors of a whole map. */
export const MAP_EDITORS: readonly OttlFunction[] = [
  deleteKey,
  deleteMatchingKeys,
  keepKeys,
  keepMatchingKeys,
  limit,
  mergeMaps,
  truncateAll,
  stringifyAll,
  flatten,
];
