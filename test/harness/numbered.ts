import { crc32 } from 'node:zlib';

/** The data of an event that shows whether it has arrived, and arrived whole. */
export interface Numbered {
  /** Who logged it: a thread of a process. */
  readonly who: string;
  /** From 1, without gaps. */
  readonly n: number;
  /** Characters of the text. */
  readonly size: number;
  readonly text: string;
  readonly sum: number;
}

/** The data of event `n` of `who`: always the same, so that whoever gets it can compare. */
export function numbered(who: string, n: number, size: number = sizeOf(crc32(`${who}:${n}`))): Numbered {
  const text = `${crc32(`${who}:${n}`).toString(36)} `.repeat(size).slice(0, size);
  return { who, n, size, text, sum: crc32(text, n) };
}

/** What arrived, as it was logged. @throws if it is not the same, letter by letter */
export function checkedNumbered(data: object): Numbered {
  const { who, n, size, text, sum } = data as Numbered;
  const wanted = numbered(who, n, size);
  if (text !== wanted.text || sum !== wanted.sum) throw new Error(`event ${n} of ${who} is corrupt`);
  return wanted;
}

/** Mostly some hundred characters; a few are large. */
function sizeOf(seed: number): number {
  if (seed % 997 === 0) return 200_000;
  return seed % 31 === 0 ? 5000 : seed % 400;
}
