import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { SIGNALS } from '../../../src/otlp/wire/batch.ts';
import { REQUEST } from '../../../src/otlp/wire/messages.ts';
import { bytesOf, hostileName, type Pieces, times } from '../pieces.ts';
import { eventBody } from './event-body.ts';
import { focusedJson, jsonMessage } from './json-body.ts';
import { protobufMessage } from './protobuf-body.ts';

/** Where it goes: the collector, or the routes for events in one of the frameworks. */
export const DOORS = ['collector', 'express', 'fastify', 'koa', 'hono', 'node'] as const;

export type Door = (typeof DOORS)[number];

/** One request, as it is written to a socket. */
export interface RawRequest {
  readonly method: string;
  readonly path: Pieces;
  readonly headers: readonly (readonly [Pieces, Pieces])[];
  readonly body: Pieces;
  readonly packing: Packing;
  readonly framing: Framing;
}

interface Packing {
  readonly gzip: 'none' | 'once' | 'twice' | 'members' | 'cut' | 'followed';
  /** What the header says; undefined: what is true. */
  readonly said?: string | undefined;
}

type Framing =
  /** A length that is right. */
  | { readonly kind: 'length' }
  | { readonly kind: 'chunks'; readonly bytes: number; readonly extension: Pieces }
  /** A length that is not right, or none that anybody could follow. */
  | { readonly kind: 'odd'; readonly lines: readonly string[] };

/** What is sent over one connection. */
export interface Connection {
  readonly door: Door;
  /** One behind the other, without waiting for answers. */
  readonly requests: readonly RawRequest[];
  /** The connection is ended after so many bytes; undefined: after the answers. */
  readonly cutAfter?: number | undefined;
}

const COLLECTOR_PATHS = ['/v1/logs', '/v1/logs', '/v1/traces', '/v1/metrics', '/v1/metrics', '/v1/logs?x=1'];
const API_PATHS = ['/api/events', '/api/events', '/api/events', '/api/events/subscribe', '/other'];
const ODD_PATHS = [
  '/',
  '/__proto__',
  '/constructor',
  '/v1/__proto__',
  '*',
  '/%',
  '/%00',
  '//',
  '/v1/logs/',
  '/api/events/..',
  '/?__proto__=1',
  'http://x/v1/logs',
  '/toString',
];
const METHODS = [
  'POST',
  'POST',
  'POST',
  'POST',
  'POST',
  'POST',
  'POST',
  'GET',
  'HEAD',
  'PUT',
  'OPTIONS',
  'DELETE',
  'TRACE',
  'PATCH',
  'QUERY',
  'post',
  '__proto__',
  'CONSTRUCTOR',
];
const TYPES = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'application/json; charset=__proto__',
  'text/plain',
  'application/grpc',
  'multipart/form-data; boundary=x',
  'application/x-www-form-urlencoded',
  ';',
  ' ',
  'application/json;',
  'APPLICATION/JSON',
  'application/json, application/x-protobuf',
];
const ENCODINGS = [
  'gzip',
  'GZIP ',
  'identity',
  'deflate',
  'br',
  'zstd',
  'gzip, gzip',
  '__proto__',
  'constructor',
  '',
  'x-gzip',
];
const NAMES = [
  'x-a',
  'origin',
  'host',
  'accept',
  'cookie',
  'traceparent',
  'tracestate',
  'baggage',
  'x-forwarded-for',
  'authorization',
  'user-agent',
  'referer',
  'content-type',
  'content-encoding',
  'sec-fetch-site',
  'access-control-request-method',
  'range',
  'x-request-id',
  'accept-encoding',
  'if-none-match',
];

const headerValue: fc.Arbitrary<Pieces> = fc.oneof(
  fc
    .constantFrom(
      ...TYPES,
      ...ENCODINGS,
      'null',
      'http://evil',
      'a=b; __proto__=c',
      '00-00-00-00',
      '127.0.0.1',
      '::1, ::',
      '%ff',
      '\xff',
      '\x01',
      '\x00',
      '\t',
      '\x7f',
    )
    .map((text) => [text]),
  fc
    .tuple(
      fc.constantFrom('a', ',', ';', '=', 'a=b;', 'k=v,', '%', '\xe9', '\x0b', '"', '1,'),
      times.map((count) => Math.min(count, 20_000)),
    )
    .map((piece) => [piece]),
);

const header: fc.Arbitrary<readonly [Pieces, Pieces]> = fc.tuple(
  fc
    .oneof(
      fc.constantFrom(...NAMES),
      fc.constantFrom(...NAMES),
      hostileName,
      fc.constantFrom('', ' ', 'x y', 'a:b', '\xff'),
    )
    .map((name) => [name]),
  headerValue,
);

