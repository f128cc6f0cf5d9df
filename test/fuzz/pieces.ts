import fc from 'fast-check';

/** Bytes, as Latin-1 text or as a text and how often it comes: what is long is shown in a line. */
export type Pieces = readonly (string | readonly [text: string, times: number])[];

export function bytesOf(pieces: Pieces): Buffer {
  return Buffer.concat(
    pieces.map((piece) => {
      if (typeof piece === 'string') return Buffer.from(piece, 'latin1');
      const [text, times] = piece;
      return Buffer.alloc(text.length * times, text, 'latin1');
    }),
  );
}

/** How often something comes: mostly seldom, now and then so often that only what is linear, and bounded, can stand it. */
export const times: fc.Arbitrary<number> = fc.oneof(
  { weight: 12, arbitrary: fc.nat({ max: 40 }) },
  { weight: 4, arbitrary: fc.nat({ max: 5_000 }) },
  { weight: 2, arbitrary: fc.integer({ min: 5_000, max: 60_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 60_000, max: 2_000_000 }) },
);

/** So often that whatever is not linear shows. */
export const many: fc.Arbitrary<number> = fc.oneof(
  fc.integer({ min: 20_000, max: 200_000 }),
  fc.integer({ min: 200_000, max: 2_000_000 }),
);

/** Names that are something on a plain object, and others that nobody expects. */
export const hostileName: fc.Arbitrary<string> = fc.constantFrom(
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'valueOf',
  'hasOwnProperty',
  '__defineGetter__',
  'then',
  'toJSON',
  'length',
  'null',
  '0',
);
