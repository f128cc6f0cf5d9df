import type { FlushResult } from '../delivery/ledger/accounts.ts';
import type { AppOptions } from '../delivery/resource/app.ts';
import { OtelEventsError } from '../errors.ts';
import { kindOf } from '../kind-of.ts';
import { requireBeside } from '../require-beside.ts';
import type { DefinedEvent } from '../schema/define/defined-event.ts';
import { isDefinedEvent } from '../schema/define/is-defined-event.ts';
import type { FetchSchemaOptions } from '../schema/read/fetch-schema.ts';
import {
  checkChildOptions,
  checkCloseOptions,
  checkFlushOptions,
  checkLoggerOptions,
} from './check-options.ts';
import { type ContextArguments, nameOf, parseContextCall, toFields } from './context/context-call.ts';
import { enterFrame, exitFrame, runInFrame } from './context/context-frame.ts';
import { childDefaults, defaultsOf } from './defaults-of.ts';
import type { EventDefaults } from './draft-event.ts';
import type { Emitter } from './emitter.ts';
import { EventScope, type ScopeOrigin } from './event-scope.ts';
import type { DataOf, LogArguments, SomeDataOf } from './event-types.ts';
import type { ForSchema, Listener, ListenerOptions, Modifier } from './listeners.ts';
import type { Feedback, LlmCall, LlmReference } from './llm/llm-call.ts';
import type { LlmRequest, OpenLlmCall } from './llm/open-llm-call.ts';
import type { LoggerStats } from './logger-stats.ts';
import { makeEmitter } from './make-emitter.ts';
import type {
  ChildOptions,
  CloseOptions,
  EventLoggerOptions,
  FlushOptions,
  LogOptions,
  TrackOptions,
} from './options.ts';
import { optionsFromJsonFile } from './options-from-json-file.ts';
import { type Settings, settingsOf } from './settings.ts';
import { parseTrackCall, type TrackArguments, trackWith } from './track-call.ts';

