import { isAnyArrayBuffer, isDate } from 'node:util/types';
import { mapFirst } from '../../bounded-list.ts';
import { textOf } from '../text-of.ts';

/** Parts in the answers of tools in parts … */
const MAX_DEPTH = 4;

/** A part of a message, or what a client's types have for one. */
export type Fields = Readonly<Record<string, unknown>>;

/** A part as the conventions have it. */
export type Part = { readonly type: string } & Fields;

/**
 * The parts of what was said: text, one part, or a list of them, as the conventions, OpenAI, Anthropic or the AI SDK
 * write them. What is unknown stays as it is.
 * @see OpenTelemetry semantic conventions for generative AI, the schemas of input and output messages
 */
export function partsOf(content: unknown, depth = 0): Part[] {
  if (content === undefined || content === null) return [];
  if (Array.isArray(content)) return mapFirst(content, (each) => partOf(each, depth));
  return [partOf(content, depth)];
}

/** As text, if that is all it is; else as data. */
export function textPart(content: unknown): Part {
  return isFields(content) ? { type: 'unknown', content } : { type: 'text', content: textOf(content) };
}

/** Whether it has fields to be read: no list, no bytes, no date. */
export function isFields(value: unknown): value is Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return !isDate(value) && !ArrayBuffer.isView(value);
}

/** Fields that are there. */
export function defined(fields: Fields): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && value !== null),
  );
}

/** What a tool was called with: clients have it as JSON. */
export function parsed(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    // A model need not write JSON.
    return value;
  }
}

export function toolCall(id: unknown, name: unknown, given: unknown): Part {
  return { type: 'tool_call', ...defined({ id, name, arguments: parsed(given) }) };
}

export function toolResponse(id: unknown, response: unknown, more: Fields = {}): Part {
  return { type: 'tool_call_response', ...defined({ id, response, ...more }) };
}

function partOf(value: unknown, depth: number): Part {
  // What makes new objects whenever it is read has no end.
  if (depth > MAX_DEPTH) return { type: 'unknown' };
  if (!isFields(value) || typeof value.type !== 'string') return textPart(value);
  const known = PARTS.get(value.type) ?? (value.type.startsWith('tool-') ? uiTool : undefined);
  return known?.(value, depth) ?? (value as Part);
}

type Reader = (part: Fields, depth: number) => Part | undefined;

/** By the `type` that a client gives it; undefined for what is in the conventions' shape already. */
const PARTS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['text', ({ text }) => said('text', text)],
  ['input_text', ({ text }) => said('text', text)],
  ['output_text', ({ text }) => said('text', text)],
  ['summary_text', ({ text }) => said('reasoning', text)],
  ['reasoning_text', ({ text }) => said('reasoning', text)],
  ['refusal', ({ refusal }) => said('refusal', refusal)],
  ['thinking', ({ thinking }) => said('reasoning', thinking)],
  ['reasoning', ({ text }) => said('reasoning', text)],
  [
    'image',
    ({ source, image, mediaType, mimeType }, depth) =>
      sourced('image', source, depth) ?? media('image', image, mediaType ?? mimeType),
  ],
  ['image_url', ({ image_url: at }) => media('image', isFields(at) ? at.url : at)],
  ['input_image', ({ image_url: url, file_id: id }) => media('image', url) ?? uploaded('image', id)],
  [
    'input_audio',
    ({ input_audio: audio }) =>
      isFields(audio) ? blob('audio', audio.data, mimeOf('audio', audio.format)) : undefined,
  ],
  ['document', ({ source }, depth) => sourced('document', source, depth)],
  ['file', fileOf],
  ['input_file', fileOf],
  ['tool_use', ({ id, name, input }) => toolCall(id, name, input)],
  ['server_tool_use', ({ id, name, input }) => toolCall(id, name, input)],
  ['mcp_tool_use', ({ id, name, input }) => toolCall(id, name, input)],
  ['tool-call', ({ toolCallId, toolName, input, args }) => toolCall(toolCallId, toolName, input ?? args)],
  ['function_call', ({ call_id: id, name, arguments: given }) => toolCall(id, name, given)],
  ['custom_tool_call', ({ call_id: id, name, input }) => toolCall(id, name, input)],
  [
    'tool_result',
    ({ tool_use_id: id, content, is_error }, depth) =>
      toolResponse(id, responseOf(content, depth), { is_error }),
  ],
  [
    'mcp_tool_result',
    ({ tool_use_id: id, content, is_error }, depth) =>
      toolResponse(id, responseOf(content, depth), { is_error }),
  ],
  [
    'tool-result',
    ({ toolCallId, output, result }, depth) => toolResponse(toolCallId, outputOf(output ?? result, depth)),
  ],
  ['function_call_output', ({ call_id: id, output }, depth) => toolResponse(id, responseOf(output, depth))],
  [
    'custom_tool_call_output',
    ({ call_id: id, output }, depth) => toolResponse(id, responseOf(output, depth)),
  ],
]);

