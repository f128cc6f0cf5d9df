import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { Ledger } from '../../src/index.ts';
import type { Host } from './host.ts';
import type { RoadAnswer, RoadOrder } from './road-app.ts';

export interface RoadAppOptions {
  readonly host: Host;
  readonly endpoint: string;
  /** The spool's directory. */
  readonly spool: string;
  /** Its number among the apps; stands on its events. */
  readonly number: number;
  /** Beside what it is told here. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface RoadApp extends Disposable {
  readonly pid: number;
  /** Logs so many events of a phase, evenly over a time, or at once. */
  log(phase: string, count: number, overMs?: number): Promise<void>;
  /** Ends when everything is acknowledged, or after a time; what its ledger says then. */
  end(timeoutMs: number): Promise<Ledger>;
}

/** Starts `road-app.ts` on a host. */
export function startRoadApp({ host, endpoint, spool, number, env }: RoadAppOptions): RoadApp {
  const program = path.join(import.meta.dirname, 'road-app.ts');
  const [command = '', ...args] = [...host.within, process.execPath, '--no-warnings', program];
  const app = spawn(command, args, {
    env: {
      PATH: process.env.PATH,
      ENDPOINT: endpoint,
      SPOOL: spool,
      APP: `${number}`,
      ...env,
    },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ended = once(app, 'close').then(() => {
    throw new Error(`app ${number} ended before it answered`);
  });
  ended.catch(() => {});
  const told = (order: RoadOrder): Promise<RoadAnswer> => Promise.race([tell(app, order), ended]);
  return {
    pid: app.pid ?? 0,
    log: async (phase, count, overMs = 0) => {
      await told({ log: count, phase, overMs });
    },
    end: async (timeoutMs) => {
      const answer = await told({ end: true, timeoutMs });
      if (!('stats' in answer)) throw new Error(`app ${number} told something else`);
      return answer.stats;
    },
    [Symbol.dispose]: () => app.kill('SIGKILL'),
  };
}

async function tell(app: ChildProcess, order: RoadOrder): Promise<RoadAnswer> {
  app.send(order);
  const [answer] = (await once(app, 'message')) as [RoadAnswer];
  return answer;
}
