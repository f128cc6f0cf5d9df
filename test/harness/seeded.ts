/** Random numbers that can be had again. */
export interface Seeded {
  readonly seed: number;
  /** A whole number from 0 to `limit` - 1. */
  below(limit: number): number;
  /** True with this probability, 0 to 1. */
  chance(probability: number): boolean;
  pick<T>(from: readonly [T, ...T[]]): T;
}

/** `FAULTS_SEED` repeats an earlier run; every test that uses it says what it was. */
export const SEED: number = Number(process.env.FAULTS_SEED ?? Math.floor(Math.random() * 2 ** 31));

/**
 * Random numbers from a seed.
 * @param parts - what tells this use from others of the same seed
 * @see "mulberry32" by Tommy Ettinger, public domain
 */
export function seeded(seed: number, ...parts: readonly number[]): Seeded {
  let state = parts.reduce((mixed, part) => Math.imul(mixed ^ part, 0x9e3779b1) ^ (mixed >>> 15), seed);
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    seed,
    below: (limit) => Math.floor(next() * limit),
    chance: (probability) => next() < probability,
    pick: (from) => from[Math.floor(next() * from.length)] as (typeof from)[number],
  };
}
