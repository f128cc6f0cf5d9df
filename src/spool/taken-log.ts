import { OtelEventsError } from '../errors.ts';
import { clearInterval, setInterval } from '../time.ts';
import { Home } from './owner/home.ts';
import { Leftover } from './owner/leftover.ts';
import { currentOwner } from './owner/owner.ts';
import type { ReadLog } from './read/read-log.ts';

const HEARTBEAT_MS = 5_000;

/** A sub-directory without a living owner, ours for as long as it is emptied, as an adopter would have it. */
export class TakenLog {
  readonly #home: Home;
  /** As it was read. */
  readonly #log: ReadLog;
  readonly #positions: Map<number, number>;
  readonly #heartbeat: NodeJS.Timeout;

  private constructor(home: Home, log: ReadLog) {
    this.#home = home;
    this.#log = log;
    this.#positions = new Map(log.positions);
    this.#heartbeat = setInterval(() => this.#beat(), HEARTBEAT_MS).unref();
  }

  /**
   * @returns undefined if somebody else was faster
   * @throws OtelEventsError `SPOOL_UNWRITABLE`
   */
  static take(directory: string, log: ReadLog): TakenLog | undefined {
    const { home } = log;
    try {
      return new TakenLog(Home.take(directory, home.name, currentOwner(), Date.now()), log);
    } catch (cause) {
      const { code, message } = cause as NodeJS.ErrnoException;
      if (code === 'ENOENT') return undefined;
      const fix = 'without --drain it is only read';
      const what = `cannot take over ${home.path}: ${code ?? message}`;
      throw new OtelEventsError('SPOOL_UNWRITABLE', what, { cause, fix });
    }
  }

  /** Where it lies now. */
  get path(): string {
    return this.#home.path;
  }

  /** For these sinks all before `position` is settled. */
  settle(bits: readonly number[], position: number): void {
    if (!this.#home.isOurs()) return;
    for (const bit of bits) {
      if (position <= (this.#positions.get(bit) ?? 0)) continue;
      this.#positions.set(bit, position);
      try {
        this.#home.cursors.write(bit, position);
      } catch {
        // The records are sent again.
      }
    }
  }

  /** Removes it if nothing is pending, damage going to the quarantine; else leaves it to the next process. */
  async finish(): Promise<void> {
    clearInterval(this.#heartbeat);
    if (!this.#home.isOurs()) return;
    const { holds } = this.#log.definitions;
    const leftover = await Leftover.open(this.#home, { holds, onSettled() {}, onFound() {} });
    leftover.close();
  }

  #beat(): void {
    try {
      if (this.#home.isOurs()) this.#home.beat(Date.now());
    } catch {
      // Another pid namespace may take us for dead, and the records may be sent twice.
    }
  }
}
