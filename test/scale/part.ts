import type { Server } from '../services/start-server.ts';

/** A process of the road, across its lives. */
export interface Part<T extends Pick<Server, 'pid'> = Pick<Server, 'pid'>> {
  readonly name: string;
  /** The one that runs now, or ran last. */
  readonly server: T;
  /** SIGKILL, as in a crash. */
  kill(): Promise<void>;
  /** Where it was, on the same ports. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** @param start - gets the one before, to come back on its ports */
export async function startPart<T extends Server>(
  name: string,
  start: (last?: T) => Promise<T>,
): Promise<Part<T>> {
  let server = await start();
  return {
    name,
    get server() {
      return server;
    },
    kill: () => server.kill(),
    restart: async () => {
      server = await start(server);
    },
    stop: () => server.stop(),
  };
}
