import { OtelEventsError } from '../errors.ts';
import type { Pipeline } from '../otel/pipeline.ts';
import type { Diagnostics } from './diagnostics.ts';

/** What goes on failing is reported again after so long. */
const SILENCE_MS = 60_000;

/** Counts failures of functions that the app has given, and says so: once a minute for each. */
export class Failures {
  readonly #pipeline: Pipeline;
  readonly #diagnostics: Diagnostics;
  readonly #reportedMs = new Map<string, number>();

  constructor(pipeline: Pipeline, diagnostics: Diagnostics) {
    this.#pipeline = pipeline;
    this.#diagnostics = diagnostics;
  }

  /** @param kind - what it is: `processor`, `modifier`, `listener` */
  add(kind: string, name: string, cause: unknown): void {
    this.#pipeline.failed(name);
    const nowMs = performance.now();
    const key = `${kind} ${name}`;
    if (nowMs - (this.#reportedMs.get(key) ?? Number.NEGATIVE_INFINITY) < SILENCE_MS) return;
    this.#reportedMs.set(key, nowMs);
    const why = cause instanceof OtelEventsError ? `: ${cause.message}` : '';
    const message = `the ${kind} ${name} failed, events go on without it${why}`;
    const fix = 'stats().failures counts how often; it is said once a minute';
    this.#diagnostics.report(new OtelEventsError('PROCESSOR_FAILED', message, { cause, fix }));
  }
}
