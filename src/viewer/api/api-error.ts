import type { ServerResponse } from 'node:http';
import { type ErrorCode, type ErrorIssue, OtelEventsError } from '../../errors.ts';
import { Refusal } from '../../serve/refusal.ts';
import { QueryError } from '../query/query-error.ts';
import { COUNT, type JsonSchema, listSchema, mapSchema, named, TEXT } from './json-schema.ts';
import { ParamQueryError } from './param.ts';

export const ERROR_SCHEMA: JsonSchema = mapSchema({
  error: mapSchema(
    { code: TEXT, message: TEXT },
    { at: COUNT, param: TEXT, issues: listSchema(named('Issue')) },
  ),
});

/** How long a client is asked to wait, in seconds. */
const RETRY_AFTER = { 'retry-after': '1' };

const CODES: Readonly<Record<number, string>> = {
  400: 'REQUEST_INVALID',
  401: 'TOKEN_MISSING',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  405: 'METHOD_NOT_ALLOWED',
  413: 'TOO_LARGE',
  415: 'MEDIA_TYPE',
  429: 'TOO_MANY_REQUESTS',
  503: 'BUSY',
};

/** Errors that are no fault of the viewer, and would be the same the next time. */
const STATUSES: Readonly<Partial<Record<ErrorCode, number>>> = {
  SPOOL_UNWRITABLE: 409,
  EVENT_INVALID: 422,
  EXPORT_FAILED: 502,
};

interface ErrorAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly at?: number;
    readonly param?: string;
    readonly issues?: readonly ErrorIssue[];
  };
}

/** Sends what went wrong; an answer that is on its way already is cut off. */
export function sendError(response: ServerResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const { status, headers, error: told } = errorAnswer(error);
  const body = JSON.stringify({ error: told });
  response.writeHead(status, { ...headers, 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(body);
}

function errorAnswer(error: unknown): ErrorAnswer {
  if (error instanceof Refusal) {
    const { status, headers, message } = error;
    return { status, headers, error: { code: CODES[status] ?? `HTTP_${status}`, message } };
  }
  if (error instanceof QueryError) {
    const { code, message, at } = error;
    const place = error instanceof ParamQueryError ? { at, param: error.param } : { at };
    return { status: 400, headers: {}, error: { code, message, ...place } };
  }
  if (error instanceof OtelEventsError) {
    const { code, message, issues } = error;
    const told = { code, message, ...(issues === undefined ? {} : { issues }) };
    if (code.startsWith('OPTION_')) return { status: 400, headers: {}, error: told };
    return error.retry === undefined
      ? { status: STATUSES[code] ?? 500, headers: {}, error: told }
      : { status: 503, headers: RETRY_AFTER, error: told };
  }
  const message = 'the viewer could not answer that; its log says why';
  return { status: 500, headers: {}, error: { code: 'INTERNAL', message } };
}
