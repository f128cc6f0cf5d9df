import { defineGroup } from '../command-group.ts';

const DEAD_LETTER = defineGroup({
  name: 'otel-events spool dead-letter',
  commands: {
    ls: ['list what a destination refused, and why', () => import('./dead-letter-ls.ts')],
    replay: ['send it again; what is taken is removed', () => import('./dead-letter-replay.ts')],
    drop: ['remove it', () => import('./dead-letter-drop.ts')],
  },
  notes: ['Example: otel-events spool dead-letter ls /var/spool/shop'],
});

export const command = defineGroup({
  name: 'otel-events spool',
  commands: {
    ls: ['what is in a spool: owners, sizes, what is pending, damage', () => import('./ls.ts')],
    cat: ['print the records, one JSON object a line', () => import('./cat.ts')],
    verify: ['read and check every byte', () => import('./verify.ts')],
    replay: ['send the records to an OTLP/HTTP server', () => import('./replay.ts')],
    'dead-letter': [
      'records that a destination refused: ls, replay, drop',
      async () => ({ command: DEAD_LETTER }),
    ],
  },
  notes: [
    '`otel-events spool COMMAND --help` tells about one command.',
    '',
    'Example: otel-events spool ls /var/spool/shop',
  ],
});
