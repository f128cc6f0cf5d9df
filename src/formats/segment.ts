import { OtelEventsError } from '../errors.ts';
import type { EventRecord } from '../otlp/event/event-record.ts';
import { readEvent } from '../otlp/event/read-event.ts';
import { type EdxPayload, edx } from './edx.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A `track` message of Segment's HTTP API, with what edX event-tracking puts in it. */
export interface SegmentPayload {
  readonly type: 'track';
  /** The same through every retry: Segment takes an event once. */
  readonly messageId: string;
  readonly userId?: string;
  /** Only without a user: the context's `client_id`. */
  readonly anonymousId?: string;
  readonly event: string;
  /** The whole event, as edX event-tracking emits it. */
  readonly properties: EdxPayload;
  readonly context: SegmentContext;
  /** ISO 8601 in UTC. */
  readonly timestamp: string;
}

/** What Segment calls the context of a message. */
export interface SegmentContext {
  readonly 'Google Analytics'?: { readonly clientId: unknown };
  readonly ip?: unknown;
  readonly userAgent?: unknown;
  readonly page?: { readonly path?: unknown; readonly referrer?: unknown; readonly url?: unknown };
}

/**
 * Renders a record as edX event-tracking sends it to Segment.
 * @throws OtelEventsError `EXPORT_FAILED`, reason `no_user`, for an event with neither a user nor a
 * `client_id`: Segment takes no such event
 */
export function segment(record: EventRecord): SegmentPayload {
  const properties = edx(record);
  return {
    type: 'track',
    messageId: readEvent(record).id,
    ...identityOf(properties.context),
    event: properties.name,
    properties,
    context: segmentContext(properties.context),
    timestamp: properties.timestamp,
  };
}

function identityOf(context: Fields): Pick<SegmentPayload, 'userId' | 'anonymousId'> {
  const userId = idOf(context.user_id);
  if (userId !== '') return { userId };
  const anonymousId = idOf(context.client_id);
  if (anonymousId !== '') return { anonymousId };
  throw new OtelEventsError('EXPORT_FAILED', 'format segment: wanted an event with a user, got one without', {
    reason: 'no_user',
    fix: 'give events a user, or keep those without one from this exporter with a processor',
  });
}

/** Segment's ids are texts, edX's often numbers. */
function idOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function segmentContext({ client_id: client, ip, agent, ...context }: Fields): SegmentContext {
  const page = pageOf(context);
  return {
    ...(isThere(client) ? { 'Google Analytics': { clientId: client } } : {}),
    ...(isThere(ip) ? { ip } : {}),
    ...(isThere(agent) ? { userAgent: agent } : {}),
    ...(Object.keys(page).length > 0 ? { page } : {}),
  };
}

/** Without a `page` the address is put together of host and path; `https` stands for whatever scheme it was. */
function pageOf({ path, referer, page, host }: Fields): NonNullable<SegmentContext['page']> {
  const url = page || (path && host ? `https://${host}/${String(path).replace(/^\//, '')}` : page);
  return {
    ...(isThere(path) ? { path } : {}),
    ...(isThere(referer) ? { referrer: referer } : {}),
    ...(isThere(url) ? { url } : {}),
  };
}

function isThere(value: unknown): boolean {
  return value !== undefined && value !== null;
}
