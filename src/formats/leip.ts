import type { EventRecord } from '../otlp/event/event-record.ts';
import { readEvent } from '../otlp/event/read-event.ts';
import type { AttributeMap } from '../otlp/values/attribute-value.ts';
import { APP, CONTAINER_ID, DEVICE } from '../otlp/values/event-attributes.ts';
import { plain } from './plain.ts';

/** An event as LEIP Events wrote it. */
export interface LeipPayload {
  /** Milliseconds since the epoch. */
  readonly ts: number;
  readonly id: string;
  readonly aid: string | null;
  /** The id of the container; left out where there is none. */
  readonly did?: string;
  readonly meta: { readonly app: LeipApp; readonly device: Readonly<Record<string, unknown>> };
  readonly session: Readonly<Record<string, unknown>>;
  readonly uid: string | null;
  readonly pid: string | null;
  readonly name: string;
  readonly category: string | null;
  readonly tags: readonly string[];
  readonly data: Readonly<Record<string, unknown>>;
  /** Seconds; only of a `track()` event. */
  readonly stats?: { readonly start: number; readonly end: number; readonly duration: number };
  /** Only of a `track()` event whose body threw. */
  readonly error?: { readonly type: string; readonly message: string; readonly stacktrace: string | null };
}

/** The app as LEIP's `App` has it. */
export interface LeipApp {
  readonly id: string | null;
  readonly name: string | null;
  readonly version: string | null;
  readonly container_version: string | null;
  readonly org_name: string | null;
  readonly org_url: string | null;
}

/** Renders a record as LEIP Events wrote it. Bytes become base64; everything else is plain JSON. */
export function leip(record: EventRecord): LeipPayload {
  const resource = record.resource.attributes;
  const event = readEvent(record);
  const container = textOf(resource, CONTAINER_ID);
  return {
    ts: Number(record.timeUnixNano / 1_000_000n),
    id: event.id,
    aid: textOf(resource, APP.id),
    ...(container === null ? {} : { did: container }),
    meta: { app: appOf(resource), device: deviceOf(resource) },
    session: plain(event.session),
    uid: event.userId ?? null,
    pid: event.projectId ?? null,
    name: event.name,
    category: event.category ?? null,
    tags: event.tags,
    data: plain(event.data),
    ...(event.times === undefined ? {} : { stats: event.times }),
    ...(event.error === undefined
      ? {}
      : { error: { ...event.error, stacktrace: event.error.stacktrace ?? null } }),
  };
}

function appOf(resource: AttributeMap): LeipApp {
  const containerTags = resource[APP.containerTags];
  return {
    id: textOf(resource, APP.id),
    name: textOf(resource, APP.name),
    version: textOf(resource, APP.version),
    container_version: Array.isArray(containerTags) ? (containerTags[0] as string) : null,
    org_name: textOf(resource, APP.orgName),
    org_url: textOf(resource, APP.orgUrl),
  };
}

function deviceOf(resource: AttributeMap): Record<string, unknown> {
  const known = Object.values(DEVICE).filter((name) => resource[name] !== undefined);
  return Object.fromEntries(known.map((name) => [name, resource[name]]));
}

function textOf(attributes: AttributeMap, name: string): string | null {
  const value = attributes[name];
  return typeof value === 'string' ? value : null;
}
