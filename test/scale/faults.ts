import { closeSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { rowsTaken } from '../services/rows-taken.ts';
import type { Host } from './host.ts';
import type { Part } from './part.ts';
import { metric } from './settle.ts';
import { LOGS_TOPIC, type Road } from './start-road.ts';

/** What is done to a road while events come in. */
export interface Fault {
  readonly name: string;
  /** @returns what is worth telling beside the figures */
  readonly happen: (road: Road) => Promise<string | undefined>;
}

/** How long what was killed stays away. */
const AWAY_MS = 2000;

/** Kills with -9 and starts again, one or several at once. */
export function kill(name: string, which: (road: Road) => readonly Part[], awayMs = AWAY_MS): Fault {
  return {
    name,
    happen: async (road) => {
      const parts = which(road);
      await Promise.all(parts.map((part) => part.kill()));
      await sleep(awayMs);
      await Promise.all(parts.map((part) => part.restart()));
      return undefined;
    },
  };
}

/** Kills VictoriaLogs as soon as it has answered for some events more: its 200 means that they are in its memory. */
export function killStore(): Fault {
  return {
    name: 'kill -9 of VictoriaLogs',
    happen: async ({ store }) => {
      const before = await rowsTaken(store.server);
      const deadlineMs = Date.now() + 30_000;
      while ((await rowsTaken(store.server)) === before && Date.now() < deadlineMs) await sleep(20);
      await store.kill();
      await sleep(AWAY_MS);
      await store.restart();
      return undefined;
    },
  };
}

/** Nothing passes between the agent of a host and all brokers. */
export function cutOff(host: Host, forMs: number): Fault {
  return {
    name: `the wire of agent 1 is cut for ${forMs / 1000} s`,
    happen: async () => {
      host.cut();
      await sleep(forMs);
      host.mend();
      return undefined;
    },
  };
}

/** The disk of agent 1, which is `dir`, has no byte left. */
export function fullDisk(dir: string, forMs: number): Fault {
  return {
    name: `the disk of agent 1 is full for ${forMs / 1000} s`,
    happen: async ({ agents: [agent] }) => {
      const ballast = path.join(dir, 'ballast');
      fill(ballast);
      await sleep(forMs);
      const lived = agent !== undefined && (await isUp(agent.server.healthEndpoint));
      rmSync(ballast);
      if (!lived) {
        await agent?.kill();
        await agent?.restart();
      }
      return lived ? 'the agent lived on' : 'the agent died of it, and was started again';
    },
  };
}

/** Messages that are no requests. */
export function poison(dir: string, messages: number): Fault {
  return {
    name: `${messages} messages that are no requests`,
    happen: async ({ kafka, gateways }) => {
      const file = path.join(dir, 'poison.txt');
      writeFileSync(file, 'not a request\n');
      await kafka.produce(
        LOGS_TOPIC,
        '--payload-file',
        file,
        '--num-records',
        `${messages}`,
        '--throughput',
        '-1',
      );
      const counted = async (): Promise<number> => {
        const of = gateways.map(({ server }) =>
          metric(server, 'otelcol_kafka_receiver_unmarshal_failed_log_records'),
        );
        return (await Promise.all(of)).flat().reduce((a, b) => a + b, 0);
      };
      // By each group that reads logs.
      const expected = 2 * messages;
      for (const deadlineMs = Date.now() + 60_000; (await counted()) < expected; await sleep(500)) {
        if (Date.now() > deadlineMs) throw new Error(`${await counted()} of ${expected} were counted`);
      }
      return `passed by and counted: ${await counted()}`;
    },
  };
}

function isUp(url: string): Promise<boolean> {
  return fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );
}

function fill(file: string): void {
  const disk = openSync(file, 'w');
  try {
    // Down to the last byte.
    for (let size = 1024 * 1024; size >= 1; ) {
      try {
        writeSync(disk, Buffer.alloc(size));
      } catch {
        size = Math.floor(size / 2);
      }
    }
  } finally {
    closeSync(disk);
  }
}
