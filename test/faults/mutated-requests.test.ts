// Requests in every encoding, over HTTP and gRPC, with something wrong in them, to a collector whose processors look into
// what comes: each is answered, and costs no other.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Agent, request as open } from 'node:http';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { frameOf } from '../../src/otlp/grpc/frame.ts';
import { EXPORT_PATHS } from '../../src/otlp/grpc/services.ts';
import type { Signal } from '../../src/otlp/wire/batch.ts';
import { OtlpRequest } from '../../src/otlp/wire/otlp-request.ts';
import { callRaw, openSession } from '../collector/grpc-call.ts';
import { logsOf, namesInFile } from '../collector/samples.ts';
import { IS_LONG, reportCounts } from '../harness/fault-counts.ts';
import { mutated } from '../harness/mutated.ts';
import { packLz4, packSnappy, packSnappyFrames } from '../harness/pack-plainly.ts';
import { SEED, type Seeded, seeded } from '../harness/seeded.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { metricsRequest } from '../services/metrics-request.ts';
import { HONEST, HONEST_FILE } from './children/start-pipeline.ts';
import { startTaker, type Taker, type TakerPlan } from './start-taker.ts';

const MIB = 1024 * 1024;
/** Of each encoding. */
const REQUESTS = IS_LONG ? 100_000 : 300;
const AT_ONCE = 8;
/** After so many an honest one is sent. */
const HONEST_EACH = 50;
/** What a collector says that has no time left, on a machine with much else to do: a sender is to come again then. */
const BUSY = ['503', '14', 'reset'];
const [MAX_TIMES, PAUSE_MS] = [30, 500];
const MAX_BODY_BYTES = 4 * MIB;
/** The budget of bodies is eight times the largest one; the rest is V8's. */
const MAX_GROWTH_BYTES = 300 * MIB;

/** What another implementation has packed, so that it repeats itself as packers do. */
const packed = (name: string): Buffer =>
  readFileSync(path.join(import.meta.dirname, '..', 'fixtures', 'packed', name));

const SPANS = {
  resourceSpans: [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
      scopeSpans: [
        {
          scope: { name: 'lib' },
          spans: ['a', 'b', 'c'].map((name, index) => ({
            traceId: `${index + 1}`.repeat(32),
            spanId: `${index + 1}`.repeat(16),
            name,
            kind: 2,
            startTimeUnixNano: '1700000000000000000',
            endTimeUnixNano: '1700000001000000000',
            attributes: [
              { key: 'key.1', value: { intValue: '1' } },
              { key: 'key.2', value: { arrayValue: { values: [{ doubleValue: 0.5 }, {}] } } },
            ],
            events: [{ timeUnixNano: '1', name: 'e', attributes: [{ key: 'k', value: {} }] }],
            links: [{ traceId: '4'.repeat(32), spanId: '5'.repeat(16) }],
            status: { code: 2, message: 'm' },
          })),
        },
      ],
    },
  ],
};

interface Sample {
  readonly signal: Signal;
  readonly json: Buffer;
  readonly protobuf: Buffer;
}

const sampleOf = (signal: Signal, json: Buffer): Sample => ({
  signal,
  json,
  protobuf: Buffer.from(OtlpRequest.read(signal, 'json', json).protobuf()),
});
const LOGS = sampleOf('logs', packed('logs.jsonl'));
const SAMPLES = [
  LOGS,
  sampleOf('traces', Buffer.from(JSON.stringify(SPANS))),
  sampleOf('metrics', Buffer.from(JSON.stringify(metricsRequest()))),
] as const;

type Pack = (bytes: Buffer) => Buffer;

interface Mutant {
  readonly signal: Signal;
  readonly type: 'json' | 'protobuf';
  readonly body: Buffer;
}

/** A request with something wrong in it. */
type Make = (random: Seeded) => Mutant;

const plain =
  (type: Mutant['type']): Make =>
  (random) => {
    const { signal, [type]: bytes } = random.pick(SAMPLES);
    return { signal, type, body: mutated(bytes, random) };
  };

/** Wrong within what is packed, or in how it is packed. @param file - one that a real packer has made of the logs */
const within =
  (pack: Pack, file?: string): Make =>
  (random) => {
    if (file !== undefined && random.chance(0.3))
      return { signal: 'logs', type: 'json', body: mutated(packed(file), random) };
    const { signal, json, protobuf } = random.pick(SAMPLES);
    const type = random.chance(0.3) ? 'json' : 'protobuf';
    const bytes = type === 'json' ? json : protobuf;
    const body = random.chance(0.5) ? pack(mutated(bytes, random)) : mutated(pack(bytes), random);
    return { signal, type, body };
  };

const asItIs: Pack = (bytes) => bytes;
const packedWith = (pack: Pack, contentEncoding: string, file?: string): readonly [Make, Pack, string] => [
  within(pack, file),
  pack,
  contentEncoding,
];

const ENCODINGS: Readonly<Record<string, readonly [make: Make, pack: Pack, contentEncoding?: string]>> = {
  json: [plain('json'), asItIs],
  protobuf: [plain('protobuf'), asItIs],
  gzip: packedWith(gzipSync, 'gzip'),
  zlib: packedWith(deflateSync, 'zlib'),
  deflate: packedWith(deflateSync, 'deflate'),
  zstd: packedWith(zstdCompressSync, 'zstd'),
  snappy: packedWith(packSnappy, 'snappy', 'logs.snappy'),
  'framed snappy': packedWith(packSnappyFrames, 'x-snappy-framed', 'logs.sz'),
  lz4: packedWith(packLz4, 'lz4', 'logs.lz4'),
};

