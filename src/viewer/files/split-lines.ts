/** A line of a file. */
export interface FileLine {
  /** Undefined: it cannot be read. It is too long, or the packed file breaks off behind the line before. */
  readonly bytes: Buffer | undefined;
  /** Where the next line begins, in bytes of the file; of a packed file in those that it holds. */
  readonly end: number;
  /** Whether a line break is behind it. */
  readonly isEnded: boolean;
  /** Whether the packed file breaks off here, in this line or before it: there is nothing behind it that could be read. */
  readonly isBrokenOff?: boolean;
}

/** A longer line is passed over: a request of OTLP has at most 20 MiB in the collector's default. */
const MAX_LINE_BYTES = 256 * 1024 * 1024;

const LINE_BREAK = 0x0a;

/** The lines of bytes that come in pieces; `end` is counted from the first of them. */
export async function* splitLines(
  chunks: AsyncIterable<Buffer>,
  maxBytes = MAX_LINE_BYTES,
): AsyncGenerator<FileLine> {
  let parts: Buffer[] = [];
  let length = 0;
  let end = 0;
  const take = (isEnded: boolean): FileLine => {
    const bytes = length > maxBytes ? undefined : parts.length === 1 ? parts[0] : Buffer.concat(parts);
    parts = [];
    length = 0;
    return { bytes, end, isEnded };
  };
  const add = (part: Buffer): void => {
    length += part.length;
    end += part.length;
    if (length <= maxBytes) parts.push(part);
    else parts = [];
  };
  for await (const chunk of chunks) {
    let start = 0;
    for (let at = chunk.indexOf(LINE_BREAK); at !== -1; at = chunk.indexOf(LINE_BREAK, start)) {
      add(chunk.subarray(start, at));
      end++;
      start = at + 1;
      yield take(true);
    }
    if (start < chunk.length) add(chunk.subarray(start));
  }
  if (length > 0) yield take(false);
}
