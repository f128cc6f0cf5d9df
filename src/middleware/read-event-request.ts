import types from 'node:util/types';
import { MAX_DEPTH } from '../event.ts';
import type { Issue } from '../issue.ts';
import { kindOf } from '../kind-of.ts';
import { ApiRefusal } from './api-refusal.ts';
import { readTimestamp } from './read-timestamp.ts';

/** What a client asks to record. */
export interface EventRequest {
  readonly schemaId: string;
  readonly version: string | number;
  readonly data: object;
  readonly timestamp: Date | undefined;
}

/**
 * Reads the body of a `POST`: `{ schema_id, version, data, timestamp? }`; more keys do not matter.
 * @throws ApiRefusal 400; the paths of its issues lead into the body
 */
export function readEventRequest(body: unknown, nowMs: number): EventRequest {
  const issues: Issue[] = [];
  const wrong = (path: string, expected: string, got: unknown): void =>
    void issues.push({ path, expected, got: kindOf(got) });
  if (!isMap(body)) wrong('', 'an object', body);
  const { schema_id: schemaId, version, data, timestamp: text } = isMap(body) ? body : {};
  const timestamp = text === undefined || text === null ? undefined : readTimestamp(text, nowMs);
  if (issues.length === 0) {
    if (!isText(schemaId)) wrong('/schema_id', 'a text that is not empty', schemaId);
    if (!isText(version) && !Number.isFinite(version)) wrong('/version', 'a text or a number', version);
    if (!isMap(data)) wrong('/data', 'an object', data);
    else if (isDeeper(data, MAX_DEPTH)) wrong('/data', `at most ${MAX_DEPTH} levels`, data);
    if (timestamp === undefined && text !== undefined && text !== null) {
      wrong('/timestamp', 'a time in ISO 8601 with a zone, since 1970, not in the future', text);
    }
  }
  if (issues.length > 0) {
    throw new ApiRefusal(400, 'BODY_INVALID', 'the body is not { schema_id, version, data, timestamp? }', {
      issues,
    });
  }
  return {
    schemaId: schemaId as string,
    version: version as string | number,
    data: data as object,
    timestamp,
  };
}

/**
 * What is in a body, unless the app has parsed it.
 * @throws ApiRefusal 400
 */
export function parseBody(body: unknown): unknown {
  const isBytes = types.isUint8Array(body);
  if (!isBytes && typeof body !== 'string') return body;
  try {
    return JSON.parse(isBytes ? new TextDecoder('utf-8', { fatal: true }).decode(body) : body);
  } catch {
    const issues = [{ path: '', expected: 'JSON', got: 'something else' }];
    throw new ApiRefusal(400, 'BODY_INVALID', 'the body is not JSON', { issues });
  }
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((item) => isDeeper(item, levels - 1));
}
