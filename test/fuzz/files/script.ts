import { constants } from 'node:os';
import fc from 'fast-check';

/** What an app does, and what the file system does to it. */
export type Step =
  | { readonly do: 'log'; readonly count: number; readonly size: number }
  /** From here on a call fails where the path has this in it, beside those that fail already. */
  | {
      readonly do: 'fail';
      readonly call: string;
      /** Only the n-th of these calls; undefined: each. */
      readonly nth?: number | undefined;
      readonly code: string;
      readonly part: string;
    }
  | { readonly do: 'mend' }
  | { readonly do: 'turn' }
  | { readonly do: 'pause'; readonly ms: number }
  | { readonly do: 'durable' }
  | { readonly do: 'flush' }
  /** The destination goes away or comes back. */
  | { readonly do: 'away'; readonly is: boolean }
  /** The logger is closed, and another one takes over. */
  | { readonly do: 'reopen' };

/** The step after which something fails. */
export type Failure = Step & { readonly do: 'fail' };

/** One life on a directory. */
export interface Script {
  readonly level: 'os' | 'disk';
  readonly rotates: boolean;
  readonly fsync: 'none' | 'batch';
  readonly steps: readonly Step[];
}

/** Answers that say nothing about what is on the disk: nothing that was promised may be missing after them. */
export const HARMLESS: readonly string[] = [
  'EACCES',
  'EPERM',
  'EROFS',
  'EMFILE',
  'ENFILE',
  'ENOSPC',
  'EDQUOT',
];

export const errnoOf = (code: string): number => constants.errno[code as keyof typeof constants.errno];

/** What a kernel, a disk or a server of files may answer to each call; the calls are those of fail-io.c. */
const ANSWERS: Readonly<Record<string, readonly string[]>> = {
  open: [...HARMLESS, 'ENOENT', 'EIO', 'ESTALE'],
  write: ['ENOSPC', 'ENOSPC', 'EDQUOT', 'EIO', 'ESTALE'],
  torn: ['ENOSPC', 'ENOSPC', 'EDQUOT', 'EIO'],
  read: ['EIO', 'ESTALE'],
  sync: ['EIO', 'ENOSPC', 'EDQUOT'],
  close: ['EIO', 'ENOSPC', 'EDQUOT'],
  stat: ['EACCES', 'ENOENT', 'EIO', 'ESTALE'],
  access: ['EACCES', 'EIO', 'ESTALE'],
  mkdir: ['EACCES', 'EROFS', 'ENOSPC', 'EDQUOT', 'EIO', 'ESTALE'],
  list: ['EACCES', 'EMFILE', 'ENFILE', 'ENOENT', 'EIO', 'ESTALE'],
  rename: ['EACCES', 'EROFS', 'ENOSPC', 'EIO', 'ESTALE'],
  remove: ['EACCES', 'EPERM', 'EROFS', 'EIO', 'ESTALE'],
  touch: ['EACCES', 'EROFS', 'EIO', 'ESTALE'],
  cut: ['EACCES', 'ENOSPC', 'EIO', 'ESTALE'],
  any: ['EACCES', 'EIO', 'ESTALE'],
};

const PARTS = ['.seg', '.seg', 'cursors', 'heartbeat', 'lines', 'spool', ''];

const only = (step: Step): fc.Arbitrary<Step> => fc.constant(step);

const logs: fc.Arbitrary<Step> = fc.record({
  do: fc.constant('log' as const),
  count: fc.integer({ min: 1, max: 30 }),
  // Now and then so large that segments fill up.
  size: fc.oneof(
    { weight: 3, arbitrary: fc.nat({ max: 2_000 }) },
    { weight: 1, arbitrary: fc.constant(1_000_000) },
  ),
});

const fails: fc.Arbitrary<Step> = fc.constantFrom(...Object.entries(ANSWERS)).chain(([call, codes]) =>
  fc.record({
    do: fc.constant('fail' as const),
    call: fc.constant(call),
    nth: fc.option(fc.integer({ min: 1, max: 8 }), { nil: undefined }),
    code: fc.constantFrom(...codes),
    part: fc.constantFrom(...PARTS),
  }),
);

/** By how often they come. */
const STEPS: readonly (readonly [number, fc.Arbitrary<Step>])[] = [
  [5, logs],
  [4, fails],
  [2, only({ do: 'mend' })],
  [3, only({ do: 'turn' })],
  [2, fc.integer({ min: 1, max: 150 }).map((ms) => ({ do: 'pause', ms }))],
  [3, only({ do: 'durable' })],
  [3, only({ do: 'flush' })],
  [2, fc.boolean().map((is) => ({ do: 'away', is }))],
  [1, only({ do: 'reopen' })],
];

const step = fc.oneof(...STEPS.map(([weight, arbitrary]) => ({ weight, arbitrary })));

export const script: fc.Arbitrary<Script> = fc.record({
  level: fc.constantFrom('os', 'disk'),
  rotates: fc.boolean(),
  fsync: fc.constantFrom('none', 'batch'),
  steps: fc.array(step, { minLength: 1, maxLength: 25, size: 'max' }),
});
