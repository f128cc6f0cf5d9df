import type { AttributeMap, AttributeValue } from '../otlp/attribute-value.ts';
import { APP, CONTAINER_ID, DATA, DATA_PREFIX, DEVICE, EVENT, RESERVED } from '../otlp/event-attributes.ts';
import type { EventRecord } from '../otlp/event-record.ts';

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
  const { attributes, resource } = record;
  const container = textOf(resource.attributes, CONTAINER_ID);
  return {
    ts: Number(record.timeUnixNano / 1_000_000n),
    id: textOf(attributes, EVENT.uid) ?? '',
    aid: textOf(resource.attributes, APP.id),
    ...(container === null ? {} : { did: container }),
    meta: { app: appOf(resource.attributes), device: deviceOf(resource.attributes) },
    session: mapOf(attributes[EVENT.session]),
    uid: textOf(attributes, EVENT.userId),
    pid: textOf(attributes, EVENT.projectId),
    name: record.eventName,
    category: textOf(attributes, EVENT.category),
    tags: (attributes[EVENT.tags] as readonly string[] | undefined) ?? [],
    data: dataOf(attributes),
    ...statsOf(attributes),
    ...errorOf(attributes),
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
  return Object.fromEntries(known.map((name) => [name, toJson(resource[name] as AttributeValue)]));
}

function dataOf(attributes: AttributeMap): Record<string, unknown> {
  const own = Object.entries(attributes).filter(([key]) => !RESERVED.has(key) && key !== DATA);
  const beyondLimit = Object.entries((attributes[DATA] as AttributeMap | undefined) ?? {});
  return Object.fromEntries([
    ...own.map(([key, value]) => [withoutPrefix(key), toJson(value)]),
    ...beyondLimit.map(([key, value]) => [key, toJson(value)]),
  ]);
}

function withoutPrefix(key: string): string {
  return key.startsWith(DATA_PREFIX) ? key.slice(DATA_PREFIX.length) : key;
}

function statsOf(attributes: AttributeMap): Pick<LeipPayload, 'stats'> {
  const start = attributes[EVENT.start];
  if (start === undefined) return {};
  const [end, duration] = [attributes[EVENT.end], attributes[EVENT.duration]];
  return { stats: { start: start as number, end: end as number, duration: duration as number } };
}

function errorOf(attributes: AttributeMap): Pick<LeipPayload, 'error'> {
  const type = textOf(attributes, EVENT.exceptionType);
  if (type === null) return {};
  const message = textOf(attributes, EVENT.exceptionMessage) ?? '';
  return { error: { type, message, stacktrace: textOf(attributes, EVENT.exceptionStacktrace) } };
}

function textOf(attributes: AttributeMap, name: string): string | null {
  const value = attributes[name];
  return typeof value === 'string' ? value : null;
}

function mapOf(value: AttributeValue | undefined): Record<string, unknown> {
  return value === undefined ? {} : (toJson(value) as Record<string, unknown>);
}

function toJson(value: AttributeValue): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toJson(item)]));
}
