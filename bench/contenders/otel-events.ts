import path from 'node:path';
import { EventLogger } from '../../src/index.ts';
import { NAME, numberedData } from '../event.ts';
import type { Contender } from './contender.ts';

/** What may differ between the levels; everything else is the default. */
export interface OtelEventsOptions {
  readonly durability: 'memory' | 'os' | 'disk';
  readonly maxBytes?: number;
}

/** As long as a run may take; a flush that takes longer shows as events lost. */
const FLUSH_TIMEOUT_MS = 300_000;

/** A contender that can also say when events are as safe as their level promises. */
export interface OtelEventsContender extends Contender {
  readonly durable: () => Promise<void>;
}

/** This library: with a spool directory, except at level `memory`. */
export function start(sinkUrl: string, directory: string, options: OtelEventsOptions): OtelEventsContender {
  const events = new EventLogger({
    app: { name: 'bench' },
    endpoint: sinkUrl,
    ...(options.durability !== 'memory' && { spool: path.join(directory, 'spool') }),
    ...options,
  });
  return {
    log: (seq) => void events.log(NAME, numberedData(seq)),
    durable: () => events.durable(),
    flush: async () => void (await events.flush({ timeoutMs: FLUSH_TIMEOUT_MS })),
    close: async () => void (await events.close()),
  };
}
