import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { OtelEventsError } from '../../errors.ts';
import type { Issue } from '../../issue.ts';
import { readEvent } from '../../otlp/event/read-event.ts';
import { recordsOf } from '../../otlp/event/records-of.ts';
import { EVENT } from '../../otlp/values/event-attributes.ts';
import { OtlpRequest } from '../../otlp/wire/otlp-request.ts';
import { type Checked, findChecked } from '../../schema/find-checked.ts';

/** What a line of events is. */
export type LineFormat = 'jupyter' | 'otlp' | 'event' | 'data';

/** What was found out about one event. */
export interface LineCheck {
  /** From 1. */
  readonly line: number;
  /** Schema and version; empty if that is what is wrong. */
  readonly subject: string;
  /** Never with a value of the event. */
  readonly problems: readonly string[];
  /** It names no schema, and its name is none: it was not checked. */
  readonly isUnnamed: boolean;
}

/** An event, and what it says it is. */
interface Found {
  readonly data: unknown;
  readonly schemaId?: string | undefined;
  readonly version?: string | undefined;
  readonly name?: string | undefined;
}

/** Checks the events of a file, line by line. @throws what the file system throws */
export async function* checkLines(
  file: string,
  checked: readonly Checked[],
  format: LineFormat | undefined,
): AsyncGenerator<LineCheck, void> {
  const lines = createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY });
  let line = 0;
  for await (const text of lines) {
    line++;
    if (text.trim() === '') continue;
    for (const check of checkLine(text, checked, format)) yield { line, ...check };
  }
}

type Check = Omit<LineCheck, 'line'>;

function checkLine(text: string, checked: readonly Checked[], format: LineFormat | undefined): Check[] {
  let found: readonly Found[];
  try {
    found = eventsIn(text, format);
  } catch (error) {
    // The messages of JSON.parse quote the text.
    if (error instanceof SyntaxError) return [bad('not JSON')];
    if (error instanceof OtelEventsError) return [bad(error.message)];
    throw error;
  }
  return found.map((event) => checkEvent(event, checked));
}

function bad(problem: string, subject = ''): Check {
  return { subject, problems: [problem], isUnnamed: false };
}

function eventsIn(text: string, format: LineFormat | undefined): Found[] {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return format === 'data' ? [{ data: value }] : wrong('not a JSON object');
  }
  const object = value as Readonly<Record<string, unknown>>;
  const kind = format ?? formatOf(object);
  if (kind === 'data') return [{ data: object }];
  if (kind === 'jupyter') return [jupyterEvent(object)];
  if (kind === 'event') return [{ data: object.data, name: textOf(object.name) }];
  return recordsOf(OtlpRequest.read('logs', 'json', Buffer.from(text))).map((record) => ({
    data: readEvent(record).data,
    name: record.eventName,
    schemaId: textOf(record.attributes[EVENT.schemaId]),
    version: textOf(record.attributes[EVENT.schemaVersion]),
  }));
}

function wrong(message: string): never {
  throw new OtelEventsError('EVENT_INVALID', message);
}

function formatOf(object: Readonly<Record<string, unknown>>): LineFormat {
  if (Object.hasOwn(object, '__schema__')) return 'jupyter';
  if (Object.hasOwn(object, 'resourceLogs')) return 'otlp';
  return typeof object.name === 'string' && Object.hasOwn(object, 'data') ? 'event' : 'data';
}

function jupyterEvent(payload: Readonly<Record<string, unknown>>): Found {
  const data = Object.fromEntries(Object.entries(payload).filter(([key]) => !key.startsWith('__')));
  return { data, schemaId: textOf(payload.__schema__), version: textOf(payload.__schema_version__) };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

function checkEvent({ data, schemaId, version, name }: Found, checked: readonly Checked[]): Check {
  const schema = schemaFor({ schemaId, version, name }, checked);
  if (schema === 'unnamed') return { subject: '', problems: [], isUnnamed: true };
  if (schema === 'several') return bad('names no schema, and several are given');
  if (schema === undefined)
    return bad('no such schema is given', `${schemaId}@${version ?? ''}`.slice(0, 300));
  const subject = `${schema.schemaId}@${schema.version}`;
  const { issues = [] } = schema.validate(data);
  return { subject, problems: issues.map(problemOf), isUnnamed: false };
}

function schemaFor(
  { schemaId, version, name }: Omit<Found, 'data'>,
  checked: readonly Checked[],
): Checked | 'unnamed' | 'several' | undefined {
  if (schemaId !== undefined) return findChecked(checked, schemaId, version);
  if (name !== undefined) return findChecked(checked, name) ?? 'unnamed';
  const [only, ...others] = checked;
  return others.length > 0 ? 'several' : only;
}

function problemOf({ path, expected, got }: Issue): string {
  return `${path === '' ? '(the data)' : path}: wanted ${expected}, got ${got}`;
}
