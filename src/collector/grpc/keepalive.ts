import type { ServerHttp2Session } from 'node:http2';
import { clearInterval, clearTimeout, setInterval, setTimeout } from '../../time.ts';

/** How long connections live; times in milliseconds, 0 and undefined for no bound. */
export interface KeepaliveOptions {
  /** Without a call. */
  readonly maxIdleMs?: number | undefined;
  /** All in all; then it is told to begin no more calls. */
  readonly maxAgeMs?: number | undefined;
  /** For calls that are under way when a connection is too old. */
  readonly maxAgeGraceMs?: number | undefined;
  /** Between two questions whether the other side is still there. Default 2 h, as in gRPC for Go. */
  readonly pingEveryMs?: number | undefined;
  /** For the answer. Default 20 s. */
  readonly pingTimeoutMs?: number | undefined;
}

const PING_EVERY_MS = 2 * 3_600_000;
const PING_TIMEOUT_MS = 20_000;

/** Ends a connection that is idle, old or gone. */
export class Keepalive {
  readonly #session: ServerHttp2Session;
  readonly #timers: NodeJS.Timeout[] = [];
  #pong: NodeJS.Timeout | undefined;
  readonly #ping: NodeJS.Timeout;

  constructor(session: ServerHttp2Session, options: KeepaliveOptions) {
    this.#session = session;
    const { maxIdleMs = 0, maxAgeMs = 0, maxAgeGraceMs = 0 } = options;
    const { pingEveryMs = PING_EVERY_MS, pingTimeoutMs = PING_TIMEOUT_MS } = options;
    if (maxIdleMs > 0) session.setTimeout(maxIdleMs, () => session.close());
    if (maxAgeMs > 0) this.#after(maxAgeMs, () => this.#retire(maxAgeGraceMs));
    this.#ping = setInterval(() => this.#ask(pingTimeoutMs), pingEveryMs || PING_EVERY_MS);
    this.#ping.unref();
  }

  end(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    clearTimeout(this.#pong);
    clearInterval(this.#ping);
  }

  #retire(graceMs: number): void {
    this.#session.close();
    if (graceMs > 0) this.#after(graceMs, () => this.#session.destroy());
  }

  #ask(timeoutMs: number): void {
    clearTimeout(this.#pong);
    this.#pong = setTimeout(() => this.#session.destroy(), timeoutMs);
    this.#pong.unref();
    this.#session.ping(() => clearTimeout(this.#pong));
  }

  #after(ms: number, act: () => void): void {
    const timer = setTimeout(act, ms);
    timer.unref();
    this.#timers.push(timer);
  }
}
