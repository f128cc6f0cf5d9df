import { defineGroup } from '../command-group.ts';

export const command = defineGroup({
  name: 'otel-events quarantine',
  commands: {
    ls: ['list the events that their schema refused', () => import('./ls.ts')],
    show: ['print one of them, and what is wrong with it', () => import('./show.ts')],
    replay: [
      'mend them, and send those that are valid now; what is taken is removed',
      () => import('./replay.ts'),
    ],
    drop: ['remove them', () => import('./drop.ts')],
  },
  notes: ['Example: otel-events quarantine ls /var/spool/shop-quarantine'],
});
