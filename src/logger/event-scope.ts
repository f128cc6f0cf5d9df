import type { Emitted } from '../delivery/sink.ts';
import { OtelEventsError } from '../errors.ts';
import type { EpochTime, Event, EventFailure, ScopeTimes } from '../event.ts';
import { isPlain } from '../is-plain.ts';
import { withContext } from '../otel/app-api.ts';
import type { ScopeSpan } from '../otel/scope-span.ts';
import { formatTraceparent } from '../otel/traceparent.ts';
import { copyFields } from '../otlp/event/copy-fields.ts';
import type { DefinedEvent } from '../schema/define/defined-event.ts';
import { epochNow, toEpochSeconds } from './clock.ts';
import { ambientFrame, type ScopeFrame, sessionFor } from './context/scope-frame.ts';
import { mergedOptions, mergedSession, toData } from './draft-event.ts';
import type { Emitter, OpenScope, Origin } from './emitter.ts';
import { endTime } from './end-time.ts';
import type { DataOf, LogArguments, SomeDataOf } from './event-types.ts';
import { endSpan, openSpan } from './open-span.ts';
import type { EndOptions, LogOptions, TrackOptions } from './options.ts';
import type { Subject } from './schemas.ts';
import { ERROR } from './severity.ts';
import { toFailure } from './to-failure.ts';
import { parseTrackCall, type TrackArguments, trackWith } from './track-call.ts';

/** The part of a logger that a scope is made from. */
export interface ScopeOrigin extends Origin {
  readonly emitter: Emitter;
}

/**
 * A stretch of work that becomes a span while it runs and an event when it ends. Made by `track()`. In the
 * callback form the scope is ambient inside the callback; a scope that is held by hand never is: only what
 * is called on it belongs to it.
 */
export class EventScope<Data extends object = object> implements OpenScope {
  /** The id of the event that the scope will emit. */
  readonly id: string;
  readonly #origin: ScopeOrigin;
  readonly #start: Event;
  readonly #span: ScopeSpan;
  readonly #frame: ScopeFrame;
  /** What a defined event is checked by, at the end. */
  readonly #subject: Subject | undefined;
  #data: Readonly<Record<string, unknown>>;
  #isBare: boolean;
  #failure: EventFailure | undefined;
  #ended = false;

