import { OtelEventsError } from '../errors.ts';
import type { Ledger, Totals } from '../otel/accounts.ts';
import { readEnvironment } from '../otel/environment.ts';
import { Pipeline } from '../otel/pipeline.ts';
import { resolveExporters } from '../otel/resolve-exporters.ts';
import type { AppOptions } from '../otel/resource/app.ts';
import { checkChildOptions, checkOptions } from './check-options.ts';
import { type ContextArguments, parseContextCall, toFields } from './context-call.ts';
import { enterFrame, exitFrame, NO_CONTEXT, runInFrame, toView } from './context-frame.ts';
import { Diagnostics, environmentLogLevel } from './diagnostics.ts';
import type { EventDefaults } from './draft-event.ts';
import { Emitter } from './emitter.ts';
import { EventScope, type ScopeOrigin } from './event-scope.ts';
import type { Feedback, LlmCall, LlmReference } from './llm-call.ts';
import type { ChildOptions, EventLoggerOptions, LogOptions, TrackOptions } from './options.ts';
import { optionsFromJsonFile } from './options-from-json-file.ts';
import { Router, rootOf } from './router.ts';
import { Sessions } from './sessions.ts';
import { parseTrackCall, type TrackArguments, trackWith } from './track-call.ts';
import { feedback, trackLlm } from './track-llm.ts';

/** The settings of a logger that can be read back, as on LEIP's logger. */
interface Settings {
  readonly app: AppOptions;
  readonly bufferDirectory: string | undefined;
  readonly bufferLimit: number;
  readonly httpUrl: string;
  readonly httpHeaders: Readonly<Record<string, string>>;
  readonly httpMethod: string;
  readonly captureContent: boolean;
}

/** How long `flush` and `close` wait unless told otherwise, in milliseconds. */
const FLUSH_TIMEOUT_MS = 10_000;

/**
 * Logs events as OpenTelemetry data. In an app that has registered an OpenTelemetry SDK it uses the app's
 * providers; alone it brings its own pipeline and sends OTLP over HTTP to `http://localhost:4318`.
 *
 * @example
 * const events = new EventLogger({ app: { name: 'shop' } });
 * events.log('cart.item_added', { sku: 'A1' });
 * await events.track('checkout', { cart: 7 }, async (scope) => scope.add({ total: 12.5 }));
 * await events.close();
 */
export class EventLogger {
  readonly #emitter: Emitter;
  readonly #defaults: EventDefaults;
  readonly #settings: Settings;

