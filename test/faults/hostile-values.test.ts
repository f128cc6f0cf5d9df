import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventLogger, type EventLoggerOptions, type OtelEventsError } from '../../src/index.ts';
import { CARD, EMAIL } from '../../src/redact/redact-patterns.ts';
import { memoryExporter, type ReadEvent } from '../../src/testing.ts';

/** More than any of these takes on two busy cores; what has no end takes longer. */
const MAX_CPU_MS = 5_000;

const throws = (): never => {
  throw new Error('on purpose');
};

function revoked(target: object = {}): object {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

function detached(): ArrayBuffer {
  const buffer = new ArrayBuffer(8);
  structuredClone(buffer, { transfer: [buffer] });
  return buffer;
}

function sparse(): unknown[] {
  const list: unknown[] = [];
  list[2 ** 32 - 2] = 1;
  return list;
}

class EndlessMap extends Map<string, number> {
  override *[Symbol.iterator](): MapIterator<[string, number]> {
    for (;;) yield ['a', 1];
  }
  override entries(): MapIterator<[string, number]> {
    return this[Symbol.iterator]();
  }
  override get size(): number {
    return Number.POSITIVE_INFINITY;
  }
}

class EndlessSet extends Set<number> {
  override *[Symbol.iterator](): SetIterator<number> {
    for (;;) yield 1;
  }
  override values(): SetIterator<number> {
    return this[Symbol.iterator]();
  }
}

class Point {
  readonly x = 1;
  get y(): number {
    return throws();
  }
}

const deepProxy = (): object =>
  new Proxy(
    {},
    {
      ownKeys: () => ['a', 'b'],
      getOwnPropertyDescriptor: () => ({ value: 1, enumerable: true, configurable: true }),
      get: (_, key) => (key === 'a' || key === 'b' ? deepProxy() : undefined),
    },
  );

/** A key that puts another one into its map each time it is read. */
function growingMap(): Map<unknown, number> {
  const map = new Map<unknown, number>();
  const grow = (): void => {
    map.set(
      {
        toString: () => {
          grow();
          return 'key';
        },
      },
      1,
    );
  };
  grow();
  return map;
}

const toJsonAgain = (): object => ({ toJSON: toJsonAgain });

/** What a logger may be given; a new one at each call. */
// biome-ignore format: a table
const VALUES: Readonly<Record<string, () => unknown>> = {
  'a getter that throws': () => ({ get a() { return throws(); }, b: 1 }),
  'a constructor that throws': () => ({ get constructor() { return throws(); }, b: 1 }),
  'a toJSON that cannot be read': () => ({ get toJSON() { return throws(); }, b: 1 }),
  'a toJSON that throws': () => ({ toJSON: throws, b: 1 }),
  'a toJSON that gives itself': () => ({ toJSON() { return this; }, b: 1 }),
  'a toJSON that gives another one': toJsonAgain,
  'a toJSON that gives a getter that throws': () => ({ toJSON: () => ({ get a() { return throws(); } }) }),
  'a revoked proxy': () => revoked(),
  'a revoked proxy of a list': () => revoked([]),
  'a revoked proxy of a function': () => revoked(() => undefined),
  'a proxy that throws': () => new Proxy({}, { get: throws, ownKeys: throws, getPrototypeOf: throws }),
  'a proxy without end': deepProxy,
  'a list of four billion holes': sparse,
  'lists of four billion holes': () => ({ a: [sparse(), sparse()], b: new Array(2 ** 32 - 1) }),
  'a map that never ends': () => new EndlessMap([['k', 1]]),
  'a map that grows': growingMap,
  'a set that never ends': () => new EndlessSet([1]),
  'a map with a key that is no text': () => new Map([[{ [Symbol.toPrimitive]: throws }, 1]]),
  'a buffer that is gone': detached,
  'a view of a buffer that is gone': () => {
    const bytes = new Uint8Array(8);
    structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
    return bytes;
  },
  'a hundred megabytes': () => new Float64Array(12_500_000),
  'a text of two hundred megabytes': () => 'x'.repeat(200_000_000),
  'shared memory': () => new Uint8Array(new SharedArrayBuffer(4)),
  'an instance of a class': () => new Point(),
  'a URL': () => new URL('https://example.com/a'),
  'a date': () => new Date(0),
  'a date that is none': () => new Date(Number.NaN),
  'a false date': () => Object.create(Date.prototype),
  'a false map': () => Object.create(Map.prototype),
  'a regular expression': () => /a/g,
  'an error': () => Object.assign(new Error('boom'), { stack: 'at home', code: 'E' }),
  'an error that cannot be read': () => Object.defineProperty(new Error('x'), 'stack', { get: throws }),
  'a symbol': () => Symbol('s'),
  'a function': () => throws,
  'a number that is large': () => 2n ** 70n,
  'a number that is none': () => Number.NaN,
  'a boxed text': () => Object('abc'),
  'keys that pollute': () => JSON.parse('{"__proto__": {"a": 1}, "constructor": {"prototype": 1}}'),
  'a list with a hole': () => Object.assign([1], { 2: 2 }),
  'a circle': () => {
    const circle: Record<string, unknown> = { a: 1 };
    circle.self = circle;
    return circle;
  },
};

const PLACES: Readonly<Record<string, (events: EventLogger, value: unknown) => void>> = {
  'as data': (events, value) => events.log('e', value as object),
  'in data': (events, value) => events.log('e', { value }),
  'in a session': (events, value) => events.log('e', {}, { session: { value } }),
  'in a context': (events, value) => events.context({ value }, () => events.log('e')),
  'as data of a scope': (events, value) => events.track('e', value as object, () => {}),
};

const WAYS: Readonly<Record<string, EventLoggerOptions>> = {
  'without anything': {},
  'with redact': { redact: { patterns: [EMAIL, CARD], paths: ['secret'] } },
  'with a processor': {
    processors: [
      function touch(event) {
        event.data = { ...event.data };
        event.session = { ...event.session };
        event.context = { ...event.context };
      },
    ],
  },
};

/** Of what was cut, where exactly does not matter. */
function shapeOf(value: unknown): unknown {
  if (value === '' || value === '[Truncated]') return 'nothing';
  if (typeof value === 'string' && value.length > 1000) return 'much text';
  if (value instanceof Uint8Array && value.length > 1000) return 'many bytes';
  if (Array.isArray(value)) return value.length > 1000 ? 'many items' : value.map(shapeOf);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, shapeOf(item)]);
  return JSON.stringify(entries).length > 1000 ? Object.keys(value) : Object.fromEntries(entries);
}

