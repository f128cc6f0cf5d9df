import type { Row } from '../store/event-store.ts';

/** One thing that was said or done in a conversation. */
export interface Said {
  readonly role: string;
  readonly kind: 'text' | 'reasoning' | 'call' | 'response' | 'other';
  /** Of a call the name of the tool. */
  readonly title: string;
  readonly text: string;
}

type Fields = Readonly<Record<string, unknown>>;

/** The messages at an attribute such as `gen_ai.input.messages`: a list, or its JSON, which spans carry. */
export function readMessages(row: Row, attribute: string): Said[] {
  const value = parsed(row.attributes[attribute]);
  if (value === undefined || value === null) return [];
  const messages = Array.isArray(value) ? value : [value];
  return messages.flatMap((message) => {
    if (!isFields(message))
      return [{ role: 'user', kind: 'text', title: '', text: textOf(message) } satisfies Said];
    const role =
      typeof message.role === 'string'
        ? message.role
        : attribute.endsWith('instructions')
          ? 'system'
          : 'assistant';
    const parts = Array.isArray(message.parts) ? message.parts : 'content' in message ? [message] : [];
    return parts.map((part: unknown) => partOf(part, role));
  });
}

function partOf(part: unknown, role: string): Said {
  if (!isFields(part)) return { role, kind: 'text', title: '', text: textOf(part) };
  const content = part.content ?? part.text;
  switch (part.type ?? 'text') {
    case 'text':
      return { role, kind: 'text', title: '', text: textOf(content) };
    case 'reasoning':
    case 'thinking':
      return { role, kind: 'reasoning', title: '', text: textOf(content) };
    case 'tool_call':
      return { role, kind: 'call', title: textOf(part.name), text: textOf(part.arguments) };
    case 'tool_call_response':
      return {
        role: 'tool',
        kind: 'response',
        title: textOf(part.id),
        text: textOf(part.response ?? part.result),
      };
    default:
      return { role, kind: 'other', title: textOf(part.type), text: textOf(content ?? part) };
  }
}

function parsed(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    // A text that begins like JSON, or JSON that was cut.
    return value;
  }
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
