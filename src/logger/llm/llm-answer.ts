import { isError } from '../../otlp/values/describe-error.ts';
import { ValueCopier } from '../../otlp/values/value-copier.ts';
import { textOf } from '../text-of.ts';
import type { LlmCall, LlmUsage } from './llm-call.ts';
import { defined, type Fields, isFields, type Part, toolCall } from './llm-parts.ts';

/** The most text that is collected of one answer, in UTF-16 code units: models may never end. */
const MAX_UNITS = 1024 * 1024;

/** The most parts: a part takes more than its text. */
const MAX_PARTS = 10_000;

/** What a part grows from. */
interface Growing {
  readonly type: 'text' | 'reasoning' | 'refusal' | 'tool_call';
  id?: unknown;
  name?: unknown;
  text: string;
  /** Of a call of a tool: given as a whole. */
  given?: unknown;
}

/** One of the answers that were asked for. */
interface Choice {
  readonly parts: Map<string, Growing>;
  finishReason: string | undefined;
}

/** Puts an answer together from the chunks of a stream, as OpenAI (chat and responses), Anthropic and the AI SDK write them, or texts. */
export class LlmAnswer {
  readonly #keepsText: boolean;
  readonly #choices = new Map<number, Choice>();
  #usage: Record<string, unknown> | undefined;
  responseId: string | undefined;
  #responseModel: string | undefined;
  /** OpenAI's responses: the whole of it, at the end. */
  #output: readonly unknown[] | undefined;
  #units = 0;
  #step = 0;
  #partCount = 0;
  #toolKey = 'tool 0';
  /** Something was said: text, reasoning, the call of a tool. */
  hasBegun = false;
  /** Pieces that found no place. */
  truncated = 0;
  /** What the stream says went wrong, without throwing. */
  error: unknown;
  /** The stream says that it was stopped. */
  isAborted = false;

  /** @param keepsText - false: what is said is not kept, only that it is */
  constructor(keepsText: boolean) {
    this.#keepsText = keepsText;
  }

  /** Takes one chunk; what is unknown is passed over. */
  read(chunk: unknown): void {
    if (typeof chunk === 'string') this.#grow(0, 'text', 'text', chunk);
    else if (isFields(chunk)) this.#readFields(chunk);
  }

  /** What is known of the answer, as fields of a call. */
  fields(): Partial<LlmCall> {
    const choices = [...this.#choices].sort(([a], [b]) => a - b).map(([, choice]) => choice);
    const finishReasons = choices.flatMap(({ finishReason }) => finishReason ?? []);
    const messages = choices.flatMap(messageOf);
    const generation = this.#output === undefined ? messages : { output: this.#output };
    return {
      ...(this.#keepsText && (this.#output !== undefined || messages.length > 0) && { generation }),
      ...(finishReasons.length > 0 && { finishReasons }),
      ...(this.#usage !== undefined && { usage: this.#usage as LlmUsage }),
      ...(this.responseId !== undefined && { responseId: this.responseId }),
      ...(this.#responseModel !== undefined && { responseModel: this.#responseModel }),
    };
  }

  #readFields(chunk: Fields): void {
    const { type, choices } = chunk;
    if (Array.isArray(choices)) this.#readChat(chunk, choices);
    else if (typeof type !== 'string') return;
    else if (type.startsWith('response.')) this.#readResponses(chunk, type);
    else if (type.startsWith('message_') || type.startsWith('content_block_'))
      this.#readAnthropic(chunk, type);
    else this.#readAiSdk(chunk, type);
  }

  /** OpenAI's `ChatCompletionChunk`. */
  #readChat(chunk: Fields, choices: readonly unknown[]): void {
    this.#know(chunk.id, chunk.model, chunk.usage);
    for (const choice of choices) {
      if (!isFields(choice)) continue;
      const index = numberOf(choice.index);
      const delta = isFields(choice.delta) ? choice.delta : {};
      // `text_completion` has its text beside.
      this.#grow(index, 'text', 'text', delta.content ?? choice.text);
      this.#grow(index, 'refusal', 'refusal', delta.refusal);
      this.#grow(index, 'reasoning', 'reasoning', delta.reasoning_content);
      for (const call of Array.isArray(delta.tool_calls) ? delta.tool_calls : [])
        this.#readToolCall(index, call);
      this.#finish(index, choice.finish_reason);
    }
  }

  #readToolCall(choice: number, call: unknown): void {
    if (!isFields(call)) return;
    const { function: named, custom } = call;
    const {
      name,
      arguments: given,
      input,
    } = (isFields(named) ? named : isFields(custom) ? custom : {}) as Fields;
    // Some servers leave the index out: the id tells calls apart, and what has neither belongs to the last one.
    if (typeof call.index === 'number') this.#toolKey = `tool ${call.index}`;
    else if (call.id !== undefined) this.#toolKey = `tool ${textOf(call.id)}`;
    const key = this.#toolKey;
    this.#grow(choice, key, 'tool_call', given ?? input ?? '', { id: call.id, name });
  }

  /** OpenAI's `ResponseStreamEvent`: the last one holds everything. */
  #readResponses(chunk: Fields, type: string): void {
    const { response, delta, item_id: item } = chunk;
    if (isFields(response)) this.#readResponse(response, type);
    const kind = RESPONSE_DELTAS.get(type);
    if (kind === undefined) return;
    const key = `${kind} ${textOf(item)} ${numberOf(chunk.content_index ?? chunk.summary_index)}`;
    this.#grow(0, key, kind, delta);
  }

