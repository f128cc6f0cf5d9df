// An app of a process of its own: logs numbered events as it is told, and says when it has.
import { setTimeout as sleep } from 'node:timers/promises';
import { NAME, numberedData } from '../../bench/event.ts';
import { EventLogger, type Ledger } from '../../src/index.ts';

/** What it is told: to log so many events of a phase, evenly over a time; or to end when all are acknowledged. */
export type RoadOrder =
  | { readonly log: number; readonly phase: string; readonly overMs: number }
  | { readonly end: true; readonly timeoutMs: number };

/** What it answers, of all that it has done so far. */
export type RoadAnswer = { readonly logged: number } | { readonly stats: Ledger };

const STEP_MS = 20;
/** Of one scope, which is one span and an event of its own. */
const SCOPE_EVENTS = 500;

const { ENDPOINT: endpoint = '', SPOOL: spool = '', APP: app = '0' } = process.env;
const events = new EventLogger({
  endpoint,
  spool,
  app: { name: 'road', version: '1.0.0' },
  logLevel: 'none',
  onError: () => {},
});
let logged = 0;
let orders = Promise.resolve();

process.on('message', (order: RoadOrder) => {
  orders = orders.then(() => follow(order));
});

async function follow(order: RoadOrder): Promise<void> {
  if ('log' in order) {
    await logEvenly(order);
    answer({ logged });
    return;
  }
  await events.close({ timeoutMs: order.timeoutMs });
  answer({ stats: events.stats() });
  process.disconnect();
}

async function logEvenly({ log: count, phase, overMs }: Extract<RoadOrder, { log: number }>): Promise<void> {
  const startMs = performance.now();
  const [from, until] = [logged, logged + count];
  while (logged < until) {
    const part = overMs === 0 ? 1 : Math.min(1, (performance.now() - startMs) / overMs);
    const due = from + Math.floor(count * part);
    while (logged < due) logScope(phase, Math.min(due, logged + SCOPE_EVENTS));
    if (logged < until) await sleep(STEP_MS);
  }
}

function logScope(phase: string, until: number): void {
  events.track('burst', { app, phase }, () => {
    while (logged < until) events.log(NAME, { ...numberedData(logged++), app, phase });
  });
}

function answer(what: RoadAnswer): void {
  process.send?.(what);
}
