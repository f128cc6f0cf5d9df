import os from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { OtelEventsError } from '../errors.ts';
import { performance } from '../time.ts';

/** How much memory may be in use. */
export interface MemoryLimitOptions {
  /** From here on requests are refused. */
  readonly softBytes: number;
  /** From here on garbage is collected sooner. */
  readonly hardBytes: number;
  /** Between two measurements. */
  readonly checkIntervalMs: number;
  /** Between two collections of garbage while above `softBytes`, and while above `hardBytes`. */
  readonly softCollectMs: number;
  readonly hardCollectMs: number;
  readonly onChange: (isLimited: boolean, usedBytes: number) => void;
}

/**
 * Knows when too much memory is in use: objects of JavaScript, and buffers beside them. What the process has been given
 * by the machine does not tell: it is seldom given back.
 */
export class MemoryLimit {
  readonly #options: MemoryLimitOptions;
  #checkedMs = Number.NEGATIVE_INFINITY;
  #collectedMs = Number.NEGATIVE_INFINITY;
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
    const { softBytes, hardBytes, softCollectMs, hardCollectMs, onChange } = this.#options;
    this.#checkedMs = nowMs;
    let used = usedBytes();
    const collectMs = used >= hardBytes ? hardCollectMs : softCollectMs;
    // Refused requests make little garbage: nothing would end the refusals if nobody collected what is there.
    if (used >= softBytes && nowMs - this.#collectedMs >= collectMs) {
      collectGarbage();
      this.#collectedMs = nowMs;
      used = usedBytes();
    }
    const isLimited = used >= softBytes;
    if (isLimited !== this.#isLimited) onChange(isLimited, used);
    this.#isLimited = isLimited;
  }
}

function usedBytes(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

let collect: (() => void) | undefined;

/** Node.js has it behind a flag, which can be set late. */
function collectGarbage(): void {
  if (collect === undefined) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  collect();
}