  #readResponse(response: Fields, type: string): void {
    this.#know(response.id, response.model, response.usage);
    if (!RESPONSE_ENDS.has(type)) return;
    if (Array.isArray(response.output) && response.output.length > 0)
      this.#output = this.#copyOf(response.output) as readonly unknown[];
    const why = isFields(response.incomplete_details) ? response.incomplete_details.reason : undefined;
    this.#finish(0, why ?? response.status);
    if (type === 'response.failed') this.error = errorOf(response.error);
  }

  /** Anthropic's `RawMessageStreamEvent`. */
  #readAnthropic(chunk: Fields, type: string): void {
    const { message, delta, content_block: block } = chunk;
    const key = `block ${numberOf(chunk.index)}`;
    if (isFields(message)) this.#know(message.id, message.model, message.usage);
    if (type === 'message_delta') {
      this.#know(undefined, undefined, chunk.usage);
      if (isFields(delta)) this.#finish(0, delta.stop_reason);
    } else if (isFields(block)) this.#readBlock(key, block);
    else if (isFields(delta)) {
      this.#grow(0, key, 'text', delta.text);
      this.#grow(0, key, 'reasoning', delta.thinking);
      this.#grow(0, key, 'tool_call', delta.partial_json);
    }
  }

  #readBlock(key: string, { type, text, thinking, id, name }: Fields): void {
    if (type === 'text') this.#grow(0, key, 'text', text);
    if (type === 'thinking') this.#grow(0, key, 'reasoning', thinking);
    if (type === 'tool_use' || type === 'server_tool_use') this.#grow(0, key, 'tool_call', '', { id, name });
  }

  /** `TextStreamPart` of the AI SDK. */
  #readAiSdk(chunk: Fields, type: string): void {
    const { id, response } = chunk;
    if (isFields(response)) this.#know(response.id, response.modelId, undefined);
    // Each step has texts under the same ids.
    if (type === 'finish-step') this.#step++;
    if (type === 'text-delta')
      this.#grow(0, `${this.#step} text ${textOf(id)}`, 'text', chunk.text ?? chunk.delta);
    if (type === 'reasoning-delta') {
      this.#grow(0, `${this.#step} reasoning ${textOf(id)}`, 'reasoning', chunk.text ?? chunk.delta);
    }
    if (type === 'tool-call') {
      const more = { id: chunk.toolCallId, name: chunk.toolName, given: this.#copyOf(chunk.input) };
      this.#grow(0, `tool ${textOf(chunk.toolCallId)}`, 'tool_call', '', more);
    }
    if (type === 'response-metadata') this.#know(id, chunk.modelId, undefined);
    if (type === 'finish') {
      this.#know(undefined, undefined, chunk.totalUsage ?? chunk.usage);
      this.#finish(0, isFields(chunk.finishReason) ? chunk.finishReason.unified : chunk.finishReason);
    }
    if (type === 'abort') this.isAborted = true;
    // OpenAI's responses have such an event too, with the fields beside.
    if (type === 'error') this.error = errorOf(chunk.error ?? chunk);
  }

  /** As it is now, within bounds: the app goes on with the objects of its chunks. */
  #copyOf(value: unknown): unknown {
    if (!this.#keepsText) return undefined;
    const copier = new ValueCopier({ maxBytes: MAX_UNITS, reader: 'app' });
    const copy = copier.copy(value);
    this.truncated += copier.truncated;
    return copy;
  }

  /** What later chunks say of the same counts. */
  #know(id: unknown, model: unknown, usage: unknown): void {
    if (typeof id === 'string' && id !== '') this.responseId = id;
    if (typeof model === 'string' && model !== '') this.#responseModel = model;
    if (isFields(usage)) this.#usage = { ...this.#usage, ...defined(usage) };
  }

  #finish(index: number, reason: unknown): void {
    if (typeof reason === 'string' && reason !== '') this.#choice(index).finishReason = reason;
  }

  /** @param piece - what is added to the part; what is no text is passed over */
  #grow(
    index: number,
    key: string,
    type: Growing['type'],
    piece: unknown,
    more?: Pick<Growing, 'id' | 'name' | 'given'>,
  ): void {
    if (typeof piece !== 'string' || (piece === '' && more === undefined)) return;
    this.hasBegun = true;
    if (!this.#keepsText) return;
    const part = this.#part(index, key, type);
    if (part === undefined) return;
    if (more !== undefined) Object.assign(part, defined(more));
    const kept = piece.slice(0, MAX_UNITS - this.#units);
    if (kept.length < piece.length) this.truncated++;
    this.#units += kept.length;
    part.text += kept;
  }

  #part(index: number, key: string, type: Growing['type']): Growing | undefined {
    const { parts } = this.#choice(index);
    const known = parts.get(key);
    if (known !== undefined) return known;
    if (this.#partCount >= MAX_PARTS) {
      this.truncated++;
      return undefined;
    }
    this.#partCount++;
    const part: Growing = { type, text: '' };
    parts.set(key, part);
    return part;
  }

  #choice(index: number): Choice {
    let choice = this.#choices.get(index);
    if (choice === undefined) {
      choice = { parts: new Map(), finishReason: undefined };
      this.#choices.set(index, choice);
    }
    return choice;
  }
}

