import type { Pipeline } from '../delivery/pipeline.ts';
import { OtelEventsError } from '../errors.ts';
import type { Diagnostics } from './diagnostics.ts';

/** Counts failures of functions that the app has given, and says so: once a minute for each. */
export class Failures {
  readonly #pipeline: Pipeline;
  readonly #diagnostics: Diagnostics;

  constructor(pipeline: Pipeline, diagnostics: Diagnostics) {
    this.#pipeline = pipeline;
    this.#diagnostics = diagnostics;
  }

  /** @param kind - what it is: `processor`, `modifier`, `listener` */
  add(kind: string, name: string, cause: unknown): void {
    const why = cause instanceof OtelEventsError ? `: ${cause.message}` : '';
    this.#failed(name, `${kind} ${name}`, `the ${kind} ${name} failed, events go on without it${why}`, cause);
  }

  /** The rules of the option `redact` could not be applied to an event. */
  redact(cause: unknown): void {
    const why = 'a rule threw, or took more than a second';
    const message = `redact: ${why}: all texts and numbers of the event were masked`;
    this.#failed('redact', 'redact', message, cause);
  }

  #failed(name: string, burst: string, message: string, cause: unknown): void {
    this.#pipeline.failed(name);
    const fix = 'stats().failures counts how often; it is said once a minute';
    this.#diagnostics.burst(burst, 'PROCESSOR_FAILED', message, { cause, fix });
  }
}
