import type { EventLogger } from '../logger/event-logger.ts';
import { performance } from '../time.ts';
import { cleanText } from './clean-text.ts';
import { queryOf } from './path-of.ts';
import type { RequestEventOptions } from './request-context-options.ts';
import { type IsSecret, secretKeys } from './secret-keys.ts';
import { shownBody } from './shown-body.ts';
import { shownQuery } from './shown-query.ts';
import type { Visit, VisitEnd } from './visit.ts';

/** As the original's. */
const MAX_BODY_BYTES = 512;

/** Emits the event of one request; to be called in its context, from which it has path, address and user. */
export type LogRequest = (visit: Visit, end: VisitEnd, startMs: number) => void;

/** Makes what emits events of requests. */
export function requestEvent(events: EventLogger, options: RequestEventOptions): LogRequest {
  const { name = 'http.request', body = false, query = false } = options;
  const { maxBodyBytes = MAX_BODY_BYTES, maskKeys = [] } = options;
  const isSecret = secretKeys(maskKeys);
  return (visit, end, startMs) => {
    const data: Record<string, unknown> = { 'http.request.method': cleanText(visit.method, 32) };
    if (end.route !== undefined) data['http.route'] = end.route;
    if (end.status !== undefined) data['http.response.status_code'] = end.status;
    data['http.server.request.duration'] = (performance.now() - startMs) / 1000;
    data['http.request.aborted'] = end.aborted;
    if (query) addQuery(data, visit.target, isSecret);
    if (body) addBody(data, end.body, isSecret, maxBodyBytes);
    events.log(name, data);
  };
}

function addQuery(data: Record<string, unknown>, target: string, isSecret: IsSecret): void {
  const query = queryOf(target);
  if (query !== undefined && query !== '') data['url.query'] = shownQuery(query, isSecret);
}

function addBody(data: Record<string, unknown>, body: unknown, isSecret: IsSecret, maxBytes: number): void {
  const shown = shownBody(body, isSecret, maxBytes);
  if (shown === undefined) return;
  data['http.request.body.content'] = shown.content;
  if (shown.truncated) data['http.request.body.truncated'] = true;
}
