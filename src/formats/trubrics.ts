import type { EventRecord } from '../otlp/event/event-record.ts';
import { GEN_AI, LLM_EVENT } from '../otlp/event/gen-ai.ts';
import { type ReadEvent, readEvent } from '../otlp/event/read-event.ts';
import type { AttributeMap, AttributeValue } from '../otlp/values/attribute-value.ts';
import { isoTime } from './iso-time.ts';
import { plain } from './plain.ts';

/** One element of the array that Trubrics is posted. */
export interface TrubricsPayload {
  readonly user_id: string | null;
  readonly event: string;
  readonly properties: Readonly<Record<string, unknown>>;
  /** ISO 8601 in UTC. */
  readonly timestamp: string;
}

/** Keys of `trackLlm`'s data that are not the caller's own properties. */
const LLM_PREFIX = 'gen_ai.';

/** How long before its generation a prompt was when nobody said; 0 is nobody said, as in the original. */
const DEFAULT_LATENCY_S = 1;

/**
 * Renders a record as Trubrics' `track` sent it, and what `trackLlm` emitted as the two events of its
 * `track_llm`: prompt and generation, in that order. Bytes become base64; everything else is plain JSON.
 */
export function trubrics(record: EventRecord): readonly TrubricsPayload[] {
  const event = readEvent(record);
  const user = event.userId ?? null;
  if (event.name === LLM_EVENT) return promptAndGeneration(record.timeUnixNano, user, event);
  const timestamp = isoTime(record.timeUnixNano);
  return [{ user_id: user, event: event.name, properties: plain(event.data), timestamp }];
}

/** The time of the record is that of the generation. The caller's own properties win over ours. */
function promptAndGeneration(
  timeUnixNano: bigint,
  user: string | null,
  { data, times }: ReadEvent,
): readonly TrubricsPayload[] {
  const prompt = lastText(data[GEN_AI.inputMessages], 'user');
  const generation = lastText(data[GEN_AI.outputMessages], 'assistant');
  const thread = data[GEN_AI.conversationId] === undefined ? {} : { $thread_id: data[GEN_AI.conversationId] };
  const own = ownProperties(data);
  const latency = times?.duration ?? null;
  return [
    {
      user_id: user,
      event: 'Prompt',
      properties: { ...textOf('$text', prompt), ...thread, ...own },
      timestamp: isoTime(earlier(timeUnixNano, latency || DEFAULT_LATENCY_S)),
    },
    {
      user_id: user,
      event: 'Generation',
      properties: {
        ...textOf('$text', generation),
        $assistant_id: data[GEN_AI.agentId] ?? null,
        ...textOf('$prompt', prompt),
        'latency(s)': latency,
        ...thread,
        ...own,
      },
      timestamp: isoTime(timeUnixNano),
    },
  ];
}

/** Never before 1970: a latency is what a caller measured, or did not. */
function earlier(timeUnixNano: bigint, seconds: number): bigint {
  const nanos = BigInt(Math.round(seconds * 1e6)) * 1000n;
  return nanos < timeUnixNano ? timeUnixNano - nanos : 0n;
}

function ownProperties(data: AttributeMap): Record<string, unknown> {
  return plain(Object.fromEntries(Object.entries(data).filter(([key]) => !key.startsWith(LLM_PREFIX))));
}

/** Left out where there is none: whoever captures no content sends no empty one. */
function textOf(key: string, text: string | undefined): Record<string, string> {
  return text === undefined ? {} : { [key]: text };
}

/** The text of the last message of a role; those before it are the conversation so far. */
function lastText(messages: AttributeValue | undefined, role: string): string | undefined {
  const message = listOf(messages).findLast((each) => each.role === role);
  if (message === undefined) return undefined;
  const texts = listOf(message.parts).flatMap(({ content }) =>
    typeof content === 'string' ? [content] : [],
  );
  return texts.length === 0 ? undefined : texts.join('\n');
}

function listOf(value: AttributeValue | undefined): readonly AttributeMap[] {
  const isMap = (item: AttributeValue): item is AttributeMap => typeof item === 'object' && item !== null;
  return Array.isArray(value) ? value.filter(isMap) : [];
}
