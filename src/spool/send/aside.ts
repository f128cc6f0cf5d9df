import type { OtelEventsError } from '../../errors.ts';
import type { SpoolBatch } from '../log/spool-batch.ts';
import type { Taken } from './intake.ts';

/** A record that was refused, one of a batch that was taken. */
export interface Refused {
  readonly taken: Taken;
  readonly part: SpoolBatch;
  /** The refusal, which is reported if the destination goes on refusing. */
  readonly doubt: OtelEventsError;
}

/** The most bytes of records that are set aside; then nothing else is taken until the destination accepts something. */
const MAX_BYTES = 64 * 1024 * 1024;

/**
 * Records that were refused while the destination had accepted nothing: a wrong port or a proxy refuses whatever
 * comes, so that this says nothing about them. They are sent once more when it has accepted something, and now and
 * then before.
 */
export class Aside {
  #refused: Refused[] = [];
  #bytes = 0;
  /** How many records may be sent again although the destination has accepted nothing since. */
  #due = 0;

  get count(): number {
    return this.#refused.length;
  }

  /** The refusal of the record that was set aside last; undefined if none is. */
  get doubt(): OtelEventsError | undefined {
    return this.#refused.at(-1)?.doubt;
  }

  get isFull(): boolean {
    return this.#bytes >= MAX_BYTES;
  }

  get isDue(): boolean {
    return this.#due > 0;
  }

  add(refused: Refused): void {
    this.#refused.push(refused);
    this.#bytes += refused.part.bytes.length;
  }

  /** Lets every record that is set aside now be sent again, once. */
  makeDue(): void {
    this.#due = this.count;
  }

  /** Takes out the oldest record that may be sent again. */
  take(): Refused | undefined {
    const next = this.#due > 0 ? this.#refused.shift() : undefined;
    if (next === undefined) return undefined;
    this.#due--;
    this.#bytes -= next.part.bytes.length;
    return next;
  }
}
