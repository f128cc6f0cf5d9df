// An app of its own process: logs numbered events into a spool and tells its parent how far it is.
import { setTimeout as sleep } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { EventLogger, type Ledger, type Totals } from '../../src/index.ts';

/** What the app tells while it runs. */
export interface Progress {
  readonly logged: number;
  readonly acked: number;
}

/** What it tells at its end. */
export interface AppEnd {
  readonly totals: Totals;
  readonly stats: Ledger;
  /** Codes of what was reported to `onError`. */
  readonly errors: readonly string[];
}

/** Numbered events in one scope, which is one turn. */
const PHASE_EVENTS = 1000;
/** Pause between two scopes: at most 50,000 events a second. */
const PHASE_MS = 20;
const TELL_MS = 10;
const CLOSE_MS = 300_000;
/** Of the basic plane only, so that it can be cut anywhere. */
const TEXT = 'Grüße, "quoted" €, {"resourceLogs":[\n'.repeat(4);

const { ENDPOINT: endpoint = '', SPOOL: spool = '', EVENTS = '0' } = process.env;
const count = Number(EVENTS);
const errors: string[] = [];
const events = new EventLogger({
  endpoint,
  spool,
  app: { name: 'numbers' },
  logLevel: 'none',
  onError: ({ code }) => errors.push(code),
});
let logged = 0;

const telling = setInterval(() => {
  process.send?.({ logged, acked: events.stats().total.acked } satisfies Progress);
}, TELL_MS);
while (logged < count) {
  const until = Math.min(count, logged + PHASE_EVENTS);
  events.track('phase', { from: logged, until }, () => {
    while (logged < until) logNumber(logged++);
  });
  await sleep(PHASE_MS);
}
const totals = await events.close({ timeoutMs: CLOSE_MS });
clearInterval(telling);
process.send?.({ totals, stats: events.stats(), errors } satisfies AppEnd);
process.disconnect?.();

/** Events of many sizes, each with a sum by which a damaged one can be told. */
function logNumber(n: number): void {
  const text = TEXT.slice(0, (n * 7) % TEXT.length);
  events.log('number', { n, text, sum: crc32(`${n} ${text}`) });
}
