/**
 * `npm run bench:schema`: what schemas cost. Checking and redacting an event of ten properties, beside
 * jupyter_events on the same schema and events where `npm run fixtures:originals` has installed it, and loading
 * a thousand schemas.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { EventLogger } from '../src/index.ts';
import { SchemaRegistry } from '../src/schema/registry.ts';
import { median } from './report/median.ts';

const EVENTS = 100_000;
const PYTHON_EVENTS = 10_000;
const ROUNDS = 7;
const SCHEMAS = 1_000;

const EVENT = {
  order: 'o-1234567',
  customer: 'joe@example.com',
  amount: 129.5,
  currency: 'EUR',
  items: 3,
  express: true,
  placed: '2026-01-02T03:04:05Z',
  country: 'DE',
  coupon: 'SPRING',
  attempt: 1,
};

const TEXT = { type: 'string', maxLength: 100 };
const PROPERTIES: Readonly<Record<string, object>> = {
  order: { type: 'string', pattern: '^o-[0-9]+$' },
  customer: TEXT,
  amount: { type: 'number', minimum: 0 },
  currency: { enum: ['EUR', 'USD'] },
  items: { type: 'integer', minimum: 1 },
  express: { type: 'boolean' },
  placed: { type: 'string', format: 'date-time' },
  country: { type: 'string', minLength: 2, maxLength: 2 },
  coupon: TEXT,
  attempt: { type: 'integer' },
};

const schemaOf = (id: string, properties: object): object => ({
  $id: `https://example.com/${id}`,
  version: 1,
  type: 'object',
  required: ['order', 'amount'],
  properties,
});

/** The same, each property with a category; that of the customer is not allowed. */
const WITH_CATEGORIES = Object.fromEntries(
  Object.entries(PROPERTIES).map(([name, schema]) => [
    name,
    { ...schema, categories: [name === 'customer' ? 'identifier' : 'unrestricted'] },
  ]),
);

function usPerEvent(record: () => unknown): number {
  const started = performance.now();
  for (let index = 0; index < EVENTS; index++) record();
  return ((performance.now() - started) * 1000) / EVENTS;
}

/** Validating and redacting as `record` does it. */
function recorder(properties: object): () => unknown {
  const schema = new SchemaRegistry().register(schemaOf('order', properties));
  const redact = schema.redactor({});
  return () => {
    const checked = schema.validate(EVENT);
    if (checked.issues !== undefined) throw new Error(JSON.stringify(checked.issues));
    return redact(checked.value);
  };
}

function measureEvents(): void {
  const contenders: Record<string, () => unknown> = {
    'without categories': recorder(PROPERTIES),
    'with categories': recorder(WITH_CATEGORIES),
  };
  const times = new Map(Object.keys(contenders).map((name) => [name, [] as number[]]));
  for (const record of Object.values(contenders)) usPerEvent(record);
  // By turns: what slows the machine down slows both.
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, record] of Object.entries(contenders)) times.get(name)?.push(usPerEvent(record));
  }
  const [plain = 0, redacted = 0] = [...times.values()].map(median);
  console.log(`validate + redact, 10 properties, without categories: ${plain.toFixed(2)} µs`);
  console.log(`validate + redact, 10 properties, with categories:    ${redacted.toFixed(2)} µs`);
  console.log(`ratio: ${(redacted / plain).toFixed(2)} (target: at most 1.3)`);
}

/** A whole call, into a queue that is never emptied but by its bound. */
async function measureCalls(): Promise<void> {
  const events = new EventLogger({
    delivery: 'none',
    maxBytes: 8 * 1024 * 1024,
    logLevel: 'none',
    schemas: [schemaOf('plain', PROPERTIES), schemaOf('personal', WITH_CATEGORIES)],
    exporters: [{ name: 'idle', flushIntervalMs: 3_600_000, flushBatchSize: 1e9, send: async () => {} }],
  });
  const calls: Record<string, () => string> = {
    'log()': () => events.log('https://example.com/plain', EVENT),
    'record()': () => events.record('https://example.com/plain', 1, EVENT),
    'record() with categories': () => events.record('https://example.com/personal', 1, EVENT),
  };
  const times = new Map(Object.keys(calls).map((name) => [name, [] as number[]]));
  for (let round = -5; round < 50; round++) {
    for (const [name, call] of Object.entries(calls)) {
      const started = performance.now();
      for (let index = 0; index < 1000; index++) call();
      if (round >= 0) times.get(name)?.push(performance.now() - started);
      await setImmediate();
    }
  }
  const base = median(times.get('log()') ?? []);
  for (const [name, all] of times) {
    const us = median(all);
    console.log(`${name}: ${us.toFixed(2)} µs, ${(us / base).toFixed(2)}x (target: at most 1.6x)`);
  }
  await events.close({ timeoutMs: 0 });
}

function measureLoading(): void {
  const schemas = Array.from({ length: SCHEMAS }, (_, index) => schemaOf(`schema-${index}`, WITH_CATEGORIES));
  const registry = new SchemaRegistry();
  const started = performance.now();
  const registered = schemas.map((schema) => registry.register(schema));
  const loaded = performance.now();
  for (const schema of registered) schema.validate(EVENT);
  const used = performance.now();
  console.log(`register ${SCHEMAS} schemas: ${(loaded - started).toFixed(0)} ms (target: less than 300)`);
  console.log(`first event of each of them: ${(used - loaded).toFixed(0)} ms`);
}

const PROGRAM = `
import json, logging, sys, time
from jupyter_events.logger import EventLogger
given = json.load(sys.stdin)
class Nothing(logging.Handler):
    def emit(self, record):
        pass
events = EventLogger(handlers=[Nothing()])
events.register_event_schema(given["schema"])
def round():
    started = time.perf_counter()
    for _ in range(given["count"]):
        events.emit(schema_id=given["schema"]["$id"], data=given["event"])
    return (time.perf_counter() - started) * 1e6 / given["count"]
print(json.dumps([round() for _ in range(3)]))
`;

function measureJupyter(): void {
  const cache = process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache');
  const pattern = path.join(cache, 'otel-events', 'originals-*', 'jupyter-events', 'bin', 'python');
  const python = globSync(pattern).find((file) => existsSync(file));
  if (python === undefined) {
    console.log('jupyter_events: skipped, npm run fixtures:originals installs it');
    return;
  }
  const schema = { ...schemaOf('order', PROPERTIES), version: '1', title: 'Order' };
  const input = JSON.stringify({ schema, event: EVENT, count: PYTHON_EVENTS });
  const output = execFileSync(python, ['-c', PROGRAM], { input, encoding: 'utf8' });
  console.log(
    `jupyter_events, emit to a handler that does nothing: ${median(JSON.parse(output)).toFixed(2)} µs`,
  );
}

// First: compiling warms up what loading is measured with.
measureLoading();
measureEvents();
await measureCalls();
measureJupyter();