const packing: fc.Arbitrary<Packing> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Packing>({ gzip: 'none' }) },
  { weight: 3, arbitrary: fc.constant<Packing>({ gzip: 'once' }) },
  {
    weight: 2,
    arbitrary: fc.record({
      gzip: fc.constantFrom<Packing['gzip']>('none', 'once', 'twice', 'members', 'cut', 'followed'),
      said: fc.option(fc.constantFrom(...ENCODINGS), { nil: undefined }),
    }),
  },
);

const framing: fc.Arbitrary<Framing> = fc.oneof(
  { weight: 7, arbitrary: fc.constant<Framing>({ kind: 'length' }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('chunks' as const),
      bytes: fc.constantFrom(1, 1, 7, 1000, 65_536),
      extension: fc.oneof(
        { weight: 4, arbitrary: fc.constant<Pieces>([]) },
        { weight: 1, arbitrary: times.map((count): Pieces => [';', ['a', Math.min(count, 20_000)]]) },
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('odd' as const),
      lines: fc.array(
        fc.constantFrom(
          'content-length: 0',
          'content-length: 3',
          'content-length: 99999999',
          'content-length: -1',
          'content-length: 1e3',
          'content-length: 0x10',
          'content-length: 18446744073709551616',
          'transfer-encoding: chunked',
          'transfer-encoding: gzip, chunked',
          'transfer-encoding: __proto__',
          'expect: 100-continue',
          'expect: __proto__',
          'connection: upgrade',
          'upgrade: h2c',
          'connection: close',
          'trailer: x',
        ),
        { maxLength: 3 },
      ),
    }),
  },
);

/** Of what goes over the wire: more than any of them takes, or what takes a server a while in chunks. */
const MAX_BODY_BYTES = 5_000_000;
const MAX_CHUNKS = 1_500_000;

/** A little of everything, or bodies that are right but for what is in them. */
function requests(
  paths: readonly string[],
  body: (path: string) => fc.Arbitrary<Body>,
): fc.Arbitrary<RawRequest> {
  const normal = fc.constantFrom(...paths);
  const strange = fc.oneof(
    { weight: 3, arbitrary: normal },
    { weight: 1, arbitrary: fc.constantFrom(...ODD_PATHS) },
  );
  const withBody = (
    path: string,
    method: string,
    headers: RawRequest['headers'],
    how: Pick<RawRequest, 'packing' | 'framing'>,
  ): fc.Arbitrary<RawRequest> =>
    body(path).map(({ type, pieces }) => ({
      method,
      path: [path],
      headers: [[['content-type'], [type]], ...headers],
      body: pieces,
      ...how,
    }));
  const plain = fc
    .record({ packing, framing })
    .chain((how) => normal.chain((path) => withBody(path, 'POST', [], how)));
  const odd = fc
    .record({
      path: strange,
      method: fc.constantFrom(...METHODS),
      headers: fc.array(header, { maxLength: 4 }),
      packing,
      framing,
    })
    .chain(({ path, method, headers, ...how }) => withBody(path, method, headers, how));
  return fc.oneof({ weight: 3, arbitrary: plain }, { weight: 2, arbitrary: odd });
}

interface Body {
  readonly type: string;
  readonly pieces: Pieces;
}

const focused = {
  logs: focusedJson('resourceLogs', 'scopeLogs', 'logRecords'),
  traces: focusedJson('resourceSpans', 'scopeSpans', 'spans'),
  metrics: focusedJson('resourceMetrics', 'scopeMetrics', 'metrics'),
};
const json = {
  logs: jsonMessage(REQUEST.logs),
  traces: jsonMessage(REQUEST.traces),
  metrics: jsonMessage(REQUEST.metrics),
};
const protobuf = {
  logs: protobufMessage(REQUEST.logs),
  traces: protobufMessage(REQUEST.traces),
  metrics: protobufMessage(REQUEST.metrics),
};
const oddType = fc.constantFrom(...TYPES);

function otlpBody(path: string): fc.Arbitrary<Body> {
  const signal = SIGNALS.find((each) => path.startsWith(`/v1/${each}`)) ?? 'logs';
  const good = fc.oneof(
    json[signal].map((pieces) => ({ type: 'application/json', pieces })),
    focused[signal].map((pieces) => ({ type: 'application/json', pieces })),
    protobuf[signal].map((pieces) => ({ type: 'application/x-protobuf', pieces })),
  );
  const bomb = fc
    .tuple(fc.constantFrom('\x00', 'a', '[', '\x0a\x00'), fc.constantFrom(5_000_000, 50_000_000))
    .map((piece) => ({ type: 'application/json', pieces: [piece] }));
  return fc.oneof(
    { weight: 40, arbitrary: good },
    { weight: 2, arbitrary: fc.tuple(oddType, good).map(([type, { pieces }]) => ({ type, pieces })) },
    { weight: 1, arbitrary: bomb },
  );
}