/** What is emitted of one event, and what went wrong. */
async function emitted(
  options: EventLoggerOptions,
  log: (events: EventLogger) => void,
): Promise<{
  event: (Partial<ReadEvent> & { isCut: boolean }) | undefined;
  errors: readonly string[];
  count: number;
}> {
  const memory = memoryExporter();
  const errors: string[] = [];
  const onError = ({ code, message }: OtelEventsError): void => void errors.push(`${code}: ${message}`);
  const base = { delivery: 'none', exporters: [memory], logLevel: 'none', onError } as const;
  const events = new EventLogger({ ...base, ...options });
  const before = process.cpuUsage();
  log(events);
  const { user, system } = process.cpuUsage(before);
  assert.ok((user + system) / 1000 < MAX_CPU_MS, `took ${(user + system) / 1000} ms`);
  await events.close();
  const { total } = events.stats();
  assert.deepEqual([total.emitted, total.acked], [1, 1]);
  const [event] = memory.events;
  const { data, session, context } = event as ReadEvent;
  const isCut = memory.records[0]?.attributes['event.truncated'] !== undefined;
  const parts = isCut ? (shapeOf({ data, session, context }) as object) : { data, session, context };
  return { event: { ...parts, isCut } as never, errors, count: memory.events.length };
}

for (const [name, make] of Object.entries(VALUES)) {
  test(`${name} is emitted the same with redact, with processors and without, wherever it is`, async () => {
    for (const [place, log] of Object.entries(PLACES)) {
      const results = [];
      for (const options of Object.values(WAYS)) {
        results.push(await emitted(options, (events) => log(events, make())));
      }
      const [first, ...others] = results;
      assert.deepEqual(first?.errors, [], place);
      for (const [index, other] of others.entries()) {
        assert.deepEqual(other, first, `${place}, ${Object.keys(WAYS)[index + 1]}`);
      }
    }
  });
}

test('what can be read beside what cannot is there, and redact has looked at it', async () => {
  const data = {
    get bad() {
      return throws();
    },
    revoked: revoked(),
    mail: 'joe@example.com',
    deep: { toJSON: throws, secret: 's', list: [new Map([['m', 'joe@example.com']])] },
  };
  const { event } = await emitted({ redact: { patterns: [EMAIL], paths: ['deep.secret'] } }, (events) =>
    events.log('e', data),
  );
  assert.deepEqual(event?.data, {
    bad: '[Unreadable]',
    revoked: '[Unreadable]',
    mail: '[Redacted]',
    deep: { secret: '[Redacted]', list: [{ m: '[Redacted]' }] },
  });
});

test('an object that says something else the second time is read once: what redact has seen leaves', async () => {
  let reads = 0;
  const value = () => (reads++ === 0 ? 'nothing' : 'joe@example.com');
  const proxy = new Proxy({ mail: '' }, { get: (_, key) => (key === 'mail' ? value() : undefined) });
  for (const data of [Object.defineProperty({}, 'mail', { enumerable: true, get: value }), proxy]) {
    reads = 0;
    const { event } = await emitted({ redact: { patterns: [EMAIL] } }, (events) => events.log('e', data));
    assert.deepEqual(event?.data, { mail: 'nothing' });
  }
});

test('a hundred thousand keys take no longer at the top of the data than below', async () => {
  const many = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`k${index}`, index]));
  const cpuMs: number[] = [];
  const events = new EventLogger({ delivery: 'none', exporters: [memoryExporter()], logLevel: 'none' });
  for (const data of [{ many }, many, { many }, many, { many }, many]) {
    const before = process.cpuUsage();
    events.log('e', data);
    const { user, system } = process.cpuUsage(before);
    cpuMs.push((user + system) / 1000);
  }
  await events.close();
  const below = Math.min(...cpuMs.filter((_, index) => index % 2 === 0));
  const top = Math.min(...cpuMs.filter((_, index) => index % 2 === 1));
  assert.ok(top < 3 * below + 20, `${top} ms at the top, ${below} ms below`);
});
