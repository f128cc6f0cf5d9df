// An app that logs what the fuzzer tells it to, in several manners, and looks at what became of it.
import { isDeepStrictEqual } from 'node:util';
import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs';
import { EventLogger, type EventLoggerOptions } from '../../../src/index.ts';
import type { LogOptions } from '../../../src/logger/options.ts';
import type { Processor } from '../../../src/processors/index.ts';
import { CARD, EMAIL } from '../../../src/schema/index.ts';
import { memoryExporter } from '../../../src/testing.ts';
import { assertBalanced } from '../../harness/ledger.ts';
import { OtlpSink } from '../../harness/otlp-sink.ts';
import { build, CARD_NUMBER, MAIL, SECRET } from './build.ts';
import type { Manner, Place, ValueInput } from './recipe.ts';

/** What is asked of the app. */
export interface Ask extends ValueInput {
  readonly manner: Manner;
  readonly n: number;
}

/** CPU time of one call; what has no end, or code of the app behind each value, is read until an event is full. */
const CALL_MS = 3_000;
const ENDLESS_CALL_MS = 6_000;

interface Arrived {
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** A logger, and what has come out of it since the last look. */
interface Way {
  readonly events: EventLogger;
  readonly takeArrived: () => readonly Arrived[];
}

const REDACT = [{ paths: ['**.password'] }, { patterns: [EMAIL, CARD] }];
const TOUCH: Processor = (event) => ({ ...event, tags: [...event.tags, 'seen'] });

const sink = await OtlpSink.open();
const ways = new Map<Manner, Way>();

function wayOf(manner: Manner): Way {
  const way = ways.get(manner) ?? open(manner);
  ways.set(manner, way);
  return way;
}

function open(manner: Manner): Way {
  const common: EventLoggerOptions = {
    app: { name: 'fuzz' },
    logLevel: 'none',
    flushIntervalMs: 0,
    ...(/redact|both/.test(manner) ? { redact: REDACT } : {}),
    ...(/processor|both/.test(manner) ? { processors: [TOUCH] } : {}),
  };
  if (manner.startsWith('sdk')) {
    const events = new EventLogger({ ...common, delivery: 'sdk', endpoint: sink.url });
    return { events, takeArrived: () => sink.taken.splice(0).flatMap(({ records }) => records) };
  }
  if (manner.startsWith('app')) {
    const exporter = new InMemoryLogRecordExporter();
    const loggerProvider = new LoggerProvider({ processors: [new SimpleLogRecordProcessor({ exporter })] });
    const events = new EventLogger({ ...common, delivery: 'app', loggerProvider });
    return { events, takeArrived: () => exporter.getFinishedLogRecords().splice(0) };
  }
  const memory = memoryExporter();
  const events = new EventLogger({ ...common, delivery: 'none', exporters: [memory] });
  return {
    events,
    takeArrived: () => {
      const records = [...memory.records];
      memory.clear();
      return records;
    },
  };
}

/** Logs a value between two good events. @returns what is wrong; nothing if all is well */
async function log({ manner, place, recipe, n }: Ask): Promise<string[]> {
  const wrong: string[] = [];
  const { events, takeArrived } = wayOf(manner);
  const emittedBefore = events.stats().total.emitted;
  const limitMs = /without end|never the same|many paths/.test(JSON.stringify(recipe))
    ? ENDLESS_CALL_MS
    : CALL_MS;
  const timed = (name: string, call: () => string): string => {
    const before = process.threadCpuUsage();
    let id = '';
    try {
      id = call();
    } catch (error) {
      wrong.push(`${name} threw ${whatIs(error)}`);
    }
    const { user, system } = process.threadCpuUsage(before);
    const ms = (user + system) / 1000;
    if (ms > limitMs) wrong.push(`${name} took ${Math.round(ms)} ms of CPU time`);
    return id;
  };
  const value = build(recipe);
  const control = { n, text: `control ${n}` };
  const ids = [
    timed('the event before', () => events.log('control', control)),
    timed('the event', () => CALLS[place](events, value, n)),
    timed('the event after', () => events.log('control', control)),
  ];
  const totals = await events.flush({ timeoutMs: 20_000 });
  if (totals.pending > 0) wrong.push(`${totals.pending} events do not arrive`);
  const stats = events.stats();
  try {
    assertBalanced(stats);
  } catch (error) {
    wrong.push(`the ledger: ${(error as Error).message}`);
  }
  const emitted = stats.total.emitted - emittedBefore;
  if (emitted !== 3) wrong.push(`${emitted} events were emitted, of 3`);
  const arrived = takeArrived();
  for (const [index, id] of ids.entries()) {
    const copies = arrived.filter(({ attributes }) => attributes['log.record.uid'] === id);
    if (copies.length !== 1) wrong.push(`event ${index} of 3 arrived ${copies.length} times`);
    const { attributes = {} } = copies[0] ?? {};
    if (index !== 1 && !isDeepStrictEqual([attributes.n, attributes.text], [control.n, control.text])) {
      wrong.push(`event ${index} of 3 has changed`);
    }
    if (index === 1) wrong.push(...checkContent(attributes, manner, place, n));
  }
  return wrong;
}

/** Parts of an event that patterns and paths are for; an id is no text. */
const REDACTED_PLACES: readonly Place[] = [
  'data',
  'in data',
  'session',
  'in session',
  'in context',
  'message',
  'added to a scope',
  'data of a scope',
  'thrown in a scope',
];

function checkContent(attributes: Arrived['attributes'], manner: Manner, place: Place, n: number): string[] {
  const wrong: string[] = [];
  if (place === 'in data' && attributes.first !== `first ${n}`)
    wrong.push('the neighbour before it has changed');
  const isCut = Number(attributes['event.truncated'] ?? 0) > 0;
  if (place === 'in data' && !isCut && attributes.last !== `last ${n}`)
    wrong.push('the neighbour after it has changed');
  if (!/redact|both/.test(manner) || !REDACTED_PLACES.includes(place)) return wrong;
  const text = textOf(attributes);
  for (const [what, part] of Object.entries({ SECRET, MAIL, CARD_NUMBER })) {
    // The stack of an error that was made here names no values; its message does.
    if (text.includes(part)) wrong.push(`${what} has arrived`);
  }
  return wrong;
}

function textOf(value: unknown): string {
  return JSON.stringify(value, (_, item) =>
    typeof item === 'bigint' ? String(item) : item instanceof Uint8Array ? '' : item,
  );
}

const CALLS: Readonly<Record<Place, (events: EventLogger, value: unknown, n: number) => string>> = {
  data: (events, value) => events.log('e', value as object),
  'in data': (events, value, n) => events.log('e', { first: `first ${n}`, value, last: `last ${n}` }),
  session: (events, value) => withOptions(events, { session: value }),
  'in session': (events, value) => withOptions(events, { session: { value } }),
  'in context': (events, value) => events.context({ value }, () => events.log('e')),
  message: (events, value) => withOptions(events, { message: value }),
  tags: (events, value) => withOptions(events, { tags: [value, 'b'] }),
  category: (events, value) => withOptions(events, { category: value }),
  userId: (events, value) => withOptions(events, { userId: value }),
  name: (events, value) => events.log(value as string, { a: 1 }),
  options: (events, value) => events.log('e', {}, value as LogOptions),
  timestamp: (events, value) => withOptions(events, { timestamp: value }),
  severity: (events, value) => withOptions(events, { severity: value }),
  traceparent: (events, value) => withOptions(events, { traceparent: value }),
  // Names of none that there is: to all of them.
  exporters: (events, value) => withOptions(events, { exporters: isList(value) ? undefined : value }),
  'added to a scope': (events, value) => {
    const scope = events.track('e');
    scope.add({ value });
    scope.end();
    return scope.id;
  },
  'data of a scope': (events, value) => {
    // A function would be the body of the scope.
    const scope = events.track('e', typeof value === 'function' ? { value } : (value as object));
    scope.end();
    return scope.id;
  },
  'thrown in a scope': (events, value) => {
    let id = '';
    try {
      events.track('e', (scope) => {
        id = scope.id;
        throw value;
      });
    } catch (error) {
      if (!Object.is(error, value)) throw error;
    }
    return id;
  },
};

function isList(value: unknown): boolean {
  try {
    return Array.isArray(value);
  } catch {
    return false;
  }
}

function withOptions(events: EventLogger, options: object): string {
  return events.log('e', {}, options as LogOptions);
}

function whatIs(error: unknown): string {
  try {
    return String((error as Error).stack);
  } catch {
    return 'something that cannot be read';
  }
}

process.on('message', async (ask: Ask | 'end') => {
  if (ask !== 'end') return void process.send?.({ wrong: await log(ask) });
  for (const { events } of ways.values()) await events.close();
  await sink.goAway();
  process.removeAllListeners('disconnect');
  process.disconnect();
});
// Never longer than the fuzzer, whatever becomes of that.
process.once('disconnect', () => process.exit());
process.send?.({});
