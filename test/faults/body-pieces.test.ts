import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { rawRequest, statusOf } from '../harness/raw-http.ts';
import { startTaker } from './start-taker.ts';

const MIB = 1024 * 1024;
const CONNECTIONS = 8;
/** A busy machine, too, has to read them within the ten seconds that the events API gives a body. */
const SIZE = 0.03 * MIB;

/** Bytes that do not pack, so that a body has many also when it is packed. */
const noise = (length: number): Buffer => {
  const bytes = Buffer.alloc(length);
  let state = 1;
  for (let at = 0; at < length; at++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
};

const CASES: readonly {
  readonly name: string;
  readonly kind: 'collector' | 'events-api';
  readonly target: string;
  readonly headers: readonly string[];
  readonly body: Buffer;
}[] = [
  {
    name: 'the collector',
    kind: 'collector',
    target: '/v1/logs',
    headers: ['content-type: application/x-protobuf'],
    body: noise(SIZE),
  },
  {
    name: 'the collector, packed',
    kind: 'collector',
    target: '/v1/logs',
    headers: ['content-type: application/x-protobuf', 'content-encoding: gzip'],
    body: gzipSync(noise(SIZE)),
  },
  {
    name: 'the events API',
    kind: 'events-api',
    target: '/api/events',
    headers: ['content-type: application/json'],
    body: Buffer.from(JSON.stringify({ text: 'x'.repeat(SIZE) })),
  },
];

for (const { name, kind, target, headers, body } of CASES) {
  test(`bodies that come byte by byte take no more memory than others: ${name}`, {
    timeout: 600_000,
  }, async (t) => {
    // Bodies are not young for long.
    const taker = await startTaker(t, { kind, maxBodyBytes: 20 * MIB }, 64, ['--max-semi-space-size=2']);
    const port = Number(new URL(taker.url).port);
    const head = [`POST ${target} HTTP/1.1`, 'host: a', 'transfer-encoding: chunked', ...headers];
    const bytes = Buffer.concat([rawRequest(head), inPieces(body)]);
    // None of them is what is wanted there, but all have to be read for that to be seen.
    const statuses = await Promise.all(Array.from({ length: CONNECTIONS }, () => statusOf(port, bytes)));
    assert.deepEqual(statuses, Array(CONNECTIONS).fill(400));
    const mib = (await taker.mostBytes()) / MIB;
    t.diagnostic(`${CONNECTIONS} bodies of ${(body.length / MIB).toFixed(2)} MiB took ${mib.toFixed(0)} MiB`);
    assert.ok(mib < 12, `${mib} MiB`);
  });
}

/** A body in chunks of a single byte. */
function inPieces(body: Buffer): Buffer {
  const pieces = Buffer.alloc(6 * body.length);
  body.forEach((byte, index) => {
    pieces.set([0x31, 0x0d, 0x0a, byte, 0x0d, 0x0a], 6 * index);
  });
  return Buffer.concat([pieces, Buffer.from('0\r\n\r\n')]);
}
