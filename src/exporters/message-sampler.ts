import { performance } from '../time.ts';

/** How many messages that are the same are shown in each second. */
export interface Sampling {
  /** So many of the first. */
  readonly initial: number;
  /** Then one in so many; 0 for none. */
  readonly thereafter: number;
}

/** Messages are told apart by a number below this one: which were there costs no memory. */
const COUNTERS = 4_096;
const SECOND_MS = 1_000;

/**
 * Lets through some of the messages that repeat, as the OpenTelemetry Collector's logger does.
 * @see https://pkg.go.dev/go.uber.org/zap/zapcore#NewSamplerWithOptions
 */
export class MessageSampler {
  readonly #sampling: Sampling;
  readonly #now: () => number;
  readonly #counts = new Float64Array(COUNTERS);
  readonly #resetMs = new Float64Array(COUNTERS);

  /** @param now - milliseconds of a clock that never goes back */
  constructor(sampling: Sampling, now: () => number = () => performance.now()) {
    this.#sampling = sampling;
    this.#now = now;
  }

  /** Counts the message. @returns whether it is to be shown */
  admits(message: string): boolean {
    const { initial, thereafter } = this.#sampling;
    if (thereafter === 1) return true;
    const at = hashOf(message) % COUNTERS;
    const count = this.#count(at);
    return count <= initial || (thereafter > 0 && (count - initial) % thereafter === 0);
  }

  #count(at: number): number {
    const nowMs = this.#now();
    const isOver = (this.#resetMs[at] ?? 0) <= nowMs;
    const count = isOver ? 1 : (this.#counts[at] ?? 0) + 1;
    if (isOver) this.#resetMs[at] = nowMs + SECOND_MS;
    this.#counts[at] = count;
    return count;
  }
}

/** FNV-1a in 32 bits. */
function hashOf(text: string): number {
  let hash = 2_166_136_261;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 16_777_619);
  return hash >>> 0;
}
