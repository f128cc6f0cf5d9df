import type { TransportName } from './counts/receiver-counts.ts';
import type { Log } from './log.ts';
import { Sums } from './sums.ts';

/** Says which requests a receiver refuses for what they are: the first at once, and what follows in sums. */
export class Refusals {
  readonly #sums: Sums;
  /** Of the first request of each sum; senders think of more reasons than a log should hold. */
  readonly #reasons = new Map<string, string>();

  /** @param intervalMs - between two reports */
  constructor(log: Log, receiver: string, intervalMs?: number) {
    this.#sums = new Sums((key, count) => {
      const [transport = '', answer = ''] = key.split(' ', 2);
      const reason = this.#reasons.get(key) ?? '';
      this.#reasons.delete(key);
      log('warn', 'requests refused', { receiver, transport, answer, count, reason });
    }, intervalMs);
  }

  /**
   * @param answer - what its sender was told: `http_413`, `grpc_8`
   * @param reason - why, without anything that came with the request
   */
  add(transport: TransportName, answer: string, reason: string): void {
    const key = `${transport} ${answer}`;
    if (!this.#reasons.has(key)) this.#reasons.set(key, reason);
    this.#sums.add(key, 1);
  }

  end(): void {
    this.#sums.end();
  }
}
