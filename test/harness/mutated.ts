import type { Seeded } from './seeded.ts';

/** Bytes that stand for more than themselves in one format or another. */
const SPECIAL = [0x00, 0x01, 0x0a, 0x22, 0x5b, 0x5d, 0x7b, 0x7d, 0x7f, 0x80, 0xfe, 0xff];

/** The most changes to one input. */
const MAX_CHANGES = 4;

/**
 * The same bytes with something wrong in them: changed, left out, doubled, moved, cut off or added. Every other time it is one
 * change alone, which may leave them valid.
 */
export function mutated(bytes: Buffer, random: Seeded): Buffer {
  let changed = Buffer.from(bytes);
  const changes = random.chance(0.5) ? 1 : 1 + random.below(MAX_CHANGES);
  for (let times = changes; times > 0; times--) changed = changedOnce(changed, random);
  return changed;
}

function changedOnce(bytes: Buffer, random: Seeded): Buffer<ArrayBuffer> {
  const at = random.below(bytes.length + 1);
  const other = random.below(bytes.length + 1);
  const [from, to] = [Math.min(at, other), Math.max(at, other)];
  const byte = random.chance(0.5) ? random.below(256) : (SPECIAL[random.below(SPECIAL.length)] as number);
  const kind = random.below(7);
  if (kind === 0) return Buffer.concat([bytes.subarray(0, at), Buffer.of(byte), bytes.subarray(at + 1)]);
  if (kind === 1) return Buffer.concat([bytes.subarray(0, at), Buffer.of(byte), bytes.subarray(at)]);
  if (kind === 2) return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
  if (kind === 3) return Buffer.from(bytes.subarray(0, at));
  if (kind === 4) return Buffer.concat([bytes.subarray(0, to), bytes.subarray(from)]);
  if (kind === 5) return Buffer.concat([bytes.subarray(to), bytes.subarray(0, from)]);
  const flipped = Buffer.from(bytes);
  if (at < bytes.length) flipped[at] = (flipped[at] as number) ^ (1 << random.below(8));
  return flipped;
}
