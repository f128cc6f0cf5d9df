import fc from 'fast-check';

/** Bytes with a few of them changed, left out, put in twice, or cut off at the end. */
export function mutated(bytes: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> {
  const change = fc.record({
    kind: fc.constantFrom('set', 'drop', 'double', 'cut'),
    at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    byte: fc.integer({ min: 0, max: 255 }),
  });
  return fc.tuple(bytes, fc.array(change, { minLength: 1, maxLength: 3 })).map(([given, changes]) => {
    let result = Buffer.from(given);
    for (const { kind, at, byte } of changes) {
      const index = Math.floor(at * result.length);
      const [before, after] = [result.subarray(0, index), result.subarray(index)];
      if (kind === 'set') result = Buffer.concat([before, Buffer.from([byte]), after.subarray(1)]);
      else if (kind === 'drop') result = Buffer.concat([before, after.subarray(1)]);
      else if (kind === 'double') result = Buffer.concat([before, after.subarray(0, 1), after]);
      else result = before;
    }
    return result;
  });
}
