import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { Window } from './sink.ts';
import type { Command } from './sink-program.ts';
import type { Arrived } from './tally.ts';

/** A sink in a process of its own, so that its CPU is nobody else's. */
export interface SinkProcess {
  readonly url: string;
  readonly up: () => Promise<void>;
  readonly down: () => Promise<void>;
  readonly arrived: () => Promise<Arrived>;
  /** From here on the window counts anew. */
  readonly startWindow: () => Promise<void>;
  readonly window: () => Promise<Window>;
  readonly stop: () => Promise<void>;
}

/** @param port - default: any free one */
export async function startSink(port = 0): Promise<SinkProcess> {
  const child = fork(path.join(import.meta.dirname, 'sink-program.ts'));
  const ask = async <T>(command: Command): Promise<T> => {
    child.send(command);
    const [message] = await Promise.race([once(child, 'message'), once(child, 'exit').then(died)]);
    return (message as { answer: T }).answer;
  };
  const bound = await ask<number>({ do: 'up', port });
  return {
    url: `http://127.0.0.1:${bound}`,
    up: () => ask({ do: 'up', port: bound }),
    down: () => ask({ do: 'down' }),
    arrived: () => ask({ do: 'arrived' }),
    startWindow: () => ask({ do: 'start window' }),
    window: () => ask({ do: 'window' }),
    stop: async () => {
      child.disconnect();
      await once(child, 'exit');
    },
  };
}

function died(): never {
  throw new Error('the sink died; what it said of it is above');
}
