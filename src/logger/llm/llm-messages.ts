import { isListOf, mapFirst } from '../../bounded-list.ts';
import { textOf } from '../text-of.ts';
import {
  defined,
  type Fields,
  isFields,
  type Part,
  partsOf,
  textPart,
  toolCall,
  toolResponse,
} from './llm-parts.ts';

/** A message as the conventions have it. */
export interface Message {
  readonly role: string;
  readonly parts: readonly Part[];
}

/**
 * Messages as the conventions have them: of text, one message, or a list of messages, of parts or of texts, as OpenAI
 * (chat and responses), Anthropic and the AI SDK write them.
 * @param role - of what has none
 * @param onCut - told that a list is too long
 */
export function messagesOf(value: unknown, role: string, onCut?: () => void): Message[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) return answersIn(value, role) ?? [messageOf(value, role)];
  // The blocks of one message, not messages.
  if (value.length > 0 && isListOf(value, isPart)) return [{ role, parts: partsOf(value) }];
  return mapFirst(value, (each) => messageOf(each, role), onCut);
}

/** Part types that stand in a list of messages, where OpenAI's responses have them. */
const ITEMS = new Set([
  'message',
  'reasoning',
  'function_call',
  'function_call_output',
  'custom_tool_call',
  'custom_tool_call_output',
]);

function isPart(value: unknown): boolean {
  if (!isFields(value) || typeof value.type !== 'string') return false;
  return value.role === undefined && !ITEMS.has(value.type);
}

/** A whole answer of a client: OpenAI's choices or output. */
function answersIn(value: unknown, role: string): Message[] | undefined {
  if (!isFields(value)) return undefined;
  const { choices, output } = value;
  if (Array.isArray(choices)) return mapFirst(choices, (choice) => choiceOf(choice, role));
  return Array.isArray(output) && value.role === undefined ? messagesOf(output, role) : undefined;
}

function choiceOf(choice: unknown, role: string): Message {
  if (!isFields(choice)) return messageOf(choice, role);
  const { message, text, finish_reason } = choice;
  return { ...messageOf(message ?? text, role), ...defined({ finish_reason }) };
}

/** Fields that become parts, or that say again what the parts say. */
const READ = new Set([
  'role',
  'type',
  'parts',
  'content',
  'refusal',
  'tool_calls',
  'function_call',
  'tool_call_id',
  'toolInvocations',
  'summary',
  'stop_reason',
]);

function messageOf(value: unknown, role: string): Message {
  if (!isFields(value)) return { role, parts: [textPart(value)] };
  if (value.role === undefined && typeof value.type === 'string' && value.type !== 'message') {
    return itemOf(value);
  }
  const rest = Object.fromEntries(Object.entries(value).filter(([key]) => !READ.has(key)));
  const finish = value.finish_reason ?? value.stop_reason;
  return {
    ...rest,
    role: typeof value.role === 'string' ? value.role : role,
    parts: partsIn(value),
    ...defined({ finish_reason: finish }),
  };
}

/** An item of OpenAI's responses that is no message. */
function itemOf(item: Fields): Message {
  if (item.type === 'reasoning') {
    const said = partsOf(item.summary ?? item.content);
    return { role: 'assistant', parts: said.map((part) => ({ ...part, type: 'reasoning' })) };
  }
  const isAnswer = textOf(item.type).endsWith('_output');
  return { role: isAnswer ? 'tool' : 'assistant', parts: partsOf(item) };
}

function partsIn(message: Fields): Part[] {
  const { role, tool_call_id: callId, content, refusal, tool_calls: calls, function_call: call } = message;
  if (role === 'tool' && callId !== undefined) return [toolResponse(callId, answerOf(content))];
  const given = message.parts as unknown;
  const parts = Array.isArray(given) && given.length > 0 ? partsOf(given) : partsOf(content);
  if (refusal !== undefined && refusal !== null) parts.push({ type: 'refusal', content: textOf(refusal) });
  if (Array.isArray(calls)) parts.push(...mapFirst(calls, callOf));
  if (isFields(call)) parts.push(toolCall(undefined, call.name, call.arguments));
  return parts;
}

function answerOf(content: unknown): unknown {
  if (!Array.isArray(content)) return content;
  const parts = partsOf(content);
  return parts.every(({ type }) => type === 'text') ? parts.map(({ content: text }) => text).join('') : parts;
}

function callOf(call: unknown): Part {
  if (!isFields(call)) return textPart(call);
  const { id, function: named, custom } = call;
  if (isFields(named)) return toolCall(id, named.name, named.arguments);
  return isFields(custom) ? toolCall(id, custom.name, custom.input) : { ...call, type: 'tool_call' };
}
