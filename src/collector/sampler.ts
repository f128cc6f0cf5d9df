import { ALWAYS, NEVER, probabilityOf, thresholdOf } from './sampling-threshold.ts';
import type { SamplingState } from './sampling-trace-state.ts';

export const SAMPLER_MODES = ['hash_seed', 'equalizing', 'proportional'] as const;

/** How a sampler decides. */
export interface SamplerOptions {
  readonly mode: (typeof SAMPLER_MODES)[number];
  readonly percentage: number;
  readonly hashSeed: number;
  /** Hexadecimal digits of thresholds. */
  readonly precision: number;
  /** Whether what cannot be decided is dropped. */
  readonly failsClosed: boolean;
}

/** An item to decide about. */
export interface Item {
  /** The id of its trace, in hexadecimal; empty if it has none. */
  readonly traceId: string;
  /** What is hashed in the mode `hash_seed`; undefined if there is nothing. */
  readonly hashed: Uint8Array | undefined;
  /** Whether there has to be a randomness in the state where nothing could be hashed. */
  readonly alwaysSaysRandomness: boolean;
  /** Undefined: what the item says of sampling is malformed. */
  readonly state: SamplingState | undefined;
  /** Overrules the decision. */
  readonly priority: bigint | undefined;
}

const BUCKETS = 2 ** 14;
const RANDOMNESS_MASK = NEVER - 1n;
/** What is sampled with any probability. */
const SURE = NEVER - 1n;

/** Decides by randomness that comes from the items: the same trace is decided the same everywhere. */
export class Sampler {
  readonly #options: SamplerOptions;
  readonly #ratio: number;
  /** Of the modes that have one for all items. */
  readonly #threshold: bigint;
  readonly #isHashing: boolean;

  constructor(options: SamplerOptions) {
    // A float of 32 bits, as in the OpenTelemetry Collector: the same items are sampled.
    const percentage = Math.fround(Math.min(options.percentage, 100));
    const buckets = Math.trunc(Math.fround(percentage * Math.fround(BUCKETS / 100)));
    const isHashing = options.mode === 'hash_seed';
    this.#options = options;
    this.#ratio = percentage === 0 ? 0 : Math.max(percentage / 100, 2 ** -56);
    this.#isHashing = isHashing && buckets > 0;
    const fixed = isHashing ? BigInt(BUCKETS - buckets) << 42n : thresholdOf(this.#ratio, options.precision);
    this.#threshold = this.#ratio === 0 || fixed === undefined ? NEVER : fixed;
  }

  /** @returns whether the item is sampled, and what it says of sampling then; undefined: as before */
  decide(item: Item): { readonly isSampled: boolean; readonly state: SamplingState | undefined } {
    const { randomness, state, isWrong } = this.#prepare(item);
    const failed = this.#options.failsClosed ? NEVER : ALWAYS;
    const threshold = item.priority ?? (isWrong ? failed : this.#thresholdFor(state));
    const isSampled = threshold <= randomness;
    if (!isSampled || state === undefined) return { isSampled, state };
    // A probability is never raised: what was dropped before does not come back.
    const isRaised = state.threshold !== undefined && threshold < state.threshold;
    return { isSampled, state: isRaised ? state : { ...state, threshold } };
  }

  #prepare(item: Item): { randomness: bigint; state: SamplingState | undefined; isWrong: boolean } {
    const found = this.#isNever
      ? SURE
      : this.#isHashing
        ? this.#hashedRandomness(item)
        : statedRandomness(item);
    const randomness = found ?? SURE;
    const { state } = item;
    if (state === undefined) return { randomness, state, isWrong: true };
    if (this.#isHashing) {
      const isInUse = state.randomness !== undefined || state.threshold !== undefined;
      if (isInUse) return { randomness, state: undefined, isWrong: true };
      const says = found !== undefined || item.alwaysSaysRandomness;
      return { randomness, state: says ? { ...state, randomness } : state, isWrong: found === undefined };
    }
    if (found === undefined) return { randomness, state, isWrong: true };
    // An item that should have been dropped before says nothing of use.
    const isInconsistent = state.threshold !== undefined && state.threshold > randomness;
    return {
      randomness,
      state: isInconsistent ? { ...state, threshold: undefined } : state,
      isWrong: isInconsistent,
    };
  }

  get #isNever(): boolean {
    return this.#threshold === NEVER;
  }

  #thresholdFor(state: SamplingState | undefined): bigint {
    const before = state?.threshold;
    if (this.#isNever || this.#isHashing || before === undefined) return this.#threshold;
    if (this.#options.mode === 'equalizing') return before > this.#threshold ? before : this.#threshold;
    return thresholdOf(probabilityOf(before) * this.#ratio, this.#options.precision) ?? NEVER;
  }

  /** 14 bits of a hash decide; the others come behind them, so that the whole serves as randomness later. */
  #hashedRandomness({ hashed }: Item): bigint | undefined {
    if (hashed === undefined) return undefined;
    const hash = fnv32(this.#options.hashSeed, hashed);
    const bucket = hash & (BUCKETS - 1);
    const rest = hash >>> 18;
    const mixed = BigInt(rest) ^ (BigInt(rest) << 10n);
    return (BigInt(BUCKETS - 1 - bucket) << 42n) | (mixed << 14n) | BigInt(bucket);
  }
}

function statedRandomness({ state, traceId }: Item): bigint | undefined {
  if (state?.randomness !== undefined) return state.randomness;
  return traceId === '' ? undefined : BigInt(`0x${traceId.slice(16)}`) & RANDOMNESS_MASK;
}

/** FNV-1a of 32 bits, of the seed and then the bytes. */
function fnv32(seed: number, bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  const add = (byte: number): void => {
    hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  };
  for (let shift = 0; shift < 32; shift += 8) add((seed >>> shift) & 0xff);
  for (const byte of bytes) add(byte);
  return hash;
}
