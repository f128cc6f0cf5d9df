import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BodyBudget } from '../../src/serve/body-budget.ts';
import { type InflateOptions, inflate } from '../../src/serve/inflate.ts';
import { SEED, seeded } from '../harness/seeded.ts';
import { packedSample, sample } from './packed-sample.ts';

const MIB = 1024 * 1024;

type Packing = InflateOptions['packing'];

function unpack(packed: Buffer, packing: Packing, maxBytes = MIB): Promise<Buffer> {
  return inflate(packed, { packing, maxBytes, lease: new BodyBudget(2 * MIB).lease() });
}

// By golang/snappy 1.0.0 and pierrec/lz4 4.1.27, which the OpenTelemetry Collector packs with, and by lz4 1.9.4.
const PACKED: readonly [string, Packing][] = [
  ['go.snappy', 'snappy'],
  ['go.sz', 'framed snappy'],
  ['go.sz', 'snappy'],
  ['go.lz4', 'lz4'],
  // Blocks that repeat what is in the block before, with a checksum each, and the length of all.
  ['linked.lz4', 'lz4'],
  ['best.lz4', 'lz4'],
];

for (const [file, packing] of PACKED) {
  test(`${file} is unpacked as ${packing}`, async () => {
    assert.deepEqual(await unpack(packedSample(file), packing), sample());
  });

  test(`${file} as ${packing} is refused when it would be larger than it may be`, async () => {
    const { length } = sample();
    assert.equal((await unpack(packedSample(file), packing, length)).length, length);
    await assert.rejects(unpack(packedSample(file), packing, length - 1), { status: 413 });
  });

  test(`${file} as ${packing}, cut short anywhere, is malformed`, async () => {
    const whole = packedSample(file);
    for (let length = 1; length < whole.length; length += 97) {
      // A stream of frames may end between two of them.
      const unpacked = await unpack(whole.subarray(0, length), packing).catch((error) => error.status);
      if (unpacked !== 400) assert.ok(packing.includes('snappy') && sample().includes(unpacked), `${length}`);
    }
  });

  test(`${file} as ${packing}, changed anywhere, is unpacked or malformed, within its bounds`, async (t) => {
    t.diagnostic(`FAULTS_SEED=${SEED}`);
    const random = seeded(
      SEED,
      PACKED.findIndex(([other, as]) => other === file && as === packing),
    );
    const whole = packedSample(file);
    for (let round = 0; round < 400; round++) {
      const changed = Buffer.from(whole);
      for (let times = 1 + (round % 3); times > 0; times--) {
        changed[random.below(changed.length)] = random.below(256);
      }
      const unpacked = await unpack(changed, packing).catch((error) => error.status);
      if (Buffer.isBuffer(unpacked)) assert.ok(unpacked.length <= MIB);
      else assert.ok(unpacked === 400 || unpacked === 413, `${unpacked}`);
    }
  });
}

const bytes = (...parts: (number[] | string)[]): Buffer =>
  Buffer.concat(parts.map((part) => Buffer.from(part as string)));

test('what packers do not write and the format has is unpacked', async () => {
  const frame = packedSample('go.lz4');
  const skippable = bytes([0x5f, 0x2a, 0x4d, 0x18, 3, 0, 0, 0], 'xyz');
  const cases: readonly [Buffer, Packing, string][] = [
    // An offset of four bytes, and a literal whose length stands behind its tag.
    [bytes([8, 60 << 2, 3], 'abcd', [(3 << 2) | 3, 4, 0, 0, 0]), 'snappy', 'abcdabcd'],
    [bytes([11, 0, 97, ((10 - 4) << 2) | 1, 1]), 'snappy', 'a'.repeat(11)],
    [bytes([0]), 'snappy', ''],
    [Buffer.alloc(0), 'framed snappy', ''],
    // Padding, and what is not for us.
    [
      bytes([0xff, 6, 0, 0], 'sNaPpY', [0xfe, 1, 0, 0, 0, 0x80, 2, 0, 0, 1, 2], [0xff, 6, 0, 0], 'sNaPpY'),
      'framed snappy',
      '',
    ],
    [Buffer.alloc(0), 'lz4', ''],
    [skippable, 'lz4', ''],
    [Buffer.concat([skippable, frame, frame]), 'lz4', `${sample()}${sample()}`],
  ];
  for (const [packed, packing, wanted] of cases) {
    assert.equal(`${await unpack(packed, packing)}`, wanted, packed.subarray(0, 20).toString('hex'));
  }
});

test('what is against the format is malformed', async () => {
  const start = bytes([0xff, 6, 0, 0], 'sNaPpY');
  const head = [0x04, 0x22, 0x4d, 0x18];
  const cases: readonly [Buffer, Packing][] = [
    [Buffer.alloc(0), 'snappy'],
    [bytes([0x80, 0x80, 0x80, 0x80, 0x80, 1]), 'snappy'],
    // It claims 1 GiB, in five bytes.
    [bytes([0x80, 0x80, 0x80, 0x80, 4]), 'snappy'],
    [bytes([2, 0, 97]), 'snappy'],
    [bytes([1, 0, 97, 0, 97]), 'snappy'],
    [bytes([5, 0, 97, 1, 2]), 'snappy'],
    [bytes([5, 0, 97, 1, 0]), 'snappy'],
    [bytes('{}'), 'framed snappy'],
    [Buffer.concat([start, bytes([0x02, 0, 0, 0])]), 'framed snappy'],
    [Buffer.concat([start, bytes([0x01, 5, 0, 0, 0, 0, 0, 0, 97])]), 'framed snappy'],
    [Buffer.concat([start, bytes([0xff, 6, 0, 0], 'sNaPpy')]), 'framed snappy'],
    [bytes('{}'), 'lz4'],
    [bytes(head, [0x61, 0x40, 0, 0, 0, 0, 0]), 'lz4'],
    [bytes(head, [0x24, 0x40, 0, 0, 0, 0, 0]), 'lz4'],
  ];
  for (const [packed, packing] of cases) {
    await assert.rejects(unpack(packed, packing), { status: 400, message: `the body is not ${packing}` });
  }
});

test('memory for what is unpacked is part of the budget, and no more than comes', async () => {
  const lease = new BodyBudget(sample().length - 1).lease();
  for (const [file, packing] of PACKED) {
    const options = { packing, maxBytes: MIB, lease };
    await assert.rejects(inflate(packedSample(file), options), { status: 503 });
  }
});
