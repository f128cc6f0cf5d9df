import { type Context, ROOT_CONTEXT, type Span, type SpanContext, trace } from '@opentelemetry/api';
import { counted } from '../counted.ts';
import type { FlushResult } from '../delivery/ledger/accounts.ts';
import type { Pipeline } from '../delivery/pipeline.ts';
import { forgetEnd, watchEnd, watchSignals } from '../delivery/process-end.ts';
import type { Emitted } from '../delivery/sink.ts';
import { OtelEventsError } from '../errors.ts';
import type { Event, EventSchema } from '../event.ts';
import { kindOf } from '../kind-of.ts';
import { activeContext, withContext } from '../otel/app-api.ts';
import type { ChosenTracer } from '../otel/providers.ts';
import { parseTraceparent } from '../otel/traceparent.ts';
import type { EventContent } from '../otlp/event/event-content.ts';
import type { Redaction } from '../redact/redact.ts';
import type { OnInvalid } from '../schema/define/defined-event.ts';
import { epochNow, toEpochMs } from './clock.ts';
import { baggageFields, withBaggage } from './context/baggage.ts';
import { type ContextView, contextOver, toView } from './context/context-frame.ts';
import { ambientFrame, type ScopeFrame, sessionFor } from './context/scope-frame.ts';
import { sessionEnd, sessionStart } from './context/session-events.ts';
import type { Sessions } from './context/sessions.ts';
import type { Diagnostics } from './diagnostics.ts';
import { draftEvent, type EventDefaults, mergedOptions } from './draft-event.ts';
import { issuesInWords } from './issues-in-words.ts';
import type { LoggerStats } from './logger-stats.ts';
import type { LogOptions } from './options.ts';
import type { Router } from './router.ts';
import type { Schemas, Subject, Verdict } from './schemas.ts';
import { unlessUnusable } from './unless-unusable.ts';

/** A scope that has not ended; it can be ended from outside when the logger closes. */
export interface OpenScope {
  endIncomplete(): void;
}

/** What an emitter needs. */
export interface EmitterOptions {
  readonly pipeline: Pipeline;
  /** The tracer for the next scope; undefined when its span is not to be exported. */
  readonly tracer: () => ChosenTracer | undefined;
  readonly diagnostics: Diagnostics;
  readonly exitTimeoutMs: number;
  /** Whether to flush on signals that end the process; undefined: if the pipeline or an exporter is ours. */
  readonly handleSignals: boolean | undefined;
  /** Keys of W3C Baggage that belong to the context of events. */
  readonly baggage: readonly string[];
  /** Undefined: there are no processors. */
  readonly router: Router | undefined;
  /** Undefined: events have no sessions but those of their context. */
  readonly sessions: Sessions | undefined;
  readonly schemas: Schemas;
  /** Takes out of every event what must not leave; undefined: nothing is said to. */
  readonly redact: Redaction | undefined;
}

/** Who logs: a logger of the family, with its defaults. */
export interface Origin {
  readonly logger: object;
  readonly defaults: EventDefaults;
}

/** It stays in the process. */
const NOTHING: Emitted = { event: undefined, content: undefined };

const INVALID = { column: 'rejected', reason: 'invalid' } as const;
const NOT_ALLOWED = { column: 'dropped', reason: 'not_allowed' } as const;

/** Makes events out of calls and gives them to the pipeline: the common part of a logger, its children and scopes. */
export class Emitter {
  readonly diagnostics: Diagnostics;
  readonly schemas: Schemas;
  readonly #pipeline: Pipeline;
  readonly #tracer: () => ChosenTracer | undefined;
  readonly #exitTimeoutMs: number;
  readonly #handleSignals: boolean | undefined;
  readonly #baggage: readonly string[];
  readonly #router: Router | undefined;
  readonly #sessions: Sessions | undefined;
  readonly #redact: Redaction | undefined;
  readonly #openScopes = new Set<OpenScope>();
  #watchesEnd = false;
  #watchesSignals = false;
  #isEnding = false;
  #saidLost = false;