  /**
   * Synchronous; opens no file and no connection.
   * @throws OtelEventsError `OPTION_UNKNOWN`, `OPTION_INVALID`, `EXPORT_URL_INVALID`
   */
  constructor(options: EventLoggerOptions = {}) {
    if (options instanceof Child) {
      ({ emitter: this.#emitter, defaults: this.#defaults, settings: this.#settings } = options);
      return;
    }
    checkOptions(options);
    this.#settings = settingsOf(options);
    this.#defaults = defaultsOf(options);
    this.#emitter = emitterOf(options, this.#settings);
  }

  /**
   * A logger from a JSON file with the options of the constructor, in camelCase or snake_case.
   * @param overrides - options that win over the file's, and those that JSON cannot hold
   * @throws OtelEventsError `CONFIG_FILE_INVALID`, naming the file and the key
   */
  static fromJsonFile(path: string | URL, overrides: EventLoggerOptions = {}): EventLogger {
    return new EventLogger({ ...optionsFromJsonFile(path), ...overrides });
  }

  get #origin(): ScopeOrigin {
    return { emitter: this.#emitter, defaults: this.#defaults };
  }

  get app(): AppOptions {
    return this.#settings.app;
  }
  get userId(): string | undefined {
    return this.#defaults.userId;
  }
  get projectId(): string | undefined {
    return this.#defaults.projectId;
  }
  get session(): Readonly<Record<string, unknown>> {
    return this.#defaults.session;
  }
  get tags(): readonly string[] {
    return this.#defaults.tags;
  }
  get bufferDirectory(): string | undefined {
    return this.#settings.bufferDirectory;
  }
  get bufferLimit(): number {
    return this.#settings.bufferLimit;
  }
  get httpUrl(): string {
    return this.#settings.httpUrl;
  }
  get httpHeaders(): Readonly<Record<string, string>> {
    return this.#settings.httpHeaders;
  }
  get httpMethod(): string {
    return this.#settings.httpMethod;
  }

  /**
   * Logs an event. Never throws for a runtime condition and never blocks.
   * @param name - lowercase, dotted, nothing dynamic: `cart.item_added`; empty becomes `unknown`
   * @param data - anything; one attribute a key
   * @returns the event's id, a UUIDv7; `stats()` tells what becomes of the event
   */
  log(name: string, data?: object, options?: LogOptions): string {
    return this.#emitter.log(this.#defaults, name, data, options);
  }

  /**
   * Runs `fn` as a scope: a span while it runs, an event with start, end and duration when it ends. What is
   * logged inside, also after awaits, inherits the session and the span. A failure is recorded and rethrown.
   * Without `fn` it returns a scope to be ended by hand, or by `using`; that one is never ambient.
   */
  track<T>(name: string, fn: (scope: EventScope) => T): T;
  track<T>(name: string, data: object | undefined, fn: (scope: EventScope) => T): T;
  track<T>(
    name: string,
    data: object | undefined,
    options: TrackOptions | undefined,
    fn: (scope: EventScope) => T,
  ): T;
  track(name: string, data?: object, options?: TrackOptions): EventScope;
  track<T>(...args: TrackArguments<EventScope, T>): T | EventScope {
    const { name, data, options, fn } = parseTrackCall(args);
    const scope = new EventScope(this.#origin, name, data, options);
    return fn === undefined ? scope : trackWith(scope, fn);
  }

  /**
   * Runs `fn` inside a context: its fields are in `event.context` of everything logged inside, also after
   * awaits, by this logger, its parent and children. Inner contexts win over outer ones, key by key.
   * @returns what `fn` returns
   */
  context<T>(fields: object, fn: () => T): T;
  context<T>(name: string, fields: object, fn: () => T): T;
  context<T>(...args: ContextArguments<T>): T {
    const { name, fields, fn } = parseContextCall(args, this.#emitter.diagnostics);
    return this.#emitter.runWithBaggage(fields, () => runInFrame(this.#emitter, name, fields, fn));
  }

  /**
   * Enters a context until {@link exitContext}. Inside a callback of `context()`, or a request of the
   * middleware, it holds in all of that and nowhere else; outside of any, in what follows from here.
   */
  enterContext(name: string, fields: object): void {
    enterFrame(this.#emitter, String(name), toFields(fields, this.#emitter.diagnostics));
  }

  /**
   * Leaves the innermost context of that name.
   * @throws OtelEventsError `CONTEXT_NOT_ENTERED`
   */
  exitContext(name: string): void {
    if (exitFrame(this.#emitter, String(name))) return;
    const message = `exitContext: the context '${name}' is not entered here`;
    const fix = 'leave a context where it was entered, or use context(name, fields, fn)';
    throw new OtelEventsError('CONTEXT_NOT_ENTERED', message, { fix });
  }

  /** A copy of what events logged here have in `event.context`. */
  currentContext(): Record<string, unknown> {
    return { ...this.#emitter.contextFor(this.#defaults).fields };
  }

  /**
   * A logger with defaults of its own on the same pipeline. Session, tags and context are added to this logger's.
   * @throws OtelEventsError `OPTION_UNKNOWN`, `OPTION_INVALID`
   */
  child(options: ChildOptions = {}): EventLogger {
    checkChildOptions(options);
    const own = defaultsOf(options);
    const defaults = {
      session: Object.freeze({ ...this.#defaults.session, ...own.session }),
      tags: Object.freeze([...new Set([...this.#defaults.tags, ...own.tags])]),
      userId: own.userId ?? this.#defaults.userId,
      projectId: own.projectId ?? this.#defaults.projectId,
      context:
        own.context === NO_CONTEXT
          ? this.#defaults.context
          : toView({ ...this.#defaults.context.fields, ...own.context.fields }),
    };
    return new EventLogger(new Child(this.#emitter, defaults, this.#settings) as EventLoggerOptions);
  }

  /**
   * Logs a call to a language model: a span of the client, and in it the event
   * `gen_ai.client.inference.operation.details` with what was asked and said. The format `trubrics` makes
   * Trubrics' two events of it. The option `captureContent: false` keeps all content in the process.
   * @returns what {@link feedback} refers to, here or in another process
   */
  trackLlm(call: LlmCall): LlmReference {
    return trackLlm(this.#origin, call, this.#settings.captureContent);
  }

  /**
   * Logs what somebody thinks of a generation, as `gen_ai.evaluation.result` in its trace. Needs nothing but
   * what `trackLlm` gave back: it works days later, and in another process.
   * @returns the event's id
   */
  feedback(judgement: Feedback): string {
    return feedback(this.#origin, judgement);
  }

  /** Sessions of users, if the option `sessions` is given. */
  get sessions(): { load(userId: string): Promise<void> } {
    return { load: (userId) => this.#emitter.loadSession(String(userId)) };
  }

  /** Waits until what was emitted before is settled, for at most `timeoutMs` (10,000), and says how it went. */
  flush({ timeoutMs = FLUSH_TIMEOUT_MS }: { timeoutMs?: number } = {}): Promise<Totals> {
    return this.#emitter.flush(timeoutMs);
  }

  /** Resolves when everything emitted before has reached its durability level: see the option `durability`. */
  durable(): Promise<void> {
    return this.#emitter.durable();
  }

  /** The account of every event since the logger was made. */
  stats(): Ledger {
    return this.#emitter.ledger();
  }

  /**
   * Ends open scopes, delivers what is pending for at most `timeoutMs` (10,000) and takes no more events. What
   * is left then waits in the spool for the next process; without a spool it is dropped and counted.
   * Closes a logger with its parent and children. Idempotent. Never shuts down what the app owns.
   */
  close({ timeoutMs = FLUSH_TIMEOUT_MS }: { timeoutMs?: number } = {}): Promise<Totals> {
    return this.#emitter.close(timeoutMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** Carries what a child takes over through the public constructor. */
class Child {
  readonly emitter: Emitter;
  readonly defaults: EventDefaults;
  readonly settings: Settings;

  constructor(emitter: Emitter, defaults: EventDefaults, settings: Settings) {
    this.emitter = emitter;
    this.defaults = defaults;
    this.settings = settings;
  }
}

function defaultsOf({ session = {}, tags = [], userId, projectId, context }: ChildOptions): EventDefaults {
  return {
    session: Object.freeze({ ...session }),
    tags: Object.freeze([...new Set(tags)]),
    userId,
    projectId,
    context: context === undefined ? NO_CONTEXT : toView({ ...context }),
  };
}

function settingsOf(options: EventLoggerOptions): Settings {
  const { app = {}, bufferDirectory, bufferLimit = 200, httpUrl = '', httpMethod = 'POST' } = options;
  return {
    app: Object.freeze({ ...app }),
    bufferDirectory,
    bufferLimit,
    httpUrl,
    httpHeaders: Object.freeze({ ...options.httpHeaders }),
    httpMethod,
    captureContent: options.captureContent ?? true,
  };
}

function emitterOf(options: EventLoggerOptions, settings: Settings): Emitter {
  const {
    environment,
    resource = {},
    identifyDevice = false,
    endpoint,
    headers,
    exitTimeoutMs = 5000,
  } = options;
  const diagnostics = new Diagnostics({
    logger: options.diagnosticLogger,
    level: options.logLevel ?? environmentLogLevel(process.env),
    onError: options.onError,
  });
  const { exporters, to } = resolveExporters(options.exporters ?? [], settings);
  const pipeline = new Pipeline({
    resource: { app: settings.app, environment, attributes: resource, identifyDevice, env: process.env },
    delivery: options.delivery ?? 'auto',
    directory: options.spool,
    level: options.durability,
    maxBytes: options.maxBytes,
    onFull: options.onFull,
    maxAgeMs: options.maxAgeMs,
    concurrency: options.concurrency,
    endpoint,
    headers,
    env: readEnvironment(process.env),
    loggerProvider: options.loggerProvider,
    tracerProvider: options.tracerProvider,
    flushIntervalMs: options.flushIntervalMs,
    flushBatchSize: options.flushBatchSize,
    exporters,
    onError: diagnostics.report,
  });
  const root = rootOf(options.processors ?? [], to, options.delivery !== 'none');
  const emitter = new Emitter({
    pipeline,
    diagnostics,
    exitTimeoutMs,
    handleSignals: options.handleSignals,
    baggage: options.baggage ?? [],
    router: root && new Router(root, pipeline, diagnostics),
    sessions: options.sessions && new Sessions(options.sessions, (cause) => storeFailed(diagnostics, cause)),
  });
  // In a turn of its own: an SDK that the app starts right after us is then found instead.
  setImmediate(() => emitter.warmUp()).unref();
  return emitter;
}

function storeFailed(diagnostics: Diagnostics, cause: unknown): void {
  diagnostics.once('session store', () => {
    const message = 'the store of the option sessions failed, sessions go on in memory; this is said once';
    return new OtelEventsError('SESSION_STORE_FAILED', message, { cause });
  });
}
