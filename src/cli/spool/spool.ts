import { type CommandGroup, dispatch } from '../dispatch.ts';

const DEAD_LETTER: CommandGroup = {
  name: 'otel-events spool dead-letter',
  commands: {
    ls: {
      summary: 'list what a destination refused, and why',
      load: async () => (await import('./dead-letter-ls.ts')).deadLetterLs,
    },
    replay: {
      summary: 'send it again; what is taken is removed',
      load: async () => (await import('./dead-letter-replay.ts')).deadLetterReplay,
    },
    drop: {
      summary: 'remove it',
      load: async () => (await import('./dead-letter-drop.ts')).deadLetterDrop,
    },
  },
  notes: ['Example: otel-events spool dead-letter ls /var/spool/shop'],
};

const SPOOL: CommandGroup = {
  name: 'otel-events spool',
  commands: {
    ls: {
      summary: 'what is in a spool directory: owners, sizes, what is pending, damage',
      load: async () => (await import('./ls.ts')).ls,
    },
    cat: {
      summary: 'print the records, one JSON object a line',
      load: async () => (await import('./cat.ts')).cat,
    },
    verify: {
      summary: 'read and check every byte',
      load: async () => (await import('./verify.ts')).verify,
    },
    replay: {
      summary: 'send the records to an OTLP/HTTP server',
      load: async () => (await import('./replay.ts')).replay,
    },
    'dead-letter': {
      summary: 'records that a destination refused: ls, replay, drop',
      load: async () => (args) => dispatch(DEAD_LETTER, args),
    },
  },
  notes: [
    '`otel-events spool COMMAND --help` tells about one command.',
    '',
    'Example: otel-events spool ls /var/spool/shop',
  ],
};

/** Runs `otel-events spool`. @returns the exit status */
export function spool(args: readonly string[]): Promise<number> {
  return dispatch(SPOOL, args);
}