/** How long `flush` and `close` wait unless told otherwise, in milliseconds. */
const FLUSH_TIMEOUT_MS = 10_000;
/** Docker and many others kill ten seconds after SIGTERM: there is to be time for the rest. */
const CLOSE_TIMEOUT_MS = 8_000;

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
    if (Child.is(options)) {
      ({ emitter: this.#emitter, defaults: this.#defaults, settings: this.#settings } = options);
      return;
    }
    checkLoggerOptions(options);
    this.#settings = settingsOf(options);
    this.#defaults = defaultsOf(options);
    this.#emitter = makeEmitter(options, this.#settings);
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
    return { emitter: this.#emitter, logger: this, defaults: this.#defaults };
  }

  /** What the app said of itself. */
  get app(): AppOptions {
    return this.#settings.app;
  }
  /** The user that events are of, unless they say otherwise. */
  get userId(): string | undefined {
    return this.#defaults.userId;
  }
  /** The project that events are of, unless they say otherwise. */
  get projectId(): string | undefined {
    return this.#defaults.projectId;
  }
  /** What every event's session begins with. */
  get session(): Readonly<Record<string, unknown>> {
    return this.#defaults.session;
  }
  /** The tags that every event has. */
  get tags(): readonly string[] {
    return this.#defaults.tags;
  }
  /** LEIP: the directory that keeps the latest events; undefined: none does. */
  get bufferDirectory(): string | undefined {
    return this.#settings.bufferDirectory;
  }
  /** LEIP: the most files in `bufferDirectory`. */
  get bufferLimit(): number {
    return this.#settings.bufferLimit;
  }
  /** LEIP: the endpoint that is sent each event; empty: none is. */
  get httpUrl(): string {
    return this.#settings.httpUrl;
  }
  /** LEIP: the headers of those requests. */
  get httpHeaders(): Readonly<Record<string, string>> {
    return this.#settings.httpHeaders;
  }
  /** LEIP: the method of those requests. */
  get httpMethod(): string {
    return this.#settings.httpMethod;
  }

  /**
   * Logs an event. Never throws for a runtime condition and never blocks.
   * @param name - lowercase, dotted, nothing dynamic: `cart.item_added`; empty becomes `unknown`. Or a defined
   *   event: its data are checked by the compiler, and when it runs
   * @param args - the data: anything, one attribute a key; and options
   * @returns the event's id, a UUIDv7; `stats()` tells what becomes of the event
   */
  log<E extends string | DefinedEvent>(name: E, ...args: LogArguments<E>): string;
  log(name: string | DefinedEvent, data?: unknown, options?: LogOptions): string {
    return this.#emitter.log(this.#origin, name, data, options);
  }

  /**
   * Runs `fn` as a scope: a span while it runs, an event with start, end and duration when it ends. What is
   * logged inside, also after awaits, inherits the session and the span. A failure is recorded and rethrown.
   * Without `fn` it returns a scope to be ended by hand, or by `using`; that one is never ambient.
   */
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
    enterFrame(this.#emitter, nameOf(name), toFields(fields, this.#emitter.diagnostics));
  }

  /**
   * Leaves the innermost context of that name.
   * @throws OtelEventsError `CONTEXT_NOT_ENTERED`
   */
  exitContext(name: string): void {
    const text = nameOf(name);
    if (exitFrame(this.#emitter, text)) return;
    const message = `exitContext: the context '${text}' is not entered here`;
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
    const defaults = childDefaults(this.#defaults, options);
    return new EventLogger(new Child(this.#emitter, defaults, this.#settings) as EventLoggerOptions);
  }

  /**
   * Logs a call to a language model: a span of the client, and in it the event
   * `gen_ai.client.inference.operation.details` with what was asked and said. The format `trubrics` makes
   * Trubrics' two events of it. The option `captureContent: false` keeps all content in the process.
   * @returns what {@link feedback} refers to, here or in another process
   */
  trackLlm(call: LlmCall): LlmReference {
    return loadTrackLlm().trackLlm(this.#origin, call, this.#settings.captureContent);
  }

  /**
   * Begins a call to a language model whose answer is streamed: the same span and event as those of `trackLlm`,
   * with what the stream says: the text, tool calls, tokens, finish reasons and the time to the first token.
   * @param call - what is known of it now
   * @example
   * const call = events.llm({ model, provider: 'openai', prompt });
   * const stream = client.chat.completions.create({ model, messages, stream: true });
   * for await (const chunk of call.stream(stream)) show(chunk);
   * events.feedback({ of: call.reference, name: 'helpful', score: 1 });
   */
  llm(call: LlmRequest = {}): OpenLlmCall {
    const loaded = requireBeside<typeof import('./llm/open-llm-call.ts')>(import.meta, './llm/open-llm-call');
    return new loaded.OpenLlmCall(this.#origin, call, this.#settings.captureContent);
  }

  /**
   * Logs what somebody thinks of a generation, as `gen_ai.evaluation.result` in its trace. Needs nothing but
   * what `trackLlm` gave back: it works days later, and in another process.
   * @returns the event's id
   */
  feedback(judgement: Feedback): string {
    return loadTrackLlm().feedback(this.#origin, judgement);
  }

  /**
   * Makes a schema known to the logger, its parent and children: an object, or its text as JSON or YAML.
   * @throws OtelEventsError `SCHEMA_INVALID`, `SCHEMA_DUPLICATE`
   */
  registerSchema(schema: object | string): void {
    this.#emitter.schemas.registry.register(schema);
  }

  /** Makes the schema in a JSON or YAML file known. @throws as {@link registerSchema} */
  registerSchemaFile(path: string | URL): void {
    this.#emitter.schemas.registry.registerFile(path);
  }

  /** Makes the schema behind an http(s) URL known. Rejects as {@link registerSchema} throws. */
  async registerSchemaUrl(url: string | URL, options: FetchSchemaOptions = {}): Promise<void> {
    await this.#emitter.schemas.registry.registerUrl(url, options);
  }

  /**
   * Emits an event that has a schema: checked, and without what must not leave.
   * @param version - `1` and `'1'` are the same
   * @returns the event's id
   * @throws OtelEventsError `SCHEMA_UNKNOWN`; `EVENT_INVALID` with `issues`, unless the option `onInvalid` or its
   *   definition says otherwise
   */
  record(
    schemaId: string,
    version: string | number,
    data: object,
    options?: Pick<LogOptions, 'timestamp'>,
  ): string;
  record<Input>(event: DefinedEvent<Input>, data: Input, options?: LogOptions): string;
  record(
    given: string | DefinedEvent,
    versionOrData: unknown,
    dataOrOptions?: unknown,
    more?: LogOptions,
  ): string {
    const { schemas } = this.#emitter;
    const [subject, data, options] = isDefinedEvent(given)
      ? [schemas.defined(given), versionOrData, dataOrOptions as LogOptions | undefined]
      : [schemas.registered(given, versionOrData as string | number), dataOrOptions, more];
    return this.#emitter.record(this.#origin, subject, data, options, 'throw');
  }

  /**
   * Has a function change the data of events that have a schema, before they are checked.
   * @param options - `schemaId`: of that schema only; else of all, those registered later included
   */
  addModifier(modifier: Modifier, options: ForSchema = {}): void {
    this.#emitter.schemas.listeners.addModifier(modifier, options);
  }

  /** Takes a modifier away: of one schema, or of all. */
  removeModifier(modifier: Modifier, options: ForSchema = {}): void {
    this.#emitter.schemas.listeners.removeModifier(modifier, options);
  }

  /** Tells a function of events that have a schema, redacted as they go out. */
  addListener(listener: Listener<EventLogger>, options: ListenerOptions = {}): void {
    this.#emitter.schemas.listeners.addListener(listener, options);
  }

  /** Takes a listener away: of one schema, or of all. */
  removeListener(listener: Listener<EventLogger>, options: ForSchema = {}): void {
    this.#emitter.schemas.listeners.removeListener(listener, options);
  }

  /** Resolves when what listeners have begun is done. */
  settled(): Promise<void> {
    return this.#emitter.schemas.listeners.settled();
  }

  /** Sessions of users, if the option `sessions` is given. `load` rejects with `OPTION_INVALID` for what is no id. */
  get sessions(): { load(userId: string): Promise<void> } {
    return { load: async (userId) => this.#emitter.loadSession(userIdOf(userId)) };
  }

  /**
   * Waits until what was emitted before is settled, for at most `timeoutMs` (10,000), and says how it went: in all,
   * and in `since` of what was emitted since the last `flush` ended. Rejects with `OPTION_INVALID`.
   */
  async flush(options: FlushOptions = {}): Promise<FlushResult> {
    checkFlushOptions(options);
    const { timeoutMs = FLUSH_TIMEOUT_MS, whenAway } = options;
    return this.#emitter.flush(timeoutMs, whenAway !== 'return');
  }

  /** Resolves when everything emitted before has reached its durability level: see the option `durability`. */
  durable(): Promise<void> {
    return this.#emitter.durable();
  }

  /** The account of every event since the logger was made, and what the option `redact` has taken out. */
  stats(): LoggerStats {
    return this.#emitter.ledger();
  }

  /**
   * Ends open scopes, delivers what is pending for at most `timeoutMs` (8,000) and takes no more events. What
   * is left then waits in the spool for the next process; without a spool it is dropped and counted.
   * Closes a logger with its parent and children. Idempotent. Never shuts down what the app owns. Rejects with
   * `OPTION_INVALID`.
   */
  async close(options: CloseOptions = {}): Promise<FlushResult> {
    checkCloseOptions(options);
    const { timeoutMs = CLOSE_TIMEOUT_MS } = options;
    return this.#emitter.close(timeoutMs);
  }

  /** As `close()`: `await using events = new EventLogger()`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

function userIdOf(given: unknown): string {
  try {
    return String(given);
  } catch (cause) {
    const message = `sessions.load: wanted the id of a user, got ${kindOf(given)}`;
    throw new OtelEventsError('OPTION_INVALID', message, { cause });
  }
}

/** Carries what a child takes over through the public constructor. */
class Child {
  /** Unlike a prototype, it can be asked for of everything. */
  readonly #isChild = true;
  readonly emitter: Emitter;
  readonly defaults: EventDefaults;
  readonly settings: Settings;

  constructor(emitter: Emitter, defaults: EventDefaults, settings: Settings) {
    this.emitter = emitter;
    this.defaults = defaults;
    this.settings = settings;
  }

  static is(options: object): options is Child {
    return typeof options === 'object' && options !== null && #isChild in options && options.#isChild;
  }
}

let loadedTrackLlm: typeof import('./llm/track-llm.ts') | undefined;

/** Apps that call no models need none of it. */
function loadTrackLlm(): typeof import('./llm/track-llm.ts') {
  loadedTrackLlm ??= requireBeside<typeof import('./llm/track-llm.ts')>(import.meta, './llm/track-llm');
  return loadedTrackLlm;
}
