import type { LogOptions } from '../options.ts';

/** A part of a message: text, a call of a tool, what that gave back, or any other of the conventions. */
export interface LlmPart {
  /** `text`, `tool_call`, `tool_call_response`, `reasoning`, `blob`, `uri`, `file`…; or what a client calls it. */
  readonly type: string;
  /** Of a `text`. */
  readonly content?: unknown;
  readonly [key: string]: unknown;
}

/**
 * A message of a conversation, as the conventions have it, or as OpenAI, Anthropic and the AI SDK write it: their
 * parts, tool calls and answers become those of the conventions.
 */
export interface LlmMessage {
  /** `system`, `user`, `assistant`, `tool`, … */
  readonly role?: string | undefined;
  readonly parts?: readonly object[] | undefined;
  /** Text, or a list of parts. */
  readonly content?: unknown;
  readonly finish_reason?: string | null | undefined;
  /** OpenAI: the tools that are to be called. */
  readonly tool_calls?: readonly object[] | null | undefined;
  /** OpenAI: which call this is the answer to. */
  readonly tool_call_id?: string | undefined;
  /** OpenAI: why it did not answer. */
  readonly refusal?: string | null | undefined;
  readonly name?: string | undefined;
}

/** Amounts of tokens, under these names, or as OpenAI, Anthropic and the AI SDK write them. */
export interface LlmUsage {
  /** All of the input, what came from a cache included. */
  readonly inputTokens?: number | null | undefined;
  readonly outputTokens?: number | null | undefined;
  /** Of the input, those read from a cache. */
  readonly cachedInputTokens?: number | null | undefined;
  /** Of the input, those written into a cache. */
  readonly cacheCreationInputTokens?: number | null | undefined;
  /** Of the output, those spent on reasoning. */
  readonly reasoningTokens?: number | null | undefined;
  /** OpenAI's responses; Anthropic, where the input does not count what came from a cache or went into one. */
  readonly input_tokens?: number | null | undefined;
  readonly output_tokens?: number | null | undefined;
  readonly input_tokens_details?: object | null | undefined;
  readonly output_tokens_details?: object | null | undefined;
  readonly cache_read_input_tokens?: number | null | undefined;
  readonly cache_creation_input_tokens?: number | null | undefined;
  /** OpenAI's chat. */
  readonly prompt_tokens?: number | null | undefined;
  readonly completion_tokens?: number | null | undefined;
  readonly prompt_tokens_details?: object | null | undefined;
  readonly completion_tokens_details?: object | null | undefined;
  /** The AI SDK, by version. */
  readonly promptTokens?: number | null | undefined;
  readonly completionTokens?: number | null | undefined;
  readonly inputTokenDetails?: object | undefined;
  readonly outputTokenDetails?: object | undefined;
}

/** What a model was asked and what it said. Everything is optional; unusable values are left out and said once. */
export interface LlmCall extends Pick<LogOptions, 'userId' | 'projectId' | 'session' | 'tags' | 'category'> {
  /** Text; or texts, parts or messages, as the client takes them. */
  readonly prompt?: string | LlmMessage | readonly (string | object)[] | undefined;
  /** What came back: text, a message, parts, several messages, or the answer of the client as it is. */
  readonly generation?: string | object | undefined;
  /** Trubrics: which assistant it was. */
  readonly assistantId?: string | undefined;
  /** Further data of the event. They win over everything found out here. */
  readonly properties?: Readonly<Record<string, unknown>> | undefined;
  /** When the generation was there. Default now. */
  readonly timestamp?: Date | number | bigint | undefined;
  /** From the prompt to the generation, in seconds. */
  readonly latency?: number | undefined;
  /** The conversation. */
  readonly threadId?: string | undefined;
  /** `chat` (default), `text_completion`, `embeddings`, … */
  readonly operation?: string | undefined;
  readonly model?: string | undefined;
  /** `openai`, `anthropic`, `aws.bedrock`, … */
  readonly provider?: string | undefined;
  /** Tokens. */
  readonly usage?: LlmUsage | null | undefined;
  /** Text, or parts. */
  readonly systemPrompt?: string | readonly object[] | undefined;
  /** The whole input, where it is more than one prompt. */
  readonly messages?: readonly (string | object)[] | undefined;
  readonly responseId?: string | undefined;
  /** The model that answered, where it is another one than was asked. */
  readonly responseModel?: string | undefined;
  readonly finishReasons?: readonly string[] | undefined;
  /** Of a stream: from the prompt to the first piece of the generation, in seconds. */
  readonly timeToFirstToken?: number | undefined;
  /** Why there is no generation: a failure of the call. */
  readonly error?: unknown;
}

/** What `trackLlm` gives back, for `feedback`: plain data, to be kept or sent anywhere. */
export interface LlmReference {
  /** The id of the event. */
  readonly id: string;
  /** W3C header of the call's span. */
  readonly traceparent: string;
  readonly responseId?: string;
  readonly conversationId?: string;
}

/** What somebody thinks of a generation. */
export interface Feedback {
  readonly of: Partial<LlmReference> & Pick<LlmReference, 'id'>;
  /** What was judged: `helpful`, `relevance`, `thumbs`, … */
  readonly name: string;
  readonly score?: number;
  /** `pass`, `up`, … */
  readonly label?: string;
  readonly comment?: string;
  readonly userId?: string;
  /** When it was said. Default now. */
  readonly timestamp?: Date | number | bigint;
}
