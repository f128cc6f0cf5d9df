import { SpanKind } from '@opentelemetry/api';
import { OtelEventsError } from '../../errors.ts';
import type { Event, EventFailure } from '../../event.ts';
import type { ScopeSpan } from '../../otel/scope-span.ts';
import { formatTraceparent } from '../../otel/traceparent.ts';
import { copyFields } from '../../otlp/event/copy-fields.ts';
import { CONTENT_KEYS, GEN_AI, LLM_EVENT } from '../../otlp/event/gen-ai.ts';
import { epochNow, toEpochMs, toEpochSeconds } from '../clock.ts';
import type { OpenScope } from '../emitter.ts';
import type { ScopeOrigin } from '../event-scope.ts';
import { endSpan, openSpan } from '../open-span.ts';
import { ERROR } from '../severity.ts';
import { toFailure } from '../to-failure.ts';
import { LlmAnswer } from './llm-answer.ts';
import type { LlmCall, LlmReference } from './llm-call.ts';
import { llmData } from './llm-data.ts';
import { copyCall, defined, read, spanName, warner } from './track-llm.ts';

/** What is known of a call when it ends, and was not when it began; it wins over what the stream said. */
export type LlmOutcome = Omit<
  LlmCall,
  'userId' | 'projectId' | 'session' | 'tags' | 'category' | 'timestamp' | 'error'
>;

/** What is known of a call when it begins: now. */
export type LlmRequest = Omit<LlmCall, 'timestamp' | 'latency' | 'timeToFirstToken' | 'generation' | 'error'>;

/** How {@link OpenLlmCall.stream} reads. */
export interface LlmStreamOptions {
  /** False: the call stays open when the stream is over, for `end()`. Default true. */
  readonly end?: boolean;
}

/** Calls that nobody holds any more will not be ended by anyone. */
const forgotten = new FinalizationRegistry<LlmCallState>((state) => state.endIncomplete());

/**
 * A call to a language model that has begun: a span that runs, and the event of the call when it ends. Made by
 * `llm()`. It ends once: with its stream, by `end()` or by `fail()`. One that is left open is said as unfinished
 * (`event.incomplete`) when the logger closes, or when nobody holds it any more.
 */
export class OpenLlmCall {
  readonly #state: LlmCallState;

  /** @internal `llm()` makes calls. */
  constructor(origin: ScopeOrigin, call: LlmRequest, captureContent: boolean) {
    this.#state = new LlmCallState(origin, call, captureContent);
    forgotten.register(this, this.#state, this.#state);
  }

  /** The id of the event that the call will be. */
  get id(): string {
    return this.#state.id;
  }

  /** The W3C header that names the call's span, to be sent along with the request. */
  get traceparent(): string {
    return this.#state.traceparent;
  }

  /** What `feedback` refers to; the response id is there as soon as the stream has said it. */
  get reference(): LlmReference {
    return this.#state.reference();
  }

  /** A piece of the text has come; the first one is the time to the first token. */
  token(text: string): void {
    this.#state.read(text, 'token');
  }

  /**
   * Passes a stream on as it is, and takes from it what it says: text, tool calls, tokens, finish reasons. Chunks are
   * those of OpenAI (chat and responses), of Anthropic, of the AI SDK (`stream`, `fullStream`, `textStream`), or
   * texts. The call ends with the stream, fails with it, and is unfinished where its reader stops reading.
   * @param source - the stream, or the promise of it: then the request may fail as well
   */
  async *stream<T>(
    source: AsyncIterable<T> | PromiseLike<AsyncIterable<T>>,
    options: LlmStreamOptions = {},
  ): AsyncGenerator<T, void, undefined> {
    let isOver = false;
    try {
      for await (const chunk of await source) {
        this.#state.read(chunk, 'stream');
        yield chunk;
      }
      isOver = true;
    } catch (error) {
      isOver = true;
      this.#state.failWithStream(error);
      throw error;
    } finally {
      if (!isOver) this.#state.endIncomplete();
    }
    if (options?.end !== false) this.#state.endWithStream();
  }

  /**
   * Ends the call and emits its event; a second time does nothing.
   * @param outcome - what the stream did not say, or says otherwise
   */
  end(outcome: LlmOutcome = {}): LlmReference {
    this.#state.end(outcome);
    return this.reference;
  }

  /** Ends the call as failed. What had come by then is in the event. */
  fail(error: unknown, outcome: LlmOutcome = {}): LlmReference {
    this.#state.fail(error, outcome);
    return this.reference;
  }

  /** A call that is neither ended nor failed by then is unfinished. */
  [Symbol.dispose](): void {
    this.#state.endIncomplete();
  }
}

/** What outlives the call itself: it has to say how that ended. */
class LlmCallState implements OpenScope {
  readonly #origin: ScopeOrigin;
  readonly #draft: Event;
  readonly #span: ScopeSpan;
  readonly #captureContent: boolean;
  readonly #properties: LlmCall['properties'];
  readonly #answer: LlmAnswer;
  readonly #startMs: number;
  /** Of what was given at the beginning. */
  readonly #given: Readonly<Record<string, unknown>>;
  #data: Readonly<Record<string, unknown>>;
  #firstTokenMs: number | undefined;
  #ended = false;

