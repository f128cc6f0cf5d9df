import fc from 'fast-check';
import type { Field, Message } from '../../src/otlp/wire/message.ts';
import { ProtobufReader } from '../../src/otlp/wire/protobuf-reader.ts';
import { type Seeded, seeded } from '../harness/seeded.ts';

/** A field that no message has. */
const UNKNOWN = Buffer.from([0xa2, 0x3e, 2, 0x61, 0x62]);

/**
 * The same message as a stranger writes it, in every message that is in it: fields in another order or twice, fields that nobody
 * knows, numbers and lengths in more bytes than they need.
 */
export function reshaped(message: Message, bytes: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> {
  return fc.tuple(bytes, fc.nat()).map(([given, seed]) => reshapedBy(seeded(seed), message, given));
}

function reshapedBy(random: Seeded, message: Message, given: Uint8Array): Buffer {
  const bytes = Buffer.from(given);
  const reader = new ProtobufReader(bytes);
  const fields: Buffer[] = [];
  while (reader.position < bytes.length) {
    const tag = reader.tag();
    const start = reader.position;
    reader.skipUnknown(tag);
    const field = message.byNumber[tag >>> 3];
    fields.push(rewritten(random, tag, bytes.subarray(start, reader.position), field));
  }
  for (const field of [...fields]) if (random.chance(0.1)) fields.push(field);
  if (random.chance(0.1)) fields.push(UNKNOWN);
  if (random.chance(0.4)) shuffle(random, fields);
  return Buffer.concat(fields);
}

function rewritten(random: Seeded, tag: number, value: Buffer, field: Field | undefined): Buffer {
  if ((tag & 7) !== 2) return Buffer.concat([varint(random, tag), value]);
  const reader = new ProtobufReader(value);
  const length = reader.length();
  const content = value.subarray(reader.position, reader.position + length);
  const isMessage = typeof field?.type === 'object';
  const inside = isMessage ? reshapedBy(random, field.type as Message, content) : content;
  return Buffer.concat([varint(random, tag), varint(random, inside.length), inside]);
}

/** Some with zeros behind it, which change nothing. */
function varint(random: Seeded, given: number): Buffer {
  const bytes: number[] = [];
  let rest = given;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  if (!random.chance(0.05)) return Buffer.from([...bytes, rest]);
  return Buffer.from([...bytes, rest | 0x80, ...Array<number>(random.below(3)).fill(0x80), 0]);
}

function shuffle(random: Seeded, list: Buffer[]): void {
  for (let at = list.length - 1; at > 0; at--) {
    const other = random.below(at + 1);
    [list[at], list[other]] = [list[other] as Buffer, list[at] as Buffer];
  }
}