  constructor(options: EmitterOptions) {
    const { pipeline, diagnostics, exitTimeoutMs, handleSignals, baggage, router, sessions } = options;
    this.#pipeline = pipeline;
    this.#tracer = options.tracer;
    this.diagnostics = diagnostics;
    this.#exitTimeoutMs = exitTimeoutMs;
    this.#handleSignals = handleSignals;
    this.#baggage = baggage;
    this.#router = router;
    this.#sessions = sessions;
    this.schemas = options.schemas;
    this.#redact = options.redact;
  }

  /**
   * Emits an event now; never throws, unless one that has a schema is to throw when it is not valid.
   * @param frame - the scope that was called, for its own events; else the ambient one counts
   * @returns the id of the event
   */
  log(
    { logger, defaults }: Origin,
    name: unknown,
    data: unknown,
    options: LogOptions | undefined,
    frame?: ScopeFrame,
  ): string {
    const subject = this.schemas.subjectOf(name);
    if (subject !== undefined) {
      const record = (): string =>
        this.record({ logger, defaults }, subject, data, options, 'quarantine', frame);
      return typeof name === 'string' ? unlessUnusable(name, record, this.diagnostics) : record();
    }
    const { event, context, scope } = this.draft(defaults, name, data, options, frame);
    this.emit(event, context, scope === undefined ? undefined : trace.getSpan(context));
    return event.id;
  }

  /**
   * Emits an event that has a schema.
   * @param fallback - what becomes of it if it is not valid and nobody has said
   * @throws OtelEventsError `EVENT_INVALID`, `SCHEMA_ASYNC`, `SCHEMA_INVALID`
   */
  record(
    { logger, defaults }: Origin,
    subject: Subject,
    given: unknown,
    options: LogOptions | undefined,
    fallback: OnInvalid,
    frame?: ScopeFrame,
  ): string {
    const verdict = this.check(subject, given, logger, fallback);
    const own = mergedOptions(subject.options, options);
    const [data, schema] = verdict.kind === 'not allowed' ? [{}] : [verdict.data, verdict.schema];
    const { event, context, scope } = this.draft(defaults, subject.name, data, own, frame, schema);
    this.emitChecked(event, verdict, context, scope === undefined ? undefined : trace.getSpan(context));
    return event.id;
  }

  /** @see Schemas.check; what throws is booked first */
  check(subject: Subject, data: unknown, logger: object, fallback: OnInvalid): Verdict {
    try {
      return this.schemas.check(subject, data, logger, fallback);
    } catch (error) {
      this.#pipeline.refuse(subject.name, INVALID);
      throw error;
    }
  }

