// Bombs in every encoding, and thousands of connections that say little: memory is bounded, and others are served.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import http2 from 'node:http2';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { frameOf } from '../../src/otlp/grpc/frame.ts';
import { callRaw, openSession } from '../collector/grpc-call.ts';
import { reportCounts } from '../harness/fault-counts.ts';
import { http2Frame } from '../harness/http2-frame.ts';
import { openSocket } from '../harness/raw-http.ts';
import { startTaker } from './start-taker.ts';

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;
const MAX_BODY_BYTES = 20 * MIB;
/** Eight bodies of the largest size, and as much as V8 takes beside them. */
const MAX_GROWTH_BYTES = 400 * MIB;
const BOMBS_AT_ONCE = 8;

const PIECE = Buffer.alloc(16 * MIB);
const times = (count: number, bytes: Buffer): Buffer => Buffer.concat(Array<Buffer>(count).fill(bytes));

/** Snappy in blocks of 64 KiB of one byte: a literal, then copies of 64 bytes from the byte before. */
function snappyFrames(bytes: number): Buffer {
  const copies = times(1024, Buffer.from([(63 << 2) | 2, 1, 0]));
  // The checksums are wrong: what is too large is refused before anything is looked at.
  const block = Buffer.concat([Buffer.from([0xc1, 0xff, 0x03, 0, 0x20]), copies]).subarray(0, -3);
  const chunk = Buffer.concat([Buffer.from([0, 0, 0, 0]), Buffer.alloc(4), block]);
  chunk.writeUIntLE(chunk.length - 4, 1, 3);
  const start = Buffer.from([0xff, 6, 0, 0, ...Buffer.from('sNaPpY')]);
  return Buffer.concat([start, times(Math.ceil(bytes / 65_536), chunk)]);
}

/** LZ4 in blocks of 4 MiB of one byte: a literal, a match as long as bytes of 255 say, and five literals. */
function lz4Frame(bytes: number): Buffer {
  const head = Buffer.from('04224d18607073', 'hex');
  const more = Buffer.alloc(16_000, 0xff);
  const block = Buffer.concat([
    Buffer.from([0x1f, 0x20, 1, 0]),
    more,
    Buffer.from([0, 0x50]),
    Buffer.alloc(5),
  ]);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(block.length);
  return Buffer.concat([
    head,
    times(Math.ceil(bytes / (255 * 16_000)), Buffer.concat([size, block])),
    Buffer.alloc(4),
  ]);
}

/** 1 GiB each, in a mebibyte or so; but Snappy, which packs no better than to a twenty-first. */
const BOMBS: Readonly<Record<string, Buffer>> = {
  gzip: times(64, gzipSync(PIECE)),
  deflate: deflateSync(Buffer.alloc(256 * MIB), { level: 9 }),
  zstd: times(64, zstdCompressSync(PIECE)),
  'x-snappy-framed': snappyFrames(GIB / 4),
  lz4: lz4Frame(GIB),
};

for (const [encoding, bomb] of Object.entries(BOMBS)) {
  test(`a bomb in ${encoding} is refused, ${BOMBS_AT_ONCE} at once, and others are served beside it`, async (t) => {
    const taker = await startTaker(t, { kind: 'collector', maxBodyBytes: MAX_BODY_BYTES });
    const send = async (body: Buffer, headers: Record<string, string>): Promise<number> => {
      const answer = await fetch(`${taker.url}/v1/logs`, {
        method: 'POST',
        body: new Uint8Array(body),
        headers,
      });
      await answer.arrayBuffer();
      return answer.status;
    };
    const type = { 'content-type': 'application/json' };
    const bombs = Array.from({ length: BOMBS_AT_ONCE }, () =>
      send(bomb, { ...type, 'content-encoding': encoding }),
    );
    const honest = [];
    for (let count = 0; count < 5; count++) honest.push(await send(Buffer.from('{}'), type));
    for (const status of await Promise.all(bombs)) assert.ok(status === 413 || status === 503, `${status}`);
    assert.deepEqual(honest, [200, 200, 200, 200, 200]);
    const bytes = await taker.mostBytes();
    reportCounts(t, { bombs: BOMBS_AT_ONCE, 'mebibytes of growth': Math.round(bytes / MIB) });
    assert.ok(bytes < MAX_GROWTH_BYTES, `${bytes} bytes`);
  });
}

test('a bomb in gzip over gRPC is refused', async (t) => {
  const taker = await startTaker(t, { kind: 'grpc', maxBodyBytes: 4 * MIB });
  const session = openSession(t, taker.url);
  const bomb = frameOf(BOMBS.gzip as Buffer, true);
  const headers = { 'grpc-encoding': 'gzip' };
  const answers = await Promise.all(
    Array.from({ length: BOMBS_AT_ONCE }, () => callRaw(session, bomb, headers)),
  );
  for (const { status } of answers) assert.ok(status === '8' || status === '14', status);
  assert.equal((await callRaw(session, frameOf(new Uint8Array()))).status, '0');
  assert.ok((await taker.mostBytes()) < MAX_GROWTH_BYTES);
});

const DEPTH = 100_000;

/** A field of protobuf that holds a message. */
function field(tag: number, message: Buffer): Buffer {
  const head = [tag];
  let rest = message.length;
  for (; rest > 0x7f; rest >>>= 7) head.push((rest & 0x7f) | 0x80);
  return Buffer.concat([Buffer.from([...head, rest]), message]);
}

