// Connections of HTTP/2 with something wrong in their frames: each is answered or ended, and costs no other.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import http2 from 'node:http2';
import { type AddressInfo, createServer } from 'node:net';
import { type TestContext, test } from 'node:test';
import { frameOf } from '../../src/otlp/grpc/frame.ts';
import { callRaw, LOGS_PATH, openSession } from '../collector/grpc-call.ts';
import { logsOf, protobufOf } from '../collector/samples.ts';
import { IS_LONG, reportCounts } from '../harness/fault-counts.ts';
import { http2Frame } from '../harness/http2-frame.ts';
import { mutated } from '../harness/mutated.ts';
import { openSocket } from '../harness/raw-http.ts';
import { SEED, type Seeded, seeded } from '../harness/seeded.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { startTaker } from './start-taker.ts';

const MIB = 1024 * 1024;
const CONNECTIONS = IS_LONG ? 100_000 : 300;
const AT_ONCE = 16;
const HONEST_EACH = 50;
const MAX_GROWTH_BYTES = 300 * MIB;
/** Who is told nothing for so long goes away: at first, on a machine with much else to do, and after an answer. */
const [FIRST_MS, QUIET_MS] = [1_000, 30];

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
const TYPE = { data: 0, headers: 1, reset: 3, settings: 4, continuation: 9 } as const;
const END_HEADERS = 4;
const CANCEL = Buffer.from([0, 0, 0, 8]);

/** A header that no table is to remember. @see RFC 7541, 6.2.2 */
function header(name: string, value: Buffer): Buffer {
  const length = (size: number): number[] => {
    if (size < 127) return [size];
    const bytes = [127];
    let rest = size - 127;
    for (; rest > 127; rest >>>= 7) bytes.push((rest & 127) | 128);
    return [...bytes, rest];
  };
  return Buffer.from([0, ...length(name.length), ...Buffer.from(name), ...length(value.length), ...value]);
}

const CALL = Buffer.concat(
  Object.entries({
    ':method': 'POST',
    ':scheme': 'http',
    ':path': LOGS_PATH,
    ':authority': 'a',
    'content-type': 'application/grpc',
    te: 'trailers',
  }).map(([name, value]) => header(name, Buffer.from(value))),
);
const GREETING = Buffer.concat([PREFACE, http2Frame(TYPE.settings, 0, 0, Buffer.alloc(0))]);

/** What a real client writes for a call. */
async function honestBytes(t: TestContext): Promise<Buffer> {
  const pieces: Buffer[] = [];
  const server = createServer((socket) =>
    socket.on('data', (piece) => pieces.push(piece)).on('error', () => {}),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const session = http2.connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  session.on('error', () => {});
  const stream = session.request({
    ':method': 'POST',
    ':path': LOGS_PATH,
    'content-type': 'application/grpc',
  });
  stream.on('error', () => {}).end(frameOf(protobufOf(logsOf('a'))));
  const size = (): number => Buffer.concat(pieces).length;
  for (let before = -1; size() === 0 || size() > before; ) {
    before = size();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  session.destroy();
  return Buffer.concat(pieces);
}

/** Frames of any kind, for any stream. */
function anyFrames(random: Seeded): Buffer {
  const frames = Array.from({ length: 1 + random.below(8) }, () => {
    const payload = Buffer.from(Array.from({ length: random.below(40) }, () => random.below(256)));
    return http2Frame(
      random.below(12),
      random.below(256),
      random.pick([0, 1, 1, 2, 3, 2 ** 31 - 1]),
      payload,
    );
  });
  return Buffer.concat([GREETING, ...frames]);
}

/** Headers beyond what is taken: in one that is long, or in many, which go on in further frames. */
function largeHeaders(random: Seeded): Buffer {
  const more = random.chance(0.5)
    ? [header('x', Buffer.alloc(20_000 + random.below(80_000), 0x61))]
    : Array.from({ length: 65 + random.below(3_000) }, (_, index) => header(`x${index}`, Buffer.from('y')));
  const block = Buffer.concat([CALL, ...more]);
  const frames: Buffer[] = [GREETING];
  const size = 1 + random.below(16_384);
  for (let at = 0; at < block.length && frames.length < 2_000; at += size) {
    const isLast = at + size >= block.length;
    const type = at === 0 ? TYPE.headers : TYPE.continuation;
    frames.push(http2Frame(type, isLast ? END_HEADERS : 0, 1, block.subarray(at, at + size)));
  }
  return Buffer.concat(frames);
}

/** Calls that are taken back at once (CVE-2023-44487). */
function resets(random: Seeded): Buffer {
  const frames = Array.from({ length: 10 + random.below(200) }, (_, index) => [
    http2Frame(TYPE.headers, END_HEADERS, 2 * index + 1, CALL),
    http2Frame(TYPE.reset, 0, 2 * index + 1, CANCEL),
  ]);
  return Buffer.concat([GREETING, ...frames.flat()]);
}

/** Writes and waits for the end, or for silence. @returns whether the server said something, and ended it */
async function outcomeOf(port: number, bytes: Buffer): Promise<'ended' | 'answered' | 'silent'> {
  const socket = await openSocket(port);
  return new Promise((resolve) => {
    let hasAnswer = false;
    const finish = (): void => {
      socket.destroy();
      resolve(hasAnswer ? 'answered' : 'silent');
    };
    socket.setTimeout(FIRST_MS, finish);
    socket.on('data', () => {
      hasAnswer = true;
      socket.setTimeout(QUIET_MS);
    });
    socket.once('close', () => resolve('ended'));
    socket.write(bytes);
  });
}

test('wrong frames, large headers and calls that are reset without end cost others nothing', async (t) => {
  const directory = tempDir(t);
  const taker = await startTaker(t, { kind: 'grpc-pipeline', maxBodyBytes: 4 * MIB, directory });
  const port = Number(new URL(taker.url).port);
  const random = seeded(SEED, 22);
  const honest = await honestBytes(t);
  const kinds: readonly [(random: Seeded) => Buffer, ...((random: Seeded) => Buffer)[]] = [
    (from) => mutated(honest, from),
    (from) => Buffer.concat([PREFACE, mutated(honest.subarray(PREFACE.length), from)]),
    anyFrames,
    largeHeaders,
    resets,
  ];
  const counts = { connections: 0, ended: 0, answered: 0, silent: 0 };
  const startedMs = performance.now();
  let left = CONNECTIONS;
  const work = async (): Promise<void> => {
    while (left-- > 0) {
      counts[await outcomeOf(port, random.pick(kinds)(random))]++;
      if (++counts.connections % HONEST_EACH !== 0) continue;
      const session = openSession(t, taker.url);
      const { status } = await callRaw(session, frameOf(protobufOf(logsOf('honest.call'))));
      assert.equal(status, '0', `FAULTS_SEED=${SEED}`);
      session.destroy();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const growth = await taker.mostBytes();
  reportCounts(t, {
    ...counts,
    'mebibytes of growth': Math.round(growth / MIB),
    'mebibytes at most': Math.round((await taker.peakBytes()) / MIB),
    seconds: Math.round((performance.now() - startedMs) / 1000),
  });
  assert.ok(counts.ended > 0, 'some connections are ended');
  assert.ok(growth < MAX_GROWTH_BYTES, `${growth} bytes`);
});
