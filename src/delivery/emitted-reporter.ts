import { randomUUID } from 'node:crypto';
import { EMITTED_HEADER, EMITTED_PATH, type EmittedReport } from '../otlp/emitted/emitted-report.ts';
import { encodeEmittedReport } from '../otlp/emitted/encode-emitted-report.ts';
import type { PostBelow } from '../spool/send/otlp-transport.ts';
import { clearTimeout, performance, setTimeout, within } from '../time.ts';
import type { EmittedCounts } from './ledger/emitted-counts.ts';
import { SCOPE } from './scope.ts';

/** What a reporter is made of. */
export interface EmittedReporterOptions {
  readonly counts: EmittedCounts;
  readonly post: PostBelow;
  /** Of the events: `service.name`. */
  readonly service: string;
}

/** Who asks for the first time is told soon. */
const FIRST_MS = 1_000;
/** A process that is killed has reported all but what was emitted since. */
const INTERVAL_MS = 5_000;
const TIMEOUT_MS = 5_000;
/** What answers so will not take another one either: it is not asked again. Of anything else time may be the cure. */
const REFUSALS: ReadonlySet<number> = new Set([400, 404, 405, 413, 415, 422]);
/** The most that the end of a logger or a process takes longer for the last report. */
const LAST_MS = 250;

/**
 * Reports what was emitted to a receiver that asks for it, over the way of the events. A report that was not answered is
 * sent again as it is, with its number, so that it counts once; meanwhile the next one grows in the counts, which are bounded.
 * Nothing waits for it but, for a moment, the end of a logger; what goes wrong here is no error of the app's.
 */
export class EmittedReporter {
  readonly #options: EmittedReporterOptions;
  readonly #logger = randomUUID();
  /** The store that asks; undefined when nobody does. */
  #asked: string | undefined;
  /** The store that asked, and then did not take it: a proxy may be in between. */
  #refusedBy: string | undefined;
  #sequence = 0;
  /** Made, and not known to have arrived. */
  #unanswered: EmittedReport | undefined;
  #sending: Promise<void> | undefined;
  #toldUnderWay = '';
  #timer: NodeJS.Timeout | undefined;
  /** The last report was tried: a process that ends does not try again. */
  #hasEnded = false;

  constructor(options: EmittedReporterOptions) {
    this.#options = options;
  }

  /**
   * An answer of the receiver says whether it asks. What was counted for another store, or for nobody, is forgotten: its
   * events are elsewhere.
   */
  heard(by: string | undefined, isFirst = false): void {
    const asked = by === this.#refusedBy ? undefined : by;
    if (asked === this.#asked) return;
    this.#asked = asked;
    this.#unanswered = undefined;
    clearTimeout(this.#timer);
    if (!isFirst) this.#options.counts.restart(asked !== undefined);
    if (asked !== undefined) this.#sendIn(FIRST_MS);
  }

  /** Whether the end of the process would find something to report. */
  get isWanted(): boolean {
    return this.#asked !== undefined && !this.#hasEnded;
  }

  /** Reports what there is, as the last of it, for at most a quarter of a second. */
  async end(): Promise<void> {
    if (this.#asked === undefined) return;
    this.#hasEnded = true;
    clearTimeout(this.#timer);
    const untilMs = performance.now() + LAST_MS;
    const left = (): number => Math.max(1, untilMs - performance.now());
    if (this.#sending !== undefined) await within(left(), this.#sending);
    // One that was on its way goes first: numbers have to grow.
    for (const isLast of this.#unanswered === undefined ? [true] : [false, true]) {
      if (performance.now() < untilMs) await this.#send(isLast, left());
    }
    if (this.#asked !== undefined) this.#sendIn(INTERVAL_MS);
  }

  /** The same, and nothing after it. */
  async close(): Promise<void> {
    await this.end();
    this.#asked = undefined;
    clearTimeout(this.#timer);
  }

  #sendIn(waitMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#hasEnded = false;
      this.#sending = this.#send(false, TIMEOUT_MS).finally(() => {
        this.#sending = undefined;
        if (this.#asked !== undefined) this.#sendIn(INTERVAL_MS);
      });
    }, waitMs).unref();
  }

  async #send(isLast: boolean, timeoutMs: number): Promise<void> {
    this.#unanswered ??= this.#next(isLast);
    const report = this.#unanswered;
    if (report === undefined) return;
    try {
      const { status, headers } = await this.#options.post(
        EMITTED_PATH,
        encodeEmittedReport(report, SCOPE),
        timeoutMs,
      );
      const isTaken = status >= 200 && status < 300;
      if (!isTaken && !REFUSALS.has(status)) return;
      if (this.#unanswered === report) this.#unanswered = undefined;
      if (!isTaken) this.#refusedBy = this.#asked;
      this.heard(isTaken ? (headers[EMITTED_HEADER] as string | undefined) : undefined);
    } catch {
      // Nobody answered: it is sent again.
    }
  }

  /** What has come to its end since the last report; undefined when that said everything. */
  #next(isLast: boolean): EmittedReport | undefined {
    const { counts, service } = this.#options;
    const { cells, underWay } = counts.take();
    const told = JSON.stringify([...underWay]);
    if (cells.length === 0 && told === this.#toldUnderWay && !isLast) return undefined;
    this.#toldUnderWay = told;
    return { service, logger: this.#logger, sequence: ++this.#sequence, isLast, cells, underWay };
  }
}