/** A log record whose body is a value in an array in a value, and so on. */
function deepProtobuf(): Buffer {
  let value: Buffer = Buffer.alloc(0);
  for (let depth = 0; depth < 20_000; depth++) value = field(depth % 2 === 0 ? 0x0a : 0x2a, value);
  return field(0x0a, field(0x12, field(0x12, field(0x2a, value))));
}

test('what is nested without end is refused, in every encoding', async (t) => {
  const taker = await startTaker(t, { kind: 'collector', maxBodyBytes: MAX_BODY_BYTES });
  const inner = (open: string, close: string): string => open.repeat(DEPTH) + close.repeat(DEPTH);
  const body = (value: string): Buffer =>
    Buffer.from(`{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":${value}}]}]}]}`);
  const cases: readonly [Buffer, string][] = [
    [Buffer.from(inner('[', ']')), 'application/json'],
    [body(inner('{"arrayValue":{"values":[', ']}}')), 'application/json'],
    [body(`${'{"kvlistValue":{"values":[{"key":"a","value":'.repeat(DEPTH)}`), 'application/json'],
    [deepProtobuf(), 'application/x-protobuf'],
  ];
  for (const [bytes, type] of cases) {
    const answer = await fetch(`${taker.url}/v1/logs`, {
      method: 'POST',
      body: new Uint8Array(bytes),
      headers: { 'content-type': type },
    });
    assert.equal(answer.status, 400, await answer.text());
  }
  assert.ok((await taker.mostBytes()) < MAX_GROWTH_BYTES);
});

const IDLE = 2_000;
const SLOW = 200;

test(`${IDLE} idle and ${SLOW} slow connections cost others nothing, and are closed in time`, {
  timeout: 600_000,
}, async (t) => {
  const taker = await startTaker(t, { kind: 'collector', maxBodyBytes: MAX_BODY_BYTES });
  const port = Number(new URL(taker.url).port);
  const sockets: Socket[] = [];
  t.after(() => {
    for (const socket of sockets) socket.destroy();
  });
  let closed = 0;
  for (let count = 0; count < IDLE + SLOW; count++) {
    const socket = await openSocket(port);
    socket.resume().once('close', () => closed++);
    sockets.push(socket);
  }
  const slow = sockets.slice(IDLE);
  for (const socket of slow) socket.write('POST /v1/logs HTTP/1.1\r\nhost: a\r\n');
  const timer = setInterval(() => {
    for (const socket of slow) socket.write('x: y\r\n');
  }, 200);
  t.after(() => clearInterval(timer));
  let slowestMs = 0;
  for (let sent = 0; sent < 30; sent++) {
    const beganMs = performance.now();
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${taker.url}/v1/logs`, { method: 'POST', body: '{}', headers });
    assert.equal(answer.status, 200);
    slowestMs = Math.max(slowestMs, performance.now() - beganMs);
  }
  // 10 s for a head, a second to look, and a machine that has much else to do.
  const deadlineMs = performance.now() + 30_000;
  while (closed < IDLE + SLOW && performance.now() < deadlineMs)
    await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(closed, IDLE + SLOW);
  const bytes = await taker.mostBytes();
  const counts = { connections: IDLE + SLOW, 'milliseconds at most for others': Math.round(slowestMs) };
  reportCounts(t, { ...counts, 'mebibytes of growth': Math.round(bytes / MIB) });
  assert.ok(slowestMs < 9_000, `${slowestMs} ms`);
  assert.ok(bytes < MAX_GROWTH_BYTES, `${bytes} bytes`);
});

test('calls that are opened and reset without end, and frames that HTTP/2 does not have, cost others nothing', async (t) => {
  const taker = await startTaker(t, { kind: 'grpc', maxBodyBytes: 4 * MIB });
  const port = Number(new URL(taker.url).port);
  const call = { ':method': 'POST', ':path': '/x', 'content-type': 'application/grpc' };
  for (let connection = 0; connection < 5; connection++) {
    const session = http2.connect(taker.url);
    session.on('error', () => {});
    t.after(() => session.destroy());
    for (let count = 0; count < 3_000 && !session.destroyed; count++) {
      const stream = session.request(call);
      stream.on('error', () => {});
      stream.close(http2.constants.NGHTTP2_CANCEL);
      if (count % 500 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  }
  const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
  const settings = http2Frame(4, 0, 0, Buffer.alloc(0));
  for (const wrong of [
    // A frame longer than was agreed, headers of stream 0, DATA of no stream, a window of zero, settings of a broken size.
    http2Frame(0, 0, 1, Buffer.alloc(1 << 17)),
    http2Frame(1, 4, 0, Buffer.from([0x82])),
    http2Frame(0, 1, 1, Buffer.alloc(10)),
    http2Frame(8, 0, 0, Buffer.alloc(4)),
    http2Frame(4, 0, 0, Buffer.alloc(5)),
    http2Frame(9, 4, 1, Buffer.alloc(100)),
  ]) {
    const socket = await openSocket(port);
    t.after(() => socket.destroy());
    socket.resume().write(Buffer.concat([Buffer.from(PREFACE), settings, wrong]));
    await once(socket, 'close');
  }
  const session = openSession(t, taker.url);
  assert.equal((await callRaw(session, frameOf(new Uint8Array()))).status, '0');
  assert.ok((await taker.mostBytes()) < MAX_GROWTH_BYTES);
});
