import os from 'node:os';
import { OtelEventsError } from '../errors.ts';
import { performance } from '../time.ts';

/** How much memory may be in use. */
export interface MemoryLimitOptions {
  /** From here on requests are refused. */
  readonly mostBytes: number;
  /** Between two measurements. */
  readonly checkIntervalMs: number;
  /** Lets go of garbage before it counts. Default: V8 does when it sees fit. */
  readonly garbage?: GarbageOptions | undefined;
  readonly onChange: (isLimited: boolean, usedBytes: number) => void;
}

/** How garbage is collected where too much memory is in use. */
export interface GarbageOptions {
  /** Everything waits until it returns. */
  readonly collect: () => void;
  /** Between two collections. */
  readonly minIntervalMs: number;
  /** The same from `hardBytes` on. */
  readonly minIntervalHardMs: number;
  readonly hardBytes: number;
}

/** Of the time, collections that are forced take this share at most, however often they are wanted. */
const MOST_TIME = 0.1;

/**
 * Knows when too much memory is in use: objects of JavaScript, and buffers beside them. What the process has been given
 * by the machine does not tell: it is seldom given back. Garbage counts until it is collected. Where nothing is said of that V8 does
 * it when it sees fit: the process can be somebody's app, in which nobody else sets the flags or the pauses of the garbage collector.
 */
export class MemoryLimit {
  readonly #options: MemoryLimitOptions;
  #checkedMs = Number.NEGATIVE_INFINITY;
  #isLimited = false;
  #collectedMs = Number.NEGATIVE_INFINITY;
  #pauseMs = 0;

  constructor(options: MemoryLimitOptions) {
    this.#options = options;
  }

  /** What the machine, or the container, has for this process, in bytes. */
  static total(): number {
    const constrained = process.constrainedMemory();
    return constrained > 0 && constrained < os.totalmem() ? constrained : os.totalmem();
  }

  /** @throws OtelEventsError `EXPORT_FAILED` with `retry` while there is too much */
  check(): void {
    const nowMs = performance.now();
    if (nowMs - this.#checkedMs >= this.#options.checkIntervalMs) this.#measure(nowMs);
    if (!this.#isLimited) return;
    throw new OtelEventsError('EXPORT_FAILED', 'too much memory in use', {
      reason: 'memory_limit',
      retry: {},
    });
  }

  #measure(nowMs: number): void {
    const { mostBytes, onChange } = this.#options;
    this.#checkedMs = nowMs;
    let used = usedBytes();
    if (used >= mostBytes && this.#collects(nowMs, used)) used = usedBytes();
    const isLimited = used >= mostBytes;
    if (isLimited !== this.#isLimited) onChange(isLimited, used);
    this.#isLimited = isLimited;
  }

  /** Collects garbage, unless that was done a moment ago. @returns whether it did */
  #collects(nowMs: number, used: number): boolean {
    const { garbage } = this.#options;
    if (garbage === undefined) return false;
    const wantedMs = used >= garbage.hardBytes ? garbage.minIntervalHardMs : garbage.minIntervalMs;
    if (nowMs - this.#collectedMs < Math.max(wantedMs, this.#pauseMs / MOST_TIME)) return false;
    garbage.collect();
    this.#collectedMs = performance.now();
    this.#pauseMs = this.#collectedMs - nowMs;
    return true;
  }
}

function usedBytes(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