  constructor(origin: ScopeOrigin, argument: LlmRequest, captureContent: boolean) {
    const { emitter, defaults } = origin;
    const call = copyCall(argument, warner(origin, 'llm'));
    const { userId, projectId, session, tags, category } = call;
    this.#origin = origin;
    this.#captureContent = captureContent;
    this.#answer = new LlmAnswer(captureContent);
    // The conversation goes on in the app's own lists while the answer comes.
    this.#given = copyFields(this.#dataOf(call, 'llm'));
    this.#properties = call.properties === undefined ? undefined : copyFields(call.properties);
    this.#data = this.#given;
    const options = defined({ userId, projectId, session, tags, category });
    const { event, context } = emitter.draft(defaults, LLM_EVENT, {}, options);
    this.#startMs = toEpochMs(event.time);
    const opening = { ...event, name: spanName(this.#given) };
    this.#span = openSpan(emitter, opening, context, { kind: SpanKind.CLIENT });
    this.#draft = { ...event, span: this.#span.spanContext };
    emitter.opened(this);
  }

  get id(): string {
    return this.#draft.id;
  }

  get traceparent(): string {
    return formatTraceparent(this.#span.spanContext);
  }

  reference(): LlmReference {
    const {
      [GEN_AI.responseId]: responseId = this.#answer.responseId,
      [GEN_AI.conversationId]: conversationId,
    } = this.#data;
    return {
      id: this.id,
      traceparent: this.traceparent,
      ...(typeof responseId === 'string' ? { responseId } : {}),
      ...(typeof conversationId === 'string' ? { conversationId } : {}),
    };
  }

  read(chunk: unknown, method: string): void {
    if (this.#ended) {
      this.#warnEnded(method);
      return;
    }
    try {
      this.#answer.read(chunk);
    } catch {
      // A getter or a proxy of the client's threw: the chunk goes on, what it says is not known.
    }
    if (this.#answer.hasBegun) this.#firstTokenMs ??= toEpochMs(epochNow());
  }

  end(outcome: LlmOutcome): void {
    if (this.#ended) this.#warnEnded('end');
    else this.#finishAsSaid(outcome);
  }

  fail(error: unknown, outcome: LlmOutcome): void {
    if (this.#ended) this.#warnEnded('fail');
    else this.#finish(outcome, toFailure(error), false);
  }

  /** The app may have ended it while it read. */
  endWithStream(): void {
    if (!this.#ended) this.#finishAsSaid({});
  }

  failWithStream(error: unknown): void {
    if (!this.#ended) this.#finish({}, toFailure(error), false);
  }

  endIncomplete(): void {
    if (!this.#ended) this.#finish({}, undefined, true);
  }

  /** Streams may say themselves that they failed or were stopped. */
  #finishAsSaid(outcome: LlmOutcome): void {
    const { error, isAborted } = this.#answer;
    this.#finish(outcome, error === undefined ? undefined : toFailure(error), isAborted);
  }

  #finish(outcome: LlmOutcome, failure: EventFailure | undefined, incomplete: boolean): void {
    this.#ended = true;
    forgotten.unregister(this);
    const { emitter } = this.#origin;
    emitter.ended(this);
    const time = epochNow();
    const said = copyCall(outcome as LlmCall, warner(this.#origin, 'end'));
    this.#data = this.#allData(said);
    const { truncated } = this.#answer;
    const event: Event = {
      ...this.#draft,
      time,
      observedTime: time,
      severity: failure === undefined ? this.#draft.severity : ERROR,
      data: this.#data,
      scope: this.#times(toEpochMs(time), said.latency),
      failure,
      incomplete,
      ...(truncated > 0 && { truncated }),
    };
    endSpan(emitter, this.#span, event, emitter.emit(event, this.#span.context), CONTENT_KEYS);
  }

  /** What the caller says at the end wins over what was said at the beginning, that over what the stream says. */
  #allData(call: LlmCall): Readonly<Record<string, unknown>> {
    const first = this.#firstTokenMs;
    const timed = first === undefined ? {} : { timeToFirstToken: (first - this.#startMs) / 1000 };
    const heard = this.#dataOf({ ...timed, ...this.#answer.fields() }, 'stream');
    const said = this.#dataOf(call, 'end');
    // `chat` is what is meant where nobody says anything, not what was said.
    const { [GEN_AI.operation]: _, ...more } = heard;
    const { [GEN_AI.operation]: operation, ...rest } = said;
    const own = call.operation === undefined ? {} : { [GEN_AI.operation]: operation };
    return { ...more, ...this.#given, ...rest, ...own, ...this.#properties, ...copyFields(call.properties) };
  }

  #dataOf(call: LlmCall, method: string): Record<string, unknown> {
    const onUnusable = warner(this.#origin, method);
    return read(call, (given) => llmData(given, this.#captureContent, onUnusable), onUnusable);
  }

  #times(endMs: number, latency: unknown): Event['scope'] {
    const measured = Math.max(0, endMs - this.#startMs) / 1000;
    const duration = typeof latency === 'number' && latency >= 0 ? latency : measured;
    const start = toEpochSeconds(this.#draft.time);
    return { start, end: start + duration, duration };
  }

  #warnEnded(method: string): void {
    this.#origin.emitter.diagnostics.once(`llm ended ${method}`, () => {
      const message = `${method}() of a call to a model that has ended does nothing; this is said once`;
      return new OtelEventsError('EVENT_INVALID', message, {
        fix: 'end each call once, when its answer is whole',
      });
    });
  }
}
