import fc from 'fast-check';
import { encodeProtobuf } from '../../../src/otlp/wire/encode-protobuf.ts';
import type { Message } from '../../../src/otlp/wire/message.ts';
import { arbitraryMessage } from '../../otlp/arbitrary-message.ts';
import { type Pieces, times } from '../pieces.ts';

/** Protobuf of a message: whole, broken at some places, or of a shape that no sender makes. */
export function protobufMessage(message: Message): fc.Arbitrary<Pieces> {
  const whole = arbitraryMessage(message).map((value) => Buffer.from(encodeProtobuf(message, value)));
  return fc.oneof(
    { weight: 2, arbitrary: whole.map((bytes) => [bytes.toString('latin1')]) },
    { weight: 4, arbitrary: fc.tuple(whole, fc.array(damage, { minLength: 1, maxLength: 4 })).map(damaged) },
    { weight: 1, arbitrary: nested },
    { weight: 1, arbitrary: repeated },
  );
}

interface Damage {
  /** How far into the bytes, of 65,536. */
  readonly at: number;
  /** How many bytes are replaced. */
  readonly taken: number;
  readonly by: Pieces;
}

const damage: fc.Arbitrary<Damage> = fc.record({
  at: fc.nat({ max: 65_535 }),
  taken: fc.oneof(fc.constant(0), fc.nat({ max: 4 }), fc.constant(1_000_000)),
  by: fc.oneof(
    fc.uint8Array({ maxLength: 4 }).map((bytes) => [Buffer.from(bytes).toString('latin1')]),
    // Varints without end, the largest lengths, groups, wire types that do not exist, tags of field 0.
    fc
      .tuple(
        fc.constantFrom(
          '\x80',
          '\xff',
          '\x00',
          '\x0b',
          '\x0c',
          '\x0e',
          '\x0a\x00',
          '\x12\x00',
          '\x0a\xff\xff\xff\xff\x0f',
          `${'\xff'.repeat(9)}\x01`,
          '\xc0\x80',
        ),
        times,
      )
      .map((piece) => [piece]),
  ),
});

function damaged([bytes, damages]: [Buffer, readonly Damage[]]): Pieces {
  let pieces: Pieces = [bytes.toString('latin1')];
  for (const { at, taken, by } of damages) {
    const text = pieces.findLast((piece) => typeof piece === 'string') ?? '';
    const from = Math.floor((text.length * at) / 65_536);
    pieces = [
      ...pieces.filter((piece) => piece !== text),
      text.slice(0, from),
      ...by,
      text.slice(from + taken),
    ];
  }
  return pieces;
}

/** ResourceLogs, ScopeLogs, LogRecord. */
const TO_RECORD = [1, 2, 2];
/** From an AnyValue to one in it: by a list, by a map. */
const INTO = { list: [1, 5], map: [2, 1, 6] } as const;

/** Values in values, all lengths right. */
const nested: fc.Arbitrary<Pieces> = fc
  .tuple(fc.constantFrom('list', 'map'), fc.nat({ max: 30_000 }))
  .map(([kind, depth]) => {
    let bytes: Buffer<ArrayBuffer> = Buffer.from('\x0a\x01x', 'latin1');
    const steps = INTO[kind as keyof typeof INTO];
    const deepest = Math.min(depth, 3000);
    for (let level = 0; level < deepest; level++) for (const field of steps) bytes = wrapped(field, bytes);
    for (const field of [5, ...TO_RECORD.toReversed()]) bytes = wrapped(field, bytes);
    return [bytes.toString('latin1')];
  });

/** Very many of the same, empty or tiny, in a message with the right lengths. */
const repeated: fc.Arbitrary<Pieces> = fc
  .tuple(
    fc.constantFrom(
      '\x0a\x00',
      '\x12\x00',
      '\x32\x00',
      '\x32\x02\x0a\x00',
      '\x1a\x01\x00',
      '\x18\x01',
      '\x3a\x00',
      '\x4a\x00',
    ),
    times,
    fc.nat({ max: 3 }),
  )
  .map(([item, count, depth]) => {
    let [before, size] = ['', item.length * count];
    for (const field of TO_RECORD.slice(0, depth).toReversed()) {
      const head = headOf(field, size);
      before = head + before;
      size += head.length;
    }
    return [before, [item, count]];
  });

function wrapped(field: number, bytes: Buffer): Buffer<ArrayBuffer> {
  return Buffer.concat([Buffer.from(headOf(field, bytes.length), 'latin1'), bytes]);
}

function headOf(field: number, size: number): string {
  const bytes = [field * 8 + 2];
  let rest = size;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return String.fromCharCode(...bytes, rest);
}