function apiBody(): fc.Arbitrary<Body> {
  const good = eventBody.map((pieces) => ({ type: 'application/json', pieces }));
  return fc.oneof(
    { weight: 12, arbitrary: good },
    { weight: 1, arbitrary: fc.tuple(oddType, eventBody).map(([type, pieces]) => ({ type, pieces })) },
  );
}

const request = { collector: requests(COLLECTOR_PATHS, otlpBody), api: requests(API_PATHS, apiBody) };

/** What a few clients send at the same time. */
export const connections: fc.Arbitrary<readonly Connection[]> = fc.array(
  fc.constantFrom<Door>('collector', 'collector', 'collector', ...DOORS).chain((door) =>
    fc.record({
      door: fc.constant(door),
      requests: fc.array(request[door === 'collector' ? 'collector' : 'api'], { minLength: 1, maxLength: 3 }),
      cutAfter: fc.option(fc.nat({ max: 100_000 }), { nil: undefined, freq: 9 }),
    }),
  ),
  { minLength: 1, maxLength: 3 },
);

/** The bytes of a request. */
export function rawBytes({ method, path, headers, body, packing, framing }: RawRequest): Buffer {
  const packed = pack(bytesOf(body), packing.gzip).subarray(
    0,
    framing.kind === 'chunks' ? Math.min(MAX_BODY_BYTES, framing.bytes * MAX_CHUNKS) : MAX_BODY_BYTES,
  );
  const lines = headers.flatMap(([name, value]) => [
    bytesOf(name),
    Buffer.from(': '),
    bytesOf(value),
    Buffer.from('\r\n'),
  ]);
  const encoding = packing.said ?? (packing.gzip === 'none' ? undefined : 'gzip');
  const more = [
    ...(encoding === undefined ? [] : [`content-encoding: ${encoding}`]),
    ...(framing.kind === 'length' ? [`content-length: ${packed.length}`] : []),
    ...(framing.kind === 'chunks' ? ['transfer-encoding: chunked'] : []),
    ...(framing.kind === 'odd' ? framing.lines : []),
  ];
  return Buffer.concat([
    Buffer.from(`${method} `),
    bytesOf(path),
    Buffer.from(' HTTP/1.1\r\nhost: 127.0.0.1\r\n'),
    ...lines,
    Buffer.from(`${more.map((line) => `${line}\r\n`).join('')}\r\n`),
    framing.kind === 'chunks' ? inChunks(packed, framing.bytes, bytesOf(framing.extension)) : packed,
  ]);
}

/** Whether it is framed as HTTP wants it, so that an answer is due: refused or not. */
export function isWhole({ framing, headers }: RawRequest): boolean {
  const frames = ['content-length', 'transfer-encoding', 'connection', 'upgrade', 'expect'];
  return (
    framing.kind !== 'odd' && headers.every(([name]) => !frames.includes(bytesOf(name).toString('latin1')))
  );
}

function pack(bytes: Buffer, how: Packing['gzip']): Buffer {
  if (how === 'none') return bytes;
  const once = gzipSync(bytes, { level: 1 });
  if (how === 'twice') return gzipSync(once);
  if (how === 'members') return Buffer.concat([once, gzipSync(Buffer.alloc(0)), once]);
  if (how === 'cut') return once.subarray(0, once.length - 9);
  return how === 'followed' ? Buffer.concat([once, Buffer.from('rubbish')]) : once;
}

/** @param extension - of the first chunk */
function inChunks(bytes: Buffer, size: number, extension: Buffer): Buffer {
  const end = Buffer.from('0\r\n\r\n');
  const first = chunkOf(bytes.subarray(0, size), extension);
  const rest = bytes.subarray(size);
  const whole = Math.floor(rest.length / size);
  const last = rest.subarray(whole * size);
  // There may be millions of them, so it is one that is copied and filled in.
  const frame = chunkOf(Buffer.alloc(size));
  const all = Buffer.alloc(whole * frame.length, frame);
  const head = frame.length - size - 2;
  for (let index = 0; index < whole; index++)
    rest.copy(all, index * frame.length + head, index * size, (index + 1) * size);
  if (bytes.length === 0) return end;
  return Buffer.concat([first, all, ...(last.length === 0 ? [] : [chunkOf(last)]), end]);
}

function chunkOf(bytes: Buffer, extension: Buffer = Buffer.alloc(0)): Buffer {
  return Buffer.concat([
    Buffer.from(bytes.length.toString(16)),
    extension,
    Buffer.from('\r\n'),
    bytes,
    Buffer.from('\r\n'),
  ]);
}
