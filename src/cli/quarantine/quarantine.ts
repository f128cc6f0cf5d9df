import { type CommandGroup, dispatch } from '../dispatch.ts';

const QUARANTINE: CommandGroup = {
  name: 'otel-events quarantine',
  commands: {
    ls: {
      summary: 'list the events that their schema refused',
      load: async () => (await import('./ls.ts')).ls,
    },
    show: {
      summary: 'print one of them, and what is wrong with it',
      load: async () => (await import('./show.ts')).show,
    },
    replay: {
      summary: 'mend them, and send those that are valid now; what is taken is removed',
      load: async () => (await import('./replay.ts')).replay,
    },
    drop: {
      summary: 'remove them',
      load: async () => (await import('./drop.ts')).drop,
    },
  },
  notes: ['Example: otel-events quarantine ls /var/spool/shop-quarantine'],
};

/** Runs `otel-events quarantine`. @returns the exit status */
export function quarantine(args: readonly string[]): Promise<number> {
  return dispatch(QUARANTINE, args);
}