function said(type: string, content: unknown): Part | undefined {
  return content === undefined ? undefined : { type, content: textOf(content) };
}

/** A tool of the AI SDK's messages for a page: call and answer in one. */
function uiTool({ type, toolCallId, input, output, errorText }: Fields): Part {
  const name = textOf(type).slice('tool-'.length);
  const call = toolCall(toolCallId, name, input);
  return output === undefined && errorText === undefined
    ? call
    : { ...call, ...defined({ response: output, error: errorText }) };
}

/** What a tool gave back: text alone is text, not a list of one. */
function responseOf(content: unknown, depth: number): unknown {
  if (!Array.isArray(content)) return parsed(content);
  const parts = partsOf(content, depth + 1);
  const [only] = parts;
  return parts.length === 1 && only?.type === 'text' ? only.content : parts;
}

/** The AI SDK says of which kind an output is. */
function outputOf(output: unknown, depth: number): unknown {
  if (!isFields(output) || typeof output.type !== 'string' || !('value' in output)) return output;
  return output.type === 'content' ? partsOf(output.value, depth + 1) : output.value;
}

/** Anthropic's `source` of images and documents. */
function sourced(modality: string, source: unknown, depth: number): Part | undefined {
  if (!isFields(source)) return undefined;
  const { type, data, media_type: mime, url, file_id: id, content } = source;
  if (type === 'base64') return blob(modality, data, mime);
  if (type === 'text') return said('text', data);
  if (type === 'content') return { type: modality, content: partsOf(content, depth + 1) };
  return media(modality, url) ?? uploaded(modality, id);
}

/** OpenAI's and the AI SDK's; the conventions have a `file` as well. */
function fileOf(part: Fields): Part | undefined {
  const { file, file_url: at, file_data: bytes, url, data, mediaType, mimeType } = part;
  const {
    file_id: id,
    file_data: inner,
    filename = part.filename,
  } = isFields(file) ? file : (part as Fields);
  if (part.modality !== undefined) return undefined;
  const mime = mediaType ?? mimeType;
  const modality = typeof mime === 'string' ? (mime.split('/')[0] as string) : 'document';
  const found = media(modality, at ?? url ?? inner ?? bytes ?? data, mime) ?? uploaded(modality, id);
  return found && { ...found, ...defined({ filename }) };
}

function uploaded(modality: string, id: unknown): Part | undefined {
  return typeof id === 'string' ? { type: 'file', modality, file_id: id } : undefined;
}

const DATA_URL = /^data:([^;,]*)(?:;[^,]*)?,/;

/** Where it lies, or what it holds: bytes, base64, or an address with the bytes in it. */
function media(modality: string, value: unknown, mime?: unknown): Part | undefined {
  if (value === undefined || value === null) return undefined;
  if (ArrayBuffer.isView(value) || isAnyArrayBuffer(value)) return blob(modality, value, mime);
  const text = textOf(value);
  const [head, type] = DATA_URL.exec(text) ?? [];
  if (head !== undefined) return blob(modality, text.slice(head.length), type || mime);
  if (/^[a-z][a-z\d+.-]*:/i.test(text))
    return { type: 'uri', modality, ...defined({ mime_type: mime }), uri: text };
  return blob(modality, text, mime);
}

function blob(modality: string, content: unknown, mime: unknown): Part {
  const bytes = bytesOf(content);
  const text = bytes === undefined ? textOf(content) : bytes.toString('base64');
  return { type: 'blob', modality, ...defined({ mime_type: mime }), content: text };
}

function bytesOf(value: unknown): Buffer | undefined {
  if (ArrayBuffer.isView(value)) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return isAnyArrayBuffer(value) ? Buffer.from(value) : undefined;
}

function mimeOf(modality: string, format: unknown): string | undefined {
  return typeof format === 'string' ? `${modality}/${format}` : undefined;
}
