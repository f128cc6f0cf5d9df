import os from 'node:os';
import { OtelEventsError } from '../errors.ts';
import { performance } from '../time.ts';

/** How much memory may be in use. */
export interface MemoryLimitOptions {
  /** From here on requests are refused. */
  readonly mostBytes: number;
  /** Between two measurements. */
  readonly checkIntervalMs: number;
  readonly onChange: (isLimited: boolean, usedBytes: number) => void;
}

/**
 * Knows when too much memory is in use: objects of JavaScript, and buffers beside them. What the process has been given
 * by the machine does not tell: it is seldom given back. Garbage counts until V8 collects it, when V8 sees fit: the process
 * can be somebody's app, in which nobody else sets the flags or the pauses of the garbage collector.
 */
export class MemoryLimit {
  readonly #options: MemoryLimitOptions;
  #checkedMs = Number.NEGATIVE_INFINITY;
  #isLimited = false;

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
    const used = usedBytes();
    const isLimited = used >= mostBytes;
    if (isLimited !== this.#isLimited) onChange(isLimited, used);
    this.#isLimited = isLimited;
  }
}

function usedBytes(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