for (const [index, [name, [make, pack, encoding]]] of Object.entries(ENCODINGS).entries()) {
  test(`HTTP, ${name}: what is not taken is 4xx`, async (t) => {
    await hammer(t, 'pipeline', seeded(SEED, 20, index), ({ url }) => {
      const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
      t.after(() => agent.destroy());
      const send = ({ signal, type, body }: Mutant): Promise<string> => {
        const headers: Record<string, string> = {
          'content-type': type === 'json' ? 'application/json' : 'application/x-protobuf',
        };
        if (encoding !== undefined) headers['content-encoding'] = encoding;
        return post(`${url}/v1/${signal}`, agent, body, headers);
      };
      return {
        make,
        send,
        honest: (body) => send({ signal: 'logs', type: 'protobuf', body: pack(body) }),
        isRight: (status) => status === '200' || (status >= '400' && status < '500'),
        taken: '200',
      };
    });
  });
}

/** OK, INVALID_ARGUMENT, RESOURCE_EXHAUSTED, UNIMPLEMENTED and INTERNAL: what gRPC has for these. */
const STATUSES = ['0', '3', '8', '12', '13'];

const MESSAGES: Readonly<Record<string, Pack>> = {
  identity: asItIs,
  gzip: gzipSync,
  zstd: zstdCompressSync,
  snappy: packSnappyFrames,
};

for (const [index, [encoding, pack]] of Object.entries(MESSAGES).entries()) {
  test(`gRPC, ${encoding}: what is not taken has a status, wrong frames too`, async (t) => {
    const frame = (bytes: Buffer): Buffer => Buffer.from(frameOf(pack(bytes), encoding !== 'identity'));
    await hammer(t, 'grpc-pipeline', seeded(SEED, 21, index), ({ url }) => {
      const session = openSession(t, url);
      const send = async (signal: Signal, body: Buffer): Promise<string> =>
        (await callRaw(session, body, { ':path': EXPORT_PATHS[signal], 'grpc-encoding': encoding })).status;
      return {
        make: (random) => {
          const { signal, protobuf } = random.pick(SAMPLES);
          const body = random.chance(0.5)
            ? frame(mutated(protobuf, random))
            : mutated(frame(protobuf), random);
          return { signal, type: 'protobuf', body };
        },
        send: ({ signal, body }) => send(signal, body),
        honest: (body) => send('logs', frame(body)),
        isRight: (status) => STATUSES.includes(status),
        taken: '0',
      };
    });
  });
}

/** How a collector is hammered. */
interface Hammer {
  readonly make: Make;
  readonly send: (mutant: Mutant) => Promise<string>;
  readonly honest: (body: Buffer) => Promise<string>;
  readonly isRight: (status: string) => boolean;
  /** The status of what is taken. */
  readonly taken: string;
}

/** Sends mutants, and between them honest requests, all of which have to come out. */
async function hammer(
  t: TestContext,
  kind: TakerPlan['kind'],
  random: Seeded,
  start: (taker: Taker) => Hammer,
): Promise<void> {
  const directory = tempDir(t);
  const taker = await startTaker(t, { kind, maxBodyBytes: MAX_BODY_BYTES, directory });
  const { make, send, honest, isRight, taken } = start(taker);
  const startedMs = performance.now();
  const statuses = new Map<string, number>();
  const names: string[] = [];
  let [sent, again] = [0, 0];
  const patiently = async (one: () => Promise<string>): Promise<string> => {
    for (let times = 1; ; times++) {
      const status = await one();
      if (!BUSY.includes(status) || times === MAX_TIMES) return status;
      again++;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  };
  await atOnce(async () => {
    const mutant = make(random);
    const status = await patiently(() => send(mutant));
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    assert.ok(isRight(status), `${status}, FAULTS_SEED=${SEED}: ${mutant.body.toString('base64')}`);
    if (++sent % HONEST_EACH !== 0) return;
    const name = `${HONEST}${sent}`;
    names.push(name);
    const body = Buffer.from(OtlpRequest.from('logs', logsOf(name)).protobuf());
    assert.equal(await patiently(() => honest(body)), taken);
  });
  const seconds = Math.round((performance.now() - startedMs) / 1000);
  const [growth, peak] = [await taker.mostBytes(), await taker.peakBytes()];
  const byStatus = [...statuses].sort().map(([status, count]) => [`answered ${status}`, count]);
  reportCounts(t, {
    requests: sent,
    ...Object.fromEntries(byStatus),
    'sent again': again,
    honest: names.length,
    'mebibytes of growth': Math.round(growth / MIB),
    'mebibytes at most': Math.round(peak / MIB),
    seconds,
  });
  assert.ok((statuses.get(taken) ?? 0) > 0, 'some are valid all the same');
  assert.ok(growth < MAX_GROWTH_BYTES, `${growth} bytes`);
  const found = namesInFile(path.join(directory, HONEST_FILE));
  // One that was sent again may be there twice.
  assert.deepEqual([...new Set(found)].sort(), names.toSorted());
  assert.ok(found.length <= names.length + again, `${found.length} honest records of ${names.length}`);
}

async function atOnce(one: () => Promise<void>): Promise<void> {
  let left = REQUESTS;
  const work = async (): Promise<void> => {
    while (left-- > 0) await one();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

function post(url: string, agent: Agent, body: Buffer, headers: Record<string, string>): Promise<string> {
  return new Promise((resolve) => {
    const request = open(url, { method: 'POST', agent, headers }, (response) => {
      response.resume().on('end', () => resolve(`${response.statusCode}`));
    });
    request.on('error', () => resolve('reset')).end(body);
  });
}
