import { isIPv6 } from 'node:net';
import { performance } from '../time.ts';

/** Most clients that are remembered; the one that has not come for longest is forgotten. */
const MAX_CLIENTS = 10_000;

const MINUTE_MS = 60_000;

interface Bucket {
  left: number;
  atMs: number;
}

/** Counts what clients do: so much a minute, in one go or spread. */
export class ClientRate {
  readonly #perMinute: number;
  readonly #now: () => number;
  readonly #buckets = new Map<string, Bucket>();

  /** @param now - a clock in milliseconds that never goes back */
  constructor(perMinute: number, now: () => number = () => performance.now()) {
    this.#perMinute = perMinute;
    this.#now = now;
  }

  /** @returns how many seconds to wait; 0: it may go on, and is counted */
  take(address: string | undefined): number {
    const key = networkOf(address ?? '');
    const atMs = this.#now();
    const { left, atMs: beforeMs } = this.#buckets.get(key) ?? { left: this.#perMinute, atMs };
    const now = Math.min(this.#perMinute, left + ((atMs - beforeMs) * this.#perMinute) / MINUTE_MS);
    const isTaken = now >= 1;
    // Anew, so that the first one is the one that has not come for longest.
    this.#buckets.delete(key);
    this.#buckets.set(key, { left: isTaken ? now - 1 : now, atMs });
    if (this.#buckets.size > MAX_CLIENTS) this.#forgetFirst();
    return isTaken ? 0 : Math.ceil(((1 - now) * MINUTE_MS) / this.#perMinute / 1000);
  }

  #forgetFirst(): void {
    for (const key of this.#buckets.keys()) {
      this.#buckets.delete(key);
      return;
    }
  }
}

/** Whoever has one IPv6 address has the 2⁶⁴ around it. */
function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const [front = '', back] = address.split('::');
  const groups = front === '' ? [] : front.split(':');
  if (back !== undefined) {
    const rest = back === '' ? 0 : back.split(':').length;
    groups.push(...Array<string>(Math.max(0, 8 - groups.length - rest)).fill('0'), ...back.split(':'));
  }
  return groups.slice(0, 4).join(':');
}
