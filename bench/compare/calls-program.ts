import path from 'node:path';
import { LoggerProvider } from '@opentelemetry/sdk-logs';
import type * as Library from '../../src/index.ts';
import type * as Processors from '../../src/processors/index.ts';
import type * as Schema from '../../src/schema/index.ts';
import { NAME, numberedData } from '../event.ts';
import { logInBursts } from '../process/log-in-bursts.ts';
import { finish, readJob } from '../process/program.ts';
import type { Workplace } from '../process/run-program.ts';
import { startStopwatch } from '../process/stopwatch.ts';
import type { CallName } from './calls.ts';

export interface CallsJob {
  /** The checkout whose library is measured. */
  readonly root: string;
  readonly name: CallName;
}

export interface CallsResult {
  /** CPU time a call, with what its event costs until an exporter that keeps nothing has it. */
  readonly cpuUs: number;
}

const WARM_UP = 20_000;
const COUNT = 30_000;

const { root, name } = readJob<CallsJob & Workplace>();
const load = (file: string): Promise<unknown> => import(path.join(root, 'src', file));
const { EventLogger } = (await load('index.ts')) as typeof Library;
const { allowNames } = (await load('processors/index.ts')) as typeof Processors;
const { defineEvent } = (await load('schema/index.ts')) as typeof Schema;

/** Our own pipeline, encoded once and handed to nobody. */
const OWN = { app: { name: 'bench' }, delivery: 'none', exporters: [async () => {}] } as const;
const calls: Record<CallName, () => [Library.EventLogger, (seq: number) => void]> = {
  'log()': () => own({}, (events) => (seq) => events.log(NAME, numberedData(seq))),
  'log() with options': () =>
    own({}, (events) => (seq) => {
      events.log(NAME, numberedData(seq), { category: 'shop', tags: ['web'], userId: 'u1' });
    }),
  'log(), contexts and processors': () =>
    own(
      { processors: [allowNames([NAME]), ({ severity }) => (severity < 5 ? null : undefined)] },
      (events) => {
        events.enterContext('request', { ip: '10.0.0.1', path: '/cart', request_id: 'r-1' });
        events.enterContext('user', { user_id: 'u1' });
        return (seq) => events.log(NAME, numberedData(seq));
      },
    ),
  'log(), redact': () =>
    own(
      { redact: [{ paths: ['customer.country'] }] },
      (events) => (seq) => events.log(NAME, numberedData(seq)),
    ),
  'log(), defined event': () => {
    const schema = { type: 'object', properties: { seq: { type: 'integer' } }, required: ['seq'] } as const;
    const Checkout = defineEvent(NAME, { version: 1, schema });
    return own({}, (events) => (seq) => events.log(Checkout, numberedData(seq)));
  },
  'log(), app’s provider': () => {
    const discard = { onEmit() {}, forceFlush: async () => {}, shutdown: async () => {} };
    const loggerProvider = new LoggerProvider({ processors: [discard] });
    const events = new EventLogger({ app: { name: 'bench' }, loggerProvider });
    return [events, (seq) => events.log(NAME, numberedData(seq))];
  },
  'scope.log()': () =>
    own({}, (events) => {
      const scope = events.track('bench.scope');
      return (seq) => scope.log(NAME, numberedData(seq));
    }),
  'track(), empty': () => own({}, (events) => () => events.track('bench.empty', () => {})),
};

function own(
  options: Library.EventLoggerOptions,
  callOf: (events: Library.EventLogger) => (seq: number) => void,
): [Library.EventLogger, (seq: number) => void] {
  const events = new EventLogger({ ...OWN, ...options });
  return [events, callOf(events)];
}

const [events, call] = calls[name]();
await logInBursts(call, 0, WARM_UP);
await events.flush();
const elapsed = startStopwatch();
await logInBursts(call, WARM_UP, WARM_UP + COUNT);
await events.flush();
const result: CallsResult = { cpuUs: elapsed().cpuUs / COUNT };
finish(result);
