import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  EventLogger,
  type EventLoggerOptions,
  getLogger,
  OtelEventsError,
  registerLogger,
  type Severity,
} from '../../src/index.ts';
import { memoryExporter, testLogger } from '../../src/testing.ts';

const WRONG: readonly [options: object, code: string, message: RegExp][] = [
  [{ endpont: 'http://a' }, 'OPTION_UNKNOWN', /there is no option endpont \(did you mean endpoint\?\)/],
  [
    { app: { versoin: '1' } },
    'OPTION_UNKNOWN',
    /there is no option app\.versoin \(did you mean app\.version\?\)/,
  ],
  [{ zzz: 1 }, 'OPTION_UNKNOWN', /there is no option zzz \(known are /],
  [{ constructor: 1 }, 'OPTION_UNKNOWN', /there is no option constructor/],
  [JSON.parse('{"__proto__": {"tags": []}}'), 'OPTION_UNKNOWN', /there is no option __proto__/],
  [{ tags: ['a', 1] }, 'OPTION_INVALID', /option tags\[1\]: wanted a string, got the number 1$/],
  [{ tags: 'a' }, 'OPTION_INVALID', /option tags: wanted an array of strings, got a string$/],
  [{ headers: { a: 'b', c: 1 } }, 'OPTION_INVALID', /option headers\.c: wanted a string, got the number 1$/],
  [{ headers: { a: ['secret'] } }, 'OPTION_INVALID', /option headers\.a: wanted a string, got an array$/],
  [
    { durability: 'disc' },
    'OPTION_INVALID',
    /option durability: wanted 'memory', 'os' or 'disk', got 'disc' \(did you mean 'disk'\?\)$/,
  ],
  [
    { delivery: 'durible' },
    'OPTION_INVALID',
    /option delivery: wanted .*, got 'durible' \(did you mean 'durable'\?\)$/,
  ],
  [{ delivery: 'a secret' }, 'OPTION_INVALID', /, got a string$/],
  [
    { exporters: [memoryExporter('m'), { type: 'file' }] },
    'OPTION_INVALID',
    /option exporters\[1\]: .* got an object with a type, .*EventLogger\.fromJsonFile/,
  ],
  [{ processors: [1] }, 'OPTION_INVALID', /option processors\[0\]: wanted a function, got the number 1$/],
  [{ session: null }, 'OPTION_INVALID', /option session: wanted an object, got null/],
  [{ app: 'shop' }, 'OPTION_INVALID', /option app: wanted an object, got a string/],
  [
    { bufferLimit: 0 },
    'OPTION_INVALID',
    /option bufferLimit: wanted a whole number, at least 1, got the number 0/,
  ],
  [{ flushIntervalMs: 1.5 }, 'OPTION_INVALID', /got the number 1\.5/],
  [
    { delivery: 'always' },
    'OPTION_INVALID',
    /option delivery: wanted 'auto', 'app', 'sdk', 'none' or 'durable'/,
  ],
  [
    { exporters: [{}] },
    'OPTION_INVALID',
    /option exporters\[0\]: wanted an exporter, a route or a function, got an object$/,
  ],
  [{ loggerProvider: {} }, 'OPTION_INVALID', /option loggerProvider: wanted a provider with getLogger\(\)/],
  [{ onError: 1 }, 'OPTION_INVALID', /option onError: wanted a function/],
  [{ httpMethod: 'PO ST' }, 'OPTION_INVALID', /option httpMethod: wanted an HTTP method/],
  [{ endpoint: 'localhost:4318' }, 'EXPORT_URL_INVALID', /option endpoint: wanted an http or https URL/],
  [{ httpUrl: 'nonsense' }, 'EXPORT_URL_INVALID', /option httpUrl/],
  [{ durability: 'disk' }, 'OPTION_INVALID', /durability: 'disk' needs a directory \(give the option spool/],
  [{ spool: './spool', delivery: 'sdk' }, 'OPTION_INVALID', /option spool: with delivery 'sdk'/],
  [{ spool: '' }, 'OPTION_INVALID', /option spool: wanted a path that is not empty/],
  [{ maxBytes: 10 }, 'OPTION_INVALID', /option maxBytes: wanted a whole number, at least 1024/],
  [{ onFull: 'block' }, 'OPTION_INVALID', /option onFull: wanted 'drop-oldest' or 'drop-newest'/],
  [{ concurrency: 0 }, 'OPTION_INVALID', /option concurrency: wanted a whole number, at least 1/],
  [{ handleSignals: 'yes' }, 'OPTION_INVALID', /option handleSignals: wanted true or false/],
  [{ reportEmitted: 'yes' }, 'OPTION_INVALID', /option reportEmitted: wanted true or false/],
];

test('a wrong option is a coded error that names the key and the nearest right one', () => {
  for (const [options, code, message] of WRONG) {
    assert.throws(
      () => new EventLogger(options as EventLoggerOptions),
      { code, message },
      JSON.stringify(options),
    );
  }
  assert.throws(() => new EventLogger(null as unknown as EventLoggerOptions), { code: 'OPTION_INVALID' });
  assert.throws(() => testLogger().child({ tag: [] } as object), { code: 'OPTION_UNKNOWN' });
});

test('an option that is undefined counts as left out', () => {
  const events = new EventLogger({
    delivery: 'none',
    bufferLimit: undefined,
  } as unknown as EventLoggerOptions);
  assert.equal(events.bufferLimit, 200);
});

test('two exporters of one name, and names that stand for something else, are errors', () => {
  const twice = { exporters: [memoryExporter('m'), memoryExporter('m')] };
  assert.throws(() => new EventLogger(twice), { code: 'OPTION_INVALID', message: /'m' is taken/ });
  assert.throws(() => new EventLogger({ exporters: [memoryExporter('otlp')] }), { code: 'OPTION_INVALID' });
  const anonymous = new EventLogger({ delivery: 'none', exporters: [async () => {}, async () => {}] });
  assert.deepEqual(Object.keys(anonymous.stats().sinks), ['function', 'function-2']);
});

test('a registered logger is found by name; an unknown name is an error', () => {
  const events = testLogger();
  registerLogger(events);
  registerLogger(events, 'other');
  assert.equal(getLogger(), events);
  assert.equal(getLogger('other'), events);
  assert.throws(() => getLogger('none'), { code: 'LOGGER_UNKNOWN', message: /'none'/ });
  assert.throws(() => getLogger('none'), OtelEventsError);
});

test('what is wrong with one event is put right, and said once', async () => {
  const said: string[] = [];
  const events = testLogger({ logLevel: 'none', onError: ({ code }) => said.push(code) });
  const log = events.log as (...args: unknown[]) => string;
  for (let round = 0; round < 2; round++) {
    log.call(events, '');
    log.call(events, undefined, { a: 1 });
    log.call(events, {}, 'text');
    log.call(events, 'options', {}, 'wrong');
    log.call(events, 'options', {}, { tag: ['x'] });
    log.call(events, 'time', {}, { timestamp: 'yesterday' });
    log.call(events, 'severity', {}, { severity: 99 });
    log.call(events, 'traceparent', {}, { traceparent: 'nonsense' });
    log.call(events, 'n'.repeat(5000));
  }
  await events.flush();
  assert.equal(events.emitted.length, 18);
  assert.deepEqual(
    events.emitted.slice(0, 3).map(({ name, data }) => ({ name, data })),
    [
      { name: 'unknown', data: {} },
      { name: 'unknown', data: { a: 1 } },
      { name: 'unknown', data: { value: 'text' } },
    ],
  );
  assert.deepEqual(said, [
    'EVENT_NAME_INVALID',
    'EVENT_INVALID',
    'EVENT_INVALID',
    'EVENT_INVALID',
    'EVENT_INVALID',
    'EVENT_INVALID',
    'EVENT_INVALID',
  ]);
  assert.equal(events.stats().events.unknown?.emitted, 6);
});

test('options that throw when they are read cost the options, not the event, and nothing is thrown', async () => {
  const said: string[] = [];
  const events = testLogger({ logLevel: 'none', onError: ({ message }) => said.push(message) });
  const throwing = (key: string): object =>
    Object.defineProperty({}, key, {
      enumerable: true,
      get() {
        throw new Error('no');
      },
    });
  const log = events.log as (...args: unknown[]) => string;
  for (const options of [
    { userId: Object.create(null) },
    { tags: [Object.create(null)] },
    { session: throwing('a') },
    throwing('category'),
    { traceparent: Object.create(null) },
    { outputPath: Symbol('s') },
  ]) {
    log.call(events, 'hostile', { n: 1 }, options);
    (events.track as (...args: unknown[]) => { end(): void })
      .call(events, 'hostile', { n: 1 }, options)
      .end();
  }
  await events.flush();
  assert.equal(events.emitted.length, 12);
  assert.ok(events.emitted.every(({ data }) => data.n === 1));
  assert.equal(said.length, 5, said.join());
});

test('severity is a number or a name of OTel', async () => {
  const events = testLogger();
  for (const severity of [1, 24, 'trace', 'DEBUG2', 'Info', 'WARN', 'error3', 'FATAL4']) {
    events.log('x', {}, { severity: severity as Severity });
  }
  await events.flush();
  assert.deepEqual(
    events.records.map(({ severityNumber }) => severityNumber),
    [1, 24, 1, 6, 9, 13, 19, 24],
  );
});

test('a throwing onError or diagnostic logger does not reach the app', async (t) => {
  const written = t.mock.method(process.stderr, 'write', () => true);
  const events = testLogger({
    onError() {
      throw new Error('handler');
    },
  });
  events.log('');
  assert.equal(written.mock.callCount(), 1);
});

test('close() refuses what is no object of options, as flush() does', async () => {
  const events = testLogger();
  const wrong = {
    code: 'OPTION_INVALID',
    message: 'close: option options: wanted an object, got the number 5',
  };
  await assert.rejects(events.close(5 as unknown as object), wrong);
  await assert.rejects(events.close({ timeout: 5 } as object), {
    code: 'OPTION_UNKNOWN',
    message: 'close: there is no option timeout (did you mean timeoutMs?)',
  });
  events.log('after');
  await events.close();
  assert.deepEqual(
    events.records.map(({ eventName }) => eventName),
    ['after'],
  );
});

test('flush() says what it does not know; record() says where the version belongs', async () => {
  const events = new EventLogger({ delivery: 'none', exporters: [async () => {}], logLevel: 'none' });
  await assert.rejects(events.flush({ whenaway: 'return' } as never), { code: 'OPTION_UNKNOWN' });
  await assert.rejects(events.flush(null as never), { code: 'OPTION_INVALID' });
  events.registerSchema({ $id: 'a:b', version: 1 });
  assert.throws(() => events.record('a:b', { n: 1 } as never, {}), {
    message: /wanted a version, got an object/,
  });
  await events.close();
});