  /** @internal `track()` makes scopes. */
  constructor(
    origin: ScopeOrigin,
    name: unknown,
    data: unknown,
    options: TrackOptions | undefined,
    outer?: ScopeFrame,
  ) {
    const { emitter, defaults } = origin;
    this.#subject = emitter.schemas.subjectOf(name);
    const own = mergedOptions(this.#subject?.options, options);
    const drafted = emitter.draft(defaults, this.#subject?.name ?? name, data, own, outer);
    const { event, context, scope } = drafted;
    this.#origin = origin;
    this.#start = event;
    this.id = event.id;
    this.#isBare = event.isBare === true;
    this.#data = snapshot({}, event.data, () => {
      this.#isBare = true;
    });
    this.#span = openSpan(emitter, event, context, options);
    this.#frame = {
      owner: emitter,
      session: mergedSession(sessionFor(emitter, scope), options),
      context: this.#span.context,
      outer: scope,
    };
    emitter.opened(this);
  }

  /** The W3C header that names the scope's span, to be sent to other services. */
  get traceparent(): string {
    return formatTraceparent(this.#span.spanContext);
  }

  /** Adds data to the event; later values win. */
  add(data: Partial<Data> & object): void {
    if (this.#ended) {
      this.#warnEnded('add');
      return;
    }
    this.#data = snapshot(this.#data, data);
    this.#isBare = false;
  }

  /** Logs an event inside this scope, wherever it is called. */
  log<E extends string | DefinedEvent>(name: E, ...args: LogArguments<E>): string;
  log(name: string | DefinedEvent, data?: unknown, options?: LogOptions): string {
    return this.#origin.emitter.log(this.#origin, name, data, options, this.#frame);
  }

  /** Opens a scope inside this one. The same forms as `EventLogger.track`. */
  track<T, E extends string | DefinedEvent = string>(name: E, fn: (scope: EventScope<DataOf<E>>) => T): T;
  track<T, E extends string | DefinedEvent = string>(
    name: E,
    data: SomeDataOf<E> | undefined,
    fn: (scope: EventScope<DataOf<E>>) => T,
  ): T;
  track<T, E extends string | DefinedEvent = string>(
    name: E,
    data: SomeDataOf<E> | undefined,
    options: TrackOptions | undefined,
    fn: (scope: EventScope<DataOf<E>>) => T,
  ): T;
  track<E extends string | DefinedEvent>(
    name: E,
    data?: SomeDataOf<E>,
    options?: TrackOptions,
  ): EventScope<DataOf<E>>;
  track<T>(...args: TrackArguments<EventScope, T>): T | EventScope {
    const { name, data, options, fn } = parseTrackCall(args);
    const scope = new EventScope(this.#origin, name, data, options, this.#frame);
    return fn === undefined ? scope : trackWith(scope, fn);
  }

  /** Runs `fn` with this scope ambient: what is logged inside, also after awaits, belongs to it. */
  run<T>(fn: () => T): T {
    return ambientFrame.run(this.#frame, () => withContext(this.#frame.context, fn));
  }

  /** Records that the work failed. The scope still has to end. */
  fail(error: unknown): void {
    if (this.#ended) this.#warnEnded('fail');
    else this.#failure = toFailure(error);
  }

  /**
   * Ends the scope and emits its event; a second time does nothing.
   * @param options - when it ended, of work that is told of afterwards; default now
   * @throws OtelEventsError `EVENT_INVALID`, if it is of a defined event that is to throw
   */
  end(options?: EndOptions): void {
    this.#finish(false, options);
  }

  /** Ends a scope that the logger's `close()`, or the end of the process, found open. */
  endIncomplete(): void {
    this.#finish(true);
  }

  /** Ends the scope: `using scope = events.track(…)`. */
  [Symbol.dispose](): void {
    this.end();
  }

  /** The same for `await using`; does not wait for delivery. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.end();
  }

  #finish(incomplete: boolean, options?: EndOptions): void {
    if (this.#ended) return;
    this.#ended = true;
    const { emitter } = this.#origin;
    emitter.ended(this);
    const now = epochNow();
    const { time, givenTime } = endTime(options, this.#start, now, emitter.diagnostics);
    const event: Event = {
      ...this.#start,
      time,
      givenTime,
      observedTime: now,
      severity: this.#failure === undefined ? this.#start.severity : ERROR,
      data: this.#data,
      isBare: this.#isBare,
      scope: toTimes(this.#start.time, time),
      failure: this.#failure,
      incomplete,
      span: this.#span.spanContext,
    };
    const { emitted, error } = this.#emit(event);
    endSpan(emitter, this.#span, event, emitted);
    // What the work itself threw comes first.
    if (error !== undefined && this.#failure === undefined && !incomplete) throw error;
  }

  #emit(event: Event): { emitted: Emitted; error?: unknown } {
    const { emitter, logger } = this.#origin;
    if (this.#subject === undefined) return { emitted: emitter.emit(event, this.#frame.context) };
    try {
      const verdict = emitter.check(this.#subject, event.data, logger, 'quarantine');
      const { data, schema } = verdict.kind === 'not allowed' ? event : verdict;
      return { emitted: emitter.emitChecked({ ...event, data, schema }, verdict, this.#frame.context) };
    } catch (error) {
      return { emitted: { event: undefined, content: undefined }, error };
    }
  }

  #warnEnded(method: string): void {
    this.#origin.emitter.diagnostics.once(`ended ${method}`, () => {
      const message = `${method}() of a scope that has ended does nothing; this is said once`;
      return new OtelEventsError('EVENT_INVALID', message, { fix: 'await the work before the scope ends' });
    });
  }
}

function toTimes(start: EpochTime, end: EpochTime): ScopeTimes {
  const duration = end[0] - start[0] + (end[1] - start[1]) / 1e9;
  return { start: toEpochSeconds(start), end: toEpochSeconds(end), duration: Math.max(0, duration) };
}

/** A copy of `base` with the fields of `data`, which need be no plain object, and whose getters may throw. */
function snapshot(
  base: Readonly<Record<string, unknown>>,
  data: unknown,
  onBare?: () => void,
): Readonly<Record<string, unknown>> {
  try {
    const fields = toData(data);
    if (isPlain(fields)) return { ...base, ...fields };
  } catch {
    // A getter or a proxy: read with care.
  }
  return { ...base, ...copyFields(data, undefined, onBare) };
}
