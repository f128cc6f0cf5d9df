import type { Log } from './log.ts';

/** Logs that something fails when it begins, and that it works again when it ends; nothing in between. */
export class Outage {
  readonly #log: Log;
  readonly #what: string;
  readonly #exporter: string;
  #failures = 0;

  /** @param what - what fails, such as `delivery`, for the message */
  constructor(log: Log, what: string, exporter: string) {
    this.#log = log;
    this.#what = what;
    this.#exporter = exporter;
  }

  failed(error: unknown): void {
    if (this.#failures++ > 0) return;
    const message = error instanceof Error ? error.message : String(error);
    this.#log('warn', `${this.#what} fails`, { exporter: this.#exporter, error: message });
  }

  worked(): void {
    if (this.#failures === 0) return;
    this.#log('info', `${this.#what} works again`, { exporter: this.#exporter, failures: this.#failures });
    this.#failures = 0;
  }
}
