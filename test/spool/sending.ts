import type { TestContext } from 'node:test';
import { gunzipSync } from 'node:zlib';
import type { OtelEventsError } from '../../src/errors.ts';
import { encodeEnvelope } from '../../src/otlp/sdk/encode-envelope.ts';
import { encodeRecord } from '../../src/otlp/sdk/encode-readable.ts';
import { decodeProtobuf } from '../../src/otlp/wire/decode-protobuf.ts';
import { REQUEST } from '../../src/otlp/wire/messages.ts';
import type { Cursor, SpoolBatch } from '../../src/spool/log/cursor.ts';
import { type OtlpTransportOptions, otlpTransport } from '../../src/spool/send/otlp-transport.ts';
import { Sender } from '../../src/spool/send/sender.ts';
import type { SenderOptions } from '../../src/spool/send/sender-options.ts';
import type { Transport } from '../../src/spool/send/transport.ts';
import { Spool } from '../../src/spool/spool.ts';
import type { SpoolOptions } from '../../src/spool/spool-options.ts';
import type { HttpSink, SinkRequest } from '../harness/http-sink.ts';
import { inWords } from './fields.ts';

export const ENVELOPE = encodeEnvelope({ attributes: { 'service.name': 'test' } }, { name: 'a scope' });

/** A log record with `text` as its body, as a field of the spool. */
export function logField(text: string): Uint8Array {
  const time = [1_700_000_000, 1] as const;
  const rest = { attributes: { n: 1 }, droppedAttributesCount: 0, body: text };
  return encodeRecord({ hrTime: time, hrTimeObserved: time, ...rest });
}

/** The bodies of the log records in requests, in order. */
export function textsIn(requests: readonly SinkRequest[]): string[] {
  return requests.flatMap(textsOf);
}

export function textsOf({ body, headers }: Pick<SinkRequest, 'body' | 'headers'>): string[] {
  const bytes = headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
  return textsInRequest(bytes, headers['content-type'] === 'application/json');
}

export function textsInRequest(bytes: Uint8Array, isJson = false): string[] {
  const request = isJson ? JSON.parse(String(bytes)) : decodeProtobuf(REQUEST.logs, bytes);
  return (request as unknown as Logs).resourceLogs.flatMap(({ scopeLogs }) =>
    scopeLogs.flatMap(({ logRecords = [] }) => logRecords.map(({ body }) => body.stringValue ?? '')),
  );
}

interface Logs {
  readonly resourceLogs: readonly {
    readonly scopeLogs: readonly {
      readonly logRecords?: readonly { readonly body: { readonly stringValue?: string } }[];
    }[];
  }[];
}

export function numbered(count: number, from = 0): string[] {
  return Array.from({ length: count }, (_, index) => String(from + index));
}

/** A spool, a sender that empties it, and what they said. */
export interface Sending {
  readonly spool: Spool;
  readonly sender: Sender;
  readonly cursor: Cursor;
  readonly errors: OtelEventsError[];
  /** As `<sink> <column>(<reason>) <count>`. */
  readonly settled: string[];
  /** The records given to `onPoison`, as `<name> <reason>`. */
  readonly poison: string[];
  /** Appends a record for each text, under the text as its name. */
  append(...texts: readonly string[]): void;
}

export interface SendingOptions extends Partial<Omit<SenderOptions, 'name' | 'transport' | 'onError'>> {
  readonly spool?: Omit<SpoolOptions, 'onTurn' | 'onSettled'>;
  readonly sink?: string;
}

/** By default batches do not wait to fill, and back off for a millisecond or two. */
export function sending(t: TestContext, transport: Transport, options: SendingOptions = {}): Sending {
  const { spool: spoolOptions = {}, sink = 'otlp', onPoison, ...rest } = options;
  const [errors, settled, poison]: [OtelEventsError[], string[], string[]] = [[], [], []];
  const spool = new Spool({
    ...spoolOptions,
    onTurn: () => sender.wake(),
    onSettled: (_source, settlement) => settled.push(inWords(settlement)),
  });
  const sender: Sender = new Sender({
    name: sink,
    transport,
    flushIntervalMs: 0,
    initialBackoffMs: 1,
    maxBackoffMs: 2,
    ...rest,
    onPoison(batch, index, reason, answer) {
      poison.push(`${index === undefined ? batch.names.join() : batch.names[index]} ${reason}`);
      onPoison?.(batch, index, reason, answer);
    },
    onError: (error) => errors.push(error),
  });
  const cursor = spool.cursor(sink);
  sender.addCursor(cursor);
  t.after(async () => {
    await sender.close(0);
    spool.close();
  });
  const append = (...texts: readonly string[]): void => {
    for (const text of texts) spool.append(spool.kind('logs', ENVELOPE, text, [sink]), logField(text));
  };
  return { spool, sender, cursor, errors, settled, poison, append };
}

/** A transport to `url`, without compression. */
export function transportTo(
  t: TestContext,
  url: string,
  options: Partial<OtlpTransportOptions> = {},
): Transport {
  const transport = otlpTransport({
    url: new URL(`${url}/v1/logs`),
    headers: {},
    compression: 'none',
    encoding: 'protobuf',
    timeoutMs: 5_000,
    userAgent: 'otel-events-test',
    ...options,
  });
  t.after(transport.close);
  return transport.send;
}

/** {@link sending} to a real server, which is closed after the test. */
export function sendingTo(
  t: TestContext,
  sink: HttpSink,
  options: SendingOptions = {},
  to: Partial<OtlpTransportOptions> = {},
): Sending {
  t.after(() => sink.close());
  return sending(t, transportTo(t, sink.url, to), options);
}

/** The texts of the records of a batch. */
export function textsInBatch({ names }: SpoolBatch): string[] {
  return [...names];
}

/** Resolves in the first turn in which `isSo`; the test's own time-out is the bound. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 2));
}
