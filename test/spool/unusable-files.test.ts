// What lies in a leftover beside its segments cannot be used: the records come all the same.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { EventLogger } from '../../src/index.ts';
import { FIRST_POSITION, PREAMBLE_BYTES } from '../../src/spool/log/layout.ts';
import { xxh32 } from '../../src/xxh32.ts';
import { assertBalanced } from '../harness/ledger.ts';
import { OtlpSink } from '../harness/otlp-sink.ts';
import { tempDir } from '../harness/temp-dir.ts';

const COUNT = 100;

/** What `cursors` holds if this is where the first sink has come, with a valid checksum. */
function cursorAt(position: bigint, sequence = 1n): Buffer {
  const bytes = Buffer.alloc(32 * 2 * 24);
  const at = sequence % 2n === 0n ? 0 : 24;
  bytes.writeBigUInt64LE(BigInt.asUintN(64, position), at + 8);
  bytes.writeBigUInt64LE(sequence, at + 16);
  const slot = new DataView(bytes.buffer, bytes.byteOffset + at, 24);
  bytes.writeUInt32LE(xxh32(slot, 4, 24), at);
  return bytes;
}

const write = (bytes: Buffer) => (file: string) => writeFileSync(file, bytes);
const replace = (make: (file: string) => unknown) => (file: string) => {
  rmSync(file, { force: true, recursive: true });
  make(file);
};

/** Any file. */
const ANY: Readonly<Record<string, (file: string) => unknown>> = {
  'is empty': write(Buffer.alloc(0)),
  'is missing': replace(() => {}),
  'is a directory': replace(mkdirSync),
  'is a directory with something in it': replace((file) =>
    mkdirSync(path.join(file, 'x'), { recursive: true }),
  ),
  'is a pipe': replace((file) => execFileSync('mkfifo', [file])),
  'is a link to itself': replace((file) => symlinkSync(file, file)),
  'is a link to nothing': replace((file) => symlinkSync(`${file}.gone`, file)),
  'is a device': replace((file) => symlinkSync('/dev/zero', file)),
};

const CURSORS: typeof ANY = {
  ...ANY,
  'is cut off': (file) => truncateSync(file, 30),
  'is garbage': write(Buffer.from('no cursors at all '.repeat(100))),
  'is of another version': write(Buffer.from('OTELCUR2'.padEnd(1536, '\x02'))),
  'is huge': (file) => truncateSync(file, 2 ** 40),
  'points beyond the end': write(cursorAt(BigInt(FIRST_POSITION) + 10_000_000n)),
  'points a little beyond the end': write(cursorAt(BigInt(FIRST_POSITION) + 100_000n)),
  'points into the middle of the last record': (file) => {
    const { size } = statSync(path.join(path.dirname(file), `${`${FIRST_POSITION}`.padStart(16, '0')}.seg`));
    write(cursorAt(BigInt(FIRST_POSITION + size - PREAMBLE_BYTES - 5)))(file);
  },
  'is negative': write(cursorAt(-1n)),
  'has come 2^64 times': write(cursorAt(BigInt(FIRST_POSITION) + 2n ** 60n, 2n ** 64n - 1n)),
};

/** A leftover of a hundred events. @returns its directory */
async function leave(spool: string): Promise<string> {
  const events = new EventLogger({
    delivery: 'durable',
    spool,
    endpoint: 'http://127.0.0.1:1',
    logLevel: 'none',
  });
  for (let n = 0; n < COUNT; n++) events.log('left', { n });
  await events.durable();
  await events.close({ timeoutMs: 0 });
  return path.join(spool, readdirSync(spool)[0] ?? '');
}

async function isAdopted(t: TestContext, name: string, damage: (file: string) => unknown): Promise<void> {
  const spool = path.join(tempDir(t), 'spool');
  damage(path.join(await leave(spool), name));
  await using sink = await OtlpSink.open();
  const events = new EventLogger({
    delivery: 'durable',
    spool,
    endpoint: sink.url,
    logLevel: 'none',
    onError() {},
  });
  const { acked, pending } = await events.flush();
  assert.deepEqual([acked, pending, sink.records.length], [COUNT, 0, COUNT]);
  assertBalanced(events.stats());
  await events.close();
  const left = readdirSync(spool).filter((entry) => entry !== 'quarantine');
  assert.deepEqual(left, [], 'nothing comes again');
}

for (const [what, damage] of Object.entries(CURSORS)) {
  test(`cursors that ${what
    .replace(/^is /, 'are ')
    .replace(/^points/, 'point')
    .replace(/^has/, 'have')}: every record of the leftover is delivered`, (t) =>
    isAdopted(t, 'cursors', damage));
}

for (const [what, damage] of Object.entries(ANY)) {
  test(`a heartbeat that ${what}: every record of the leftover is delivered`, (t) =>
    isAdopted(t, 'heartbeat', damage));
  test(`a segment beside the others that ${what}: every other record of the leftover is delivered`, (t) =>
    isAdopted(t, '0000004294967000.seg', damage));
}
