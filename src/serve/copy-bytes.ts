/** So few bytes are copied faster in a loop than by a call. */
const SHORT_BYTES = 32;

/** Copies bytes from one piece of memory to another. The caller has made sure that they lie within both. */
export function copyBytes(source: Buffer, from: number, output: Buffer, at: number, length: number): void {
  if (length > SHORT_BYTES) source.copy(output, at, from, from + length);
  else for (let index = 0; index < length; index++) output[at + index] = source[from + index] as number;
}

/**
 * Repeats what lies `offset` bytes before `at`; a copy that overlaps what it is made of repeats itself. The caller has
 * made sure that both lie within `output`.
 */
export function repeatBytes(output: Buffer, at: number, offset: number, length: number): void {
  const end = at + length;
  if (length <= SHORT_BYTES) for (let to = at; to < end; to++) output[to] = output[to - offset] as number;
  // What has been copied is the pattern of the next copy: each is twice as long.
  else
    for (let to = at, ready = offset; to < end; to += ready, ready = to - at + offset)
      output.copyWithin(to, at - offset, Math.min(at - offset + ready, at - offset + end - to));
}