const RESPONSE_DELTAS: ReadonlyMap<string, Growing['type']> = new Map([
  ['response.output_text.delta', 'text'],
  ['response.refusal.delta', 'refusal'],
  ['response.reasoning_text.delta', 'reasoning'],
  ['response.reasoning_summary_text.delta', 'reasoning'],
  ['response.function_call_arguments.delta', 'tool_call'],
]);

const RESPONSE_ENDS = new Set(['response.completed', 'response.incomplete', 'response.failed']);

/** Nothing, if nothing was said. */
function messageOf({ parts, finishReason }: Choice): object[] {
  const said = [...parts.values()].map(partOf);
  if (said.length === 0) return [];
  return [{ role: 'assistant', parts: said, ...defined({ finish_reason: finishReason }) }];
}

function partOf({ type, id, name, text, given }: Growing): Part {
  return type === 'tool_call' ? toolCall(id, name, given ?? text) : { type, content: text };
}

/** As a client would have thrown it. */
function errorOf(told: unknown): unknown {
  if (isError(told)) return told;
  const fields = isFields(told) ? told : { message: told };
  const { code = fields.type, message } = fields;
  const error = new Error(typeof message === 'string' ? message : 'the model failed');
  if (typeof code === 'string' && code !== '') error.name = code;
  error.stack = undefined as never;
  return error;
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}
