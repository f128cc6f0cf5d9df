import { counted } from '../counted.ts';
import { type ErrorCode, OtelEventsError } from '../errors.ts';
import { performance } from '../time.ts';

/** A failure that goes on is reported again after so long. */
const SILENCE_MS = 60_000;

/** Kinds that are remembered; names of processors are among them. */
const MAX_KINDS = 1_000;

interface Burst {
  saidMs: number;
  /** Failures since the last report. */
  more: number;
}

/** Says what fails with one event after another once an outage: at first, and then once a minute how often it was. */
export class Bursts {
  readonly #report: (error: OtelEventsError) => void;
  readonly #bursts = new Map<string, Burst>();

  constructor(report: (error: OtelEventsError) => void) {
    this.#report = report;
  }

  /** @param kind - what fails; failures of a kind belong together */
  add(kind: string, code: ErrorCode, message: string, details: { cause: unknown; fix?: string }): void {
    const nowMs = performance.now();
    const burst = this.#bursts.get(kind);
    if (burst !== undefined && nowMs - burst.saidMs < SILENCE_MS) {
      burst.more++;
      return;
    }
    const more = burst?.more ?? 0;
    if (burst === undefined && this.#bursts.size >= MAX_KINDS) this.#bursts.clear();
    this.#bursts.set(kind, { saidMs: nowMs, more: 0 });
    const count = more === 0 ? '' : `; ${counted(more, 'time')} more since this was said`;
    this.#report(new OtelEventsError(code, `${message}${count}`, details));
  }
}
