/** A line of a file. */
export interface Line {
  /** Without its line break; undefined of one that is longer than lines may be. */
  readonly bytes: Buffer | undefined;
  /** Where it begins, and where the next one does. */
  readonly start: number;
  readonly end: number;
}

const LINE_BREAK = 0x0a;

/** The whole lines of what comes in pieces; half a line at its end is none yet. @param from - where the pieces begin */
export async function* readLines(
  pieces: AsyncIterable<Buffer>,
  from: number,
  maxBytes: number,
): AsyncGenerator<Line> {
  let start = from;
  let begun: Buffer[] = [];
  let begunBytes = 0;
  for await (const piece of pieces) {
    let rest = piece;
    for (let end = rest.indexOf(LINE_BREAK); end >= 0; end = rest.indexOf(LINE_BREAK)) {
      const length = begunBytes + end;
      const bytes = length > maxBytes ? undefined : joined(begun, rest.subarray(0, end));
      yield { bytes, start, end: start + length + 1 };
      start += length + 1;
      begun = [];
      begunBytes = 0;
      rest = rest.subarray(end + 1);
    }
    // Of a line that is too long only its length is kept.
    begunBytes += rest.length;
    if (begunBytes > maxBytes) begun = [];
    else if (rest.length > 0) begun.push(rest);
  }
}

function joined(begun: readonly Buffer[], last: Buffer): Buffer {
  return begun.length === 0 ? last : Buffer.concat([...begun, last]);
}
