import type { LogOptions } from './options.ts';

/** A part of a message: text, a call of a tool, what that gave back, or any other of the conventions. */
export interface LlmPart {
  /** `text`, `tool_call`, `tool_call_response`, `reasoning`, `blob`, `uri`… */
  readonly type: string;
  /** Of a `text`. */
  readonly content?: string;
  readonly [key: string]: unknown;
}

/** A message of a conversation. */
export interface LlmMessage {
  /** `system`, `user`, `assistant` or `tool`. */
  readonly role: string;
  readonly parts?: readonly LlmPart[];
  /** Short for one part that is text. */
  readonly content?: string;
  readonly finish_reason?: string;
}

/** What a model was asked and what it said. Everything is optional; unusable values are left out and said once. */
export interface LlmCall extends Pick<LogOptions, 'userId' | 'projectId' | 'session' | 'tags' | 'category'> {
  readonly prompt?: string;
  /** What came back: text, or a message with tool calls and other parts. */
  readonly generation?: string | LlmMessage;
  /** Trubrics: which assistant it was. */
  readonly assistantId?: string;
  /** Further data of the event. They win over everything found out here. */
  readonly properties?: Readonly<Record<string, unknown>>;
  /** When the generation was there. Default now. */
  readonly timestamp?: Date | number | bigint;
  /** From the prompt to the generation, in seconds. */
  readonly latency?: number;
  /** The conversation. */
  readonly threadId?: string;
  /** `chat` (default), `text_completion`, `embeddings`, … */
  readonly operation?: string;
  readonly model?: string;
  /** `openai`, `anthropic`, `aws.bedrock`, … */
  readonly provider?: string;
  /** Tokens. */
  readonly usage?: {
    readonly inputTokens?: number;
    readonly outputTokens?: number;
    /** Of the input, those read from a cache. */
    readonly cachedInputTokens?: number;
    /** Of the output, those spent on reasoning. */
    readonly reasoningTokens?: number;
  };
  readonly systemPrompt?: string;
  /** The whole input, where it is more than one prompt. */
  readonly messages?: readonly LlmMessage[];
  readonly responseId?: string;
  /** The model that answered, where it is another one than was asked. */
  readonly responseModel?: string;
  readonly finishReasons?: readonly string[];
  /** Of a stream: from the prompt to the first piece of the generation, in seconds. */
  readonly timeToFirstToken?: number;
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
}
