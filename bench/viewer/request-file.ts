/** Requests in a file, made once: each a byte for its signal, its number of records, its length, and its bytes. */
import { closeSync, existsSync, openSync, readSync, renameSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { OtlpObject } from '../../src/otlp/wire/decode-protobuf.ts';
import { OtlpRequest } from '../../src/otlp/wire/otlp-request.ts';
import type { WireRequest } from '../../src/viewer/store/write/store-writer.ts';
import { type Arrival, DAY_MS, SERVICES, START_MS, Traffic } from './made-traffic.ts';

/** Rows that are made at once: more take much memory. Each part is a piece of the day. */
const PART = 100_000;

/** Records of a request. */
const RECORDS = 500;

/** No part of a file has it. */
const LATER_SEED = 1_000_003;

/** Over how many days the rows are: a million a day. */
export function daysOf(rows: number): number {
  return Math.max(1, Math.round(rows / 1_000_000));
}

/** The file with so many rows, made if it is not there. */
export function requestFile(rows: number): string {
  const file = path.join(tmpdir(), `otel-events-traffic-2-${rows}`);
  if (existsSync(file)) return file;
  const descriptor = openSync(`${file}.part`, 'w');
  const parts = Math.ceil(rows / PART);
  const days = daysOf(rows);
  for (let part = 0; part < parts; part++) {
    // Each part is made as a day, and becomes its piece of all of them.
    const shift: Shift = (ms) => START_MS + (days * (part * DAY_MS + ms - START_MS)) / parts;
    const arrivals = new Traffic(1 + part).make(Math.min(PART, rows - part * PART));
    for (const { signal, count, bytes } of requestsOf(
      arrivals.map((one) => moved(one, shift)),
      RECORDS,
    )) {
      const head = Buffer.alloc(9);
      head[0] = signal === 'traces' ? 1 : 0;
      head.writeUInt32LE(count, 1);
      head.writeUInt32LE(bytes.length, 5);
      writeSync(descriptor, head);
      writeSync(descriptor, bytes);
    }
  }
  closeSync(descriptor);
  renameSync(`${file}.part`, file);
  return file;
}

/** Of the same shape, later and all in a short time: `rows` from `startMs` on, within `forMs`, in requests of `records`. */
export function laterRequests(
  rows: number,
  { startMs, forMs, records }: { startMs: number; forMs: number; records: number },
): OtlpRequest[] {
  const shift = (ms: number): number => startMs + ((ms - START_MS) * forMs) / DAY_MS;
  const arrivals = new Traffic(LATER_SEED).make(rows);
  return [
    ...requestsOf(
      arrivals.map((one) => moved(one, shift)),
      records,
    ),
  ];
}

type Shift = (ms: number) => number;

/** With other times. */
function moved(arrival: Arrival, shift: Shift): Arrival {
  const { record } = arrival;
  const time = (key: string): OtlpObject => {
    const nanos = record[key];
    if (typeof nanos !== 'string') return {};
    return { [key]: String(BigInt(Math.round(shift(Number(BigInt(nanos) / 1000n) / 1000) * 1000)) * 1000n) };
  };
  const start = record.startTimeUnixNano;
  const made = {
    ...record,
    ...time('timeUnixNano'),
    ...time('observedTimeUnixNano'),
    ...time('startTimeUnixNano'),
  };
  if (typeof start === 'string') {
    const took = BigInt(record.endTimeUnixNano as string) - BigInt(start);
    made.endTimeUnixNano = String(BigInt(made.startTimeUnixNano as string) + took);
  }
  return {
    ...arrival,
    record: { ...made, attributes: withUid(record.attributes as unknown as KeyValues, shift) },
  };
}

type KeyValues = readonly { readonly key: string; readonly value: OtlpObject }[];

/** A uid holds the time at which it was made. */
function withUid(attributes: KeyValues, shift: Shift): OtlpObject[] {
  return attributes.map(({ key, value }) => {
    if (key !== 'log.record.uid') return { key, value };
    const uid = String(value.stringValue);
    const ms = Number.parseInt(uid.slice(0, 8) + uid.slice(9, 13), 16);
    const time = Math.floor(shift(ms)).toString(16).padStart(12, '0');
    return { key, value: { stringValue: `${time.slice(0, 8)}-${time.slice(8)}${uid.slice(13)}` } };
  });
}

function* requestsOf(arrivals: readonly Arrival[], records: number): Generator<OtlpRequest> {
  for (let from = 0; from < arrivals.length; from += records) {
    const some = arrivals.slice(from, from + records);
    for (const isSpan of [false, true]) {
      const own = some.filter((one) => one.isSpan === isSpan);
      if (own.length > 0) yield requestOf(own, isSpan);
    }
  }
}

function requestOf(arrivals: readonly Arrival[], isSpan: boolean): OtlpRequest {
  const parts = SERVICES.flatMap((service, at) => {
    const records = arrivals.filter((one) => one.service === at).map(({ record }) => record);
    if (records.length === 0) return [];
    const attributes = [
      { key: 'service.name', value: { stringValue: service } },
      { key: 'service.version', value: { stringValue: '1.4.2' } },
    ];
    const scope = { scope: { name: 'shop' }, [isSpan ? 'spans' : 'logRecords']: records };
    return [{ resource: { attributes }, [isSpan ? 'scopeSpans' : 'scopeLogs']: [scope] }];
  });
  return isSpan
    ? OtlpRequest.from('traces', { resourceSpans: parts })
    : OtlpRequest.from('logs', { resourceLogs: parts });
}

/** The requests of a file, one after the other. */
export function* readRequests(file: string): Generator<WireRequest> {
  const descriptor = openSync(file, 'r');
  const head = Buffer.alloc(9);
  while (readSync(descriptor, head) === 9) {
    const bytes = Buffer.allocUnsafeSlow(head.readUInt32LE(5));
    readSync(descriptor, bytes);
    const signal = head[0] === 1 ? 'traces' : 'logs';
    yield { signal, encoding: 'protobuf', bytes, count: head.readUInt32LE(1) };
  }
  closeSync(descriptor);
}
