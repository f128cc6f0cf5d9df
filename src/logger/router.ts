import type { Context, Span } from '@opentelemetry/api';
import type { Pipeline } from '../delivery/pipeline.ts';
import type { Emitted } from '../delivery/sink.ts';
import type { Event } from '../event.ts';
import type { Processor } from '../processors/processor.ts';
import { type RouteNode, runRoute } from '../processors/run-route.ts';
import type { Failures } from './failures.ts';

/** The destination over OpenTelemetry, as a sink to route to. */
const OTLP = 'otlp';

/** Sends events through processors and routes, before the pipeline takes what comes out. */
export class Router {
  readonly #root: RouteNode;
  readonly #pipeline: Pipeline;
  readonly #failures: Failures;

  constructor(root: RouteNode, pipeline: Pipeline, failures: Failures) {
    this.#root = root;
    this.#pipeline = pipeline;
    this.#failures = failures;
  }

  /**
   * Emits an event as the processors leave it. What a route has changed is a record of its own, with the same
   * id; the span of a scope shows what goes out over OpenTelemetry.
   */
  emit(event: Event, context: Context, copyTo: Span | undefined): Emitted {
    const { sinks, refused } = runRoute(event, this.#root, event.exporters, this.#onFailure);
    // It names no sink that there is: the pipeline says so.
    if (sinks.size + refused.length === 0) return this.#pipeline.emit(event, context, copyTo);
    let emitted: Emitted | undefined;
    for (const [part, names] of sinks) {
      if (emitted === undefined) {
        const isForAll = sinks.size === 1 && refused.length === 0;
        const first = isForAll ? part : { ...part, exporters: names };
        emitted = this.#pipeline.emit(first, context, copyTo);
      } else this.#pipeline.emit({ ...part, exporters: names, outputPath: undefined }, context);
    }
    for (const [index, { sinks: names, as }] of refused.entries()) {
      this.#pipeline.leaveOut(event.name, names, as, emitted === undefined && index === 0);
    }
    return emitted ?? { event: undefined, content: undefined };
  }

  /** Whether events may leave over OpenTelemetry in another shape than they were logged in. */
  get changesAll(): boolean {
    return this.#root.processors.length > 0;
  }

  readonly #onFailure = (processor: string, cause: unknown): void => {
    this.#failures.add('processor', processor, cause);
  };
}

/** The root of all branches; undefined if there is nothing to run. */
export function rootOf(
  processors: readonly Processor[],
  to: RouteNode['to'],
  hasDestination: boolean,
): RouteNode | undefined {
  if (processors.length === 0 && to.every((end) => typeof end === 'string')) return undefined;
  return { processors, to: hasDestination ? [OTLP, ...to] : to };
}
