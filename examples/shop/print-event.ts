import { styleText } from 'node:util';
import type { OtlpLogRecord } from './endpoint.ts';

/** Attributes that have a place of their own in the line, or none at all. */
const ELSEWHERE = /^(log\.record\.uid|event\.(session|start|end|duration|tags|category)|error\.|exception\.)/;

/** One line for one event: time, name, how long, whose session, data. Colours only on a terminal. */
export function printEvent(record: OtlpLogRecord): void {
  const attributes = Object.fromEntries(record.attributes.map(({ key, value }) => [key, plain(value)]));
  const failed = record.severityNumber >= 17;
  const session = (attributes['event.session'] as { id?: string } | undefined)?.id ?? '';
  const data = Object.entries(attributes)
    .filter(([key]) => !ELSEWHERE.test(key))
    .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  if (failed) data.push(`${attributes['exception.type']}: ${attributes['exception.message']}`);
  const time = new Date(Number(BigInt(record.timeUnixNano) / 1_000_000n)).toISOString().slice(11, 23);
  const line = [
    paint('gray', time),
    paint(failed ? 'red' : 'green', record.eventName.padEnd(15)),
    paint('yellow', milliseconds(attributes['event.duration']).padStart(8)),
    paint('cyan', session.padEnd(4)),
    paint('gray', (record.traceId ?? '').slice(0, 8).padEnd(8)),
    paint(failed ? 'red' : 'reset', data.join(' ').slice(0, roomForData())),
  ].join('  ');
  process.stdout.write(`${line}\n`);
}

/** What is left of a terminal's line; elsewhere lines may be as long as they are. */
function roomForData(): number {
  return process.stdout.isTTY ? Math.max(20, process.stdout.columns - 57) : Number.POSITIVE_INFINITY;
}

function milliseconds(seconds: unknown): string {
  return typeof seconds === 'number' ? `${(seconds * 1000).toFixed(1)} ms` : '';
}

/** A value of OTLP/JSON as plain JavaScript. */
function plain(value: Readonly<Record<string, unknown>>): unknown {
  const [[kind, inner] = ['', null]] = Object.entries(value);
  if (kind === 'intValue') return Number(inner);
  const { values = [] } = (inner ?? {}) as { values?: Readonly<Record<string, unknown>>[] };
  if (kind === 'arrayValue') return values.map(plain);
  if (kind !== 'kvlistValue') return inner;
  return Object.fromEntries(
    values.map(({ key, value: item }) => [key, plain(item as Record<string, unknown>)]),
  );
}

function paint(colour: Parameters<typeof styleText>[0], text: string): string {
  return styleText(colour, text, { stream: process.stdout });
}
