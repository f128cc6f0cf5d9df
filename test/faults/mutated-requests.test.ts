// Requests in every encoding, over HTTP and gRPC, with something wrong in them: each is answered, and costs no other.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Agent, request as open } from 'node:http';
import type { ClientHttp2Session } from 'node:http2';
import path from 'node:path';
import { test } from 'node:test';
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { frameOf } from '../../src/otlp/grpc/frame.ts';
import { OtlpRequest } from '../../src/otlp/wire/otlp-request.ts';
import { callRaw, openSession } from '../collector/grpc-call.ts';
import { IS_LONG, reportCounts } from '../harness/fault-counts.ts';
import { mutated } from '../harness/mutated.ts';
import { SEED, type Seeded, seeded } from '../harness/seeded.ts';
import { startTaker } from './start-taker.ts';

const MIB = 1024 * 1024;
/** Of each encoding. */
const REQUESTS = IS_LONG ? 100_000 : 300;
const AT_ONCE = 8;
/** After so many an honest one is sent. */
const HONEST_EACH = 50;
const MAX_BODY_BYTES = 4 * MIB;
/** The budget of bodies is eight times the largest one; the rest is V8's. */
const MAX_GROWTH_BYTES = 300 * MIB;

const packed = (name: string): Buffer =>
  readFileSync(path.join(import.meta.dirname, '..', 'fixtures', 'packed', name));

const JSON_BODY = packed('logs.jsonl');
const PROTOBUF = Buffer.from(OtlpRequest.read('logs', 'json', JSON_BODY).protobuf());

/** A request with something wrong in it: within what is packed, or in how it is packed. */
type Make = (random: Seeded) => Buffer;

const within =
  (pack: (bytes: Buffer) => Buffer): Make =>
  (random) =>
    random.chance(0.5) ? pack(mutated(JSON_BODY, random)) : mutated(pack(JSON_BODY), random);

const ENCODINGS: Readonly<
  Record<string, readonly [make: Make, contentEncoding?: string | undefined, contentType?: string]>
> = {
  json: [(random) => mutated(JSON_BODY, random)],
  protobuf: [(random) => mutated(PROTOBUF, random), undefined, 'application/x-protobuf'],
  gzip: [within(gzipSync), 'gzip'],
  zlib: [within(deflateSync), 'zlib'],
  deflate: [within(deflateSync), 'deflate'],
  zstd: [within(zstdCompressSync), 'zstd'],
  snappy: [(random) => mutated(packed('logs.snappy'), random), 'snappy'],
  'framed snappy': [(random) => mutated(packed('logs.sz'), random), 'x-snappy-framed'],
  lz4: [(random) => mutated(packed('logs.lz4'), random), 'lz4'],
};

for (const [index, [name, [make, encoding, type = 'application/json']]] of Object.entries(
  ENCODINGS,
).entries()) {
  test(`HTTP, ${name}: what is not taken is 4xx`, async (t) => {
    const taker = await startTaker(t, { kind: 'collector', maxBodyBytes: MAX_BODY_BYTES });
    const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
    t.after(() => agent.destroy());
    const random = seeded(SEED, 20, index);
    const send = (body: Buffer, headers: Record<string, string>) => post(taker.url, agent, body, headers);
    const counts = { requests: 0, taken: 0 };
    await atOnce(async () => {
      const body = make(random);
      const headers: Record<string, string> = { 'content-type': type };
      if (encoding !== undefined) headers['content-encoding'] = encoding;
      const status = await send(body, headers);
      counts.requests++;
      if (status === 200) counts.taken++;
      assert.ok(
        status === 200 || (status >= 400 && status < 500),
        `${status}, FAULTS_SEED=${SEED}: ${body.toString('base64')}`,
      );
      if (counts.requests % HONEST_EACH === 0)
        assert.equal(await send(JSON_BODY, { 'content-type': 'application/json' }), 200);
    });
    const bytes = await taker.mostBytes();
    reportCounts(t, { ...counts, 'mebibytes of growth': Math.round(bytes / MIB) });
    assert.ok(bytes < MAX_GROWTH_BYTES, `${bytes} bytes`);
  });
}

/** OK, INVALID_ARGUMENT, RESOURCE_EXHAUSTED, UNIMPLEMENTED and INTERNAL: what gRPC has for these. */
const STATUSES = ['0', '3', '8', '12', '13'];

const MESSAGES: Readonly<Record<string, (message: Buffer) => Buffer>> = {
  identity: (message) => message,
  gzip: gzipSync,
  zstd: zstdCompressSync,
};

for (const [encoding, pack] of Object.entries(MESSAGES)) {
  test(`gRPC, ${encoding}: what is not taken has a status, wrong frames too`, async (t) => {
    const taker = await startTaker(t, { kind: 'grpc', maxBodyBytes: MAX_BODY_BYTES });
    const random = seeded(SEED, 21, encoding.charCodeAt(0));
    const session: ClientHttp2Session = openSession(t, taker.url);
    const frame = (bytes: Buffer): Buffer => Buffer.concat([frameOf(pack(bytes), encoding !== 'identity')]);
    const headers = { 'grpc-encoding': encoding };
    const counts = { requests: 0, taken: 0 };
    await atOnce(async () => {
      const body = random.chance(0.5) ? frame(mutated(PROTOBUF, random)) : mutated(frame(PROTOBUF), random);
      const { status } = await callRaw(session, body, headers);
      counts.requests++;
      if (status === '0') counts.taken++;
      assert.ok(STATUSES.includes(status), `${status}, FAULTS_SEED=${SEED}: ${body.toString('base64')}`);
      if (counts.requests % HONEST_EACH === 0)
        assert.equal((await callRaw(session, frame(PROTOBUF), headers)).status, '0');
    });
    const bytes = await taker.mostBytes();
    reportCounts(t, { ...counts, 'mebibytes of growth': Math.round(bytes / MIB) });
    assert.ok(bytes < MAX_GROWTH_BYTES, `${bytes} bytes`);
  });
}

async function atOnce(one: () => Promise<void>): Promise<void> {
  let left = REQUESTS;
  const work = async (): Promise<void> => {
    while (left-- > 0) await one();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

function post(url: string, agent: Agent, body: Buffer, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = open(`${url}/v1/logs`, { method: 'POST', agent, headers }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0));
    });
    request.on('error', reject).end(body);
  });
}
