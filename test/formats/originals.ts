import { readFileSync } from 'node:fs';
import path from 'node:path';

/** One run of an original: what it was given and what it made of it. */
export interface Case<Input, Output> {
  readonly name: string;
  readonly input: Input;
  readonly output: Output;
}

/** What `npm run fixtures:originals` has recorded of an original. */
export function casesOf<Input, Output>(fixture: string): readonly Case<Input, Output>[] {
  const file = path.join(import.meta.dirname, '..', 'fixtures', 'originals', `${fixture}.json`);
  return JSON.parse(readFileSync(file, 'utf8')).cases;
}

/** An ISO time, with up to six digits of a second, as nanoseconds since the epoch. */
export function nanosOf(iso: string): bigint {
  const [, seconds = '', fraction = '', zone = ''] = /^(.{19})(?:\.(\d+))?(.*)$/.exec(iso) ?? [];
  return BigInt(Date.parse(`${seconds}${zone}`)) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));
}