  /** Hands an event, with the data and the schema of the verdict, on as that says. */
  emitChecked(event: Event, verdict: Verdict, context: Context, copyTo?: Span): Emitted {
    if (verdict.kind === 'not allowed') {
      this.#pipeline.refuse(event.name, NOT_ALLOWED);
      return NOTHING;
    }
    if (verdict.kind === 'emit') return this.emit(event, context, copyTo);
    if (!this.#watchesEnd) this.#watchEnd();
    this.#pipeline.refuse(event.name, INVALID);
    const isKept = this.#pipeline.quarantine(this.#redacted(event));
    this.diagnostics.once(`quarantine ${verdict.schema.id} ${verdict.schema.version}`, () =>
      quarantined(event.name, verdict.schema, isKept),
    );
    return NOTHING;
  }

  /** An event as its call says, with the context it belongs to and the scope it is in. */
  draft(
    defaults: EventDefaults,
    name: unknown,
    data: unknown,
    options: LogOptions | undefined,
    frame?: ScopeFrame,
    schema?: EventSchema,
  ): { event: Event; context: Context; scope: ScopeFrame | undefined } {
    const scope = frame ?? ambientFrame.getStore();
    const scopeSession = sessionFor(this, scope);
    const { diagnostics } = this;
    const otel = this.#contextOf(options, frame, scope);
    const span = this.#spanIn(otel);
    const context = this.contextFor(defaults, otel);
    const call = { name, data, options, defaults, scopeSession, context, schema, span, diagnostics };
    const event = draftEvent(call);
    return { event: this.#inSession(event), context: otel, scope };
  }

  /** Reads a user's session from the app's store. */
  loadSession(userId: string): Promise<void> {
    return this.#sessions?.load(userId) ?? Promise.resolve();
  }

  /** What events see here: what was entered, over the logger's own context, over the baggage that is let in. */
  contextFor(defaults: EventDefaults, otel: Context = activeContext()): ContextView {
    const view = contextOver(this, defaults.context) ?? defaults.context;
    if (this.#baggage.length === 0) return view;
    const fields = baggageFields(otel, this.#baggage);
    return fields === undefined ? view : toView({ ...fields, ...view.fields });
  }

  /** Runs `fn` with those fields in the baggage that are let out. */
  runWithBaggage<T>(fields: ContextView['fields'], fn: () => T): T {
    if (this.#baggage.length === 0) return fn();
    return withContext(withBaggage(activeContext(), this.#baggage, fields), fn);
  }

  /** Hands an event to the pipeline. What goes wrong there is reported, never thrown at the app. */
  emit(event: Event, context: Context, copyTo?: Span): Emitted {
    if (!this.#watchesEnd) this.#watchEnd();
    try {
      const shown = this.#redacted(event);
      const emitted =
        this.#router === undefined
          ? this.#pipeline.emit(shown, context, copyTo)
          : this.#router.emit(shown, context, copyTo);
      if (!this.#watchesSignals && (this.#handleSignals ?? this.#pipeline.isOwn)) this.#watchSignals();
      if (this.#isEnding) this.#reportLost('');
      return emitted;
    } catch (cause) {
      const message = 'an event could not be emitted, it is lost; please report this as a defect';
      this.diagnostics.burst('emit', 'EXPORT_FAILED', message, { cause });
      return NOTHING;
    }
  }

  /** Whether what is seen of an event is decided only when it is emitted. */
  get changesEvents(): boolean {
    return this.#redact !== undefined || (this.#router?.changesAll ?? false);
  }

  /** An event as records and spans have it. */
  contentOf(event: Event): EventContent {
    return this.#pipeline.contentOf(event);
  }

  tracer(): ChosenTracer | undefined {
    return this.#tracer();
  }

  opened(scope: OpenScope): void {
    this.#openScopes.add(scope);
    if (!this.#watchesEnd) this.#watchEnd();
  }

  ended(scope: OpenScope): void {
    this.#openScopes.delete(scope);
  }

  ledger(): LoggerStats {
    const ledger = this.#pipeline.ledger();
    return this.#redact === undefined ? ledger : { ...ledger, redact: this.#redact.counts() };
  }

  /** @see Pipeline.flush */
  flush(timeoutMs: number, waits: boolean): Promise<FlushResult> {
    return this.#pipeline.flush(timeoutMs, waits);
  }

  durable(): Promise<void> {
    return this.#pipeline.durable();
  }

  /** Ends what is open, delivers what is pending, bounded in time, and takes no more. */
  close(timeoutMs: number): Promise<FlushResult> {
    this.#endOpenScopes();
    this.#endSessions();
    this.#watchesEnd = true;
    this.#watchesSignals = true;
    // Only then: a process that ends meanwhile is still to save what is left.
    return this.#pipeline.close(timeoutMs).finally(() => forgetEnd(this));
  }

  /** Prepares the pipeline, and has earlier processes' events delivered even if nothing is logged. */
  warmUp(): void {
    this.#pipeline.warmUp();
    if (this.#pipeline.isDurable && !this.#watchesEnd) this.#watchEnd();
  }

  /** @see EndsWithProcess */
  hasPending(): boolean {
    return this.#openScopes.size > 0 || this.#pipeline.hasPending;
  }

  /** @see EndsWithProcess */
  async flushAtExit(): Promise<void> {
    this.#endOpenScopes();
    await this.#pipeline.flushAtExit(this.#exitTimeoutMs);
    if (this.#pipeline.unsettled === 0) return;
    // Nothing keeps the process any longer.
    forgetEnd(this);
    this.#isEnding = true;
    this.#pipeline.saveNow(true);
    this.#reportLost(` after ${this.#exitTimeoutMs} ms`);
  }

  /** @see EndsWithProcess */
  saveNow(ending: boolean): void {
    if (ending) this.#endOpenScopes();
    this.#pipeline.saveNow(ending);
    if (!ending) return;
    this.#isEnding = true;
    this.#reportLost('');
  }

  /** The event in its user's session. What begins and ends with it is emitted before it. */
  #inSession(event: Event): Event {
    const { userId } = event;
    if (this.#sessions === undefined || userId === undefined || event.sessionId !== undefined) return event;
    const nowMs = toEpochMs(event.observedTime);
    const { session, isNew, ended } = this.#sessions.visit(userId, toEpochMs(event.time), nowMs);
    for (const each of ended) this.emit(sessionEnd(each, event), ROOT_CONTEXT);
    const own = { ...event, sessionId: session.id, previousSessionId: session.previousId };
    if (isNew) this.emit(sessionStart(own), ROOT_CONTEXT);
    return own;
  }

  #redacted(event: Event): Event {
    return this.#redact === undefined ? event : this.#redact(event);
  }

  #endSessions(): void {
    const now = epochNow();
    const ended = this.#sessions?.close(toEpochMs(now)) ?? [];
    for (const each of ended) this.emit(sessionEnd(each, { observedTime: now }), ROOT_CONTEXT);
  }

  #endOpenScopes(): void {
    for (const scope of this.#openScopes) scope.endIncomplete();
  }

  /** The last moment to say so. */
  #reportLost(when: string): void {
    const left = this.#pipeline.endingWithProcess;
    if (left === 0 || this.#saidLost) return;
    this.#saidLost = true;
    const message = `the process ends with ${counted(left, 'delivery', 'deliveries')} pending${when}; ${left === 1 ? 'it is' : 'they are'} lost`;
    const fix = this.#pipeline.isDurable
      ? 'await close() before it ends: what outputPath is to save is not in the spool'
      : 'await close() before it ends, or give the option spool, which keeps them for the next process';
    this.diagnostics.report(new OtelEventsError('EXPORT_FAILED', message, { fix }));
  }

  #watchEnd(): void {
    this.#watchesEnd = true;
    watchEnd(this);
  }

  #watchSignals(): void {
    this.#watchesSignals = true;
    watchSignals(this);
  }

  /** What the app's spans and contexts throw costs an event its place in the trace, and nothing else. */
  #contextOf(options: unknown, called: ScopeFrame | undefined, ambient: ScopeFrame | undefined): Context {
    try {
      return this.#traced((options as LogOptions | undefined)?.traceparent, called, ambient);
    } catch {
      return called?.context ?? ambient?.context ?? ROOT_CONTEXT;
    }
  }

  #spanIn(context: Context): SpanContext | undefined {
    try {
      return trace.getSpanContext(context);
    } catch {
      return undefined;
    }
  }

  #traced(traceparent: unknown, called: ScopeFrame | undefined, ambient: ScopeFrame | undefined): Context {
    if (traceparent !== undefined) {
      const remote = typeof traceparent === 'string' ? parseTraceparent(traceparent) : undefined;
      if (remote !== undefined) return trace.setSpanContext(ROOT_CONTEXT, remote);
      this.diagnostics.once('traceparent', () => {
        const wanted = `wanted a valid W3C header, got ${kindOf(traceparent)}`;
        const message = `option traceparent of an event: ${wanted}; it is ignored; this is said once`;
        return new OtelEventsError('EVENT_INVALID', message);
      });
    }
    if (called !== undefined) return called.context;
    const active = activeContext();
    // The app's active span may be a child of our scope's; without a context manager there is only ours.
    return trace.getSpan(active) === undefined ? (ambient?.context ?? active) : active;
  }
}

function quarantined(name: string, { issues, version }: EventSchema, isKept: boolean): OtelEventsError {
  const where = isKept ? 'it is in the quarantine' : 'it is lost but for its count';
  const what = `${name} (version ${version}) does not fit its schema: ${issuesInWords(issues)}`;
  const message = `${what}; ${where}; this is said once a schema`;
  const fix = isKept
    ? 'look at it with otel-events quarantine'
    : 'give the option quarantine, a directory, to keep such events';
  return new OtelEventsError('EVENT_INVALID', message, { fix, issues });
}
