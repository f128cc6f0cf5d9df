// With the loggers that apps have: pino and winston, and the console.
import assert from 'node:assert/strict';
import { Console } from 'node:console';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { pino } from 'pino';
import winston from 'winston';
import { type LoggerExporterOptions, loggerExporter } from '../../src/exporters/logger.ts';
import { EventLogger } from '../../src/index.ts';
import { casesOf } from '../formats/originals.ts';

function withExporter(options: LoggerExporterOptions): EventLogger {
  return new EventLogger({
    delivery: 'none',
    exporters: [loggerExporter(options)],
    flushIntervalMs: 0,
    logLevel: 'none',
  });
}

/** A stream and the lines that were written to it. */
function lineStream(): { stream: PassThrough; lines: () => string[] } {
  const stream = new PassThrough();
  const lines = (): string[] => {
    const text: string = stream.read()?.toString() ?? '';
    return text.split('\n').filter((line) => line !== '');
  };
  return { stream, lines };
}

/** A logger that keeps its lines. */
function listLogger(): { lines: string[]; info(line: string): void } {
  const lines: string[] = [];
  return { lines, info: (line) => void lines.push(line) };
}

const TIME = 1_337_768_289_123_456_000n;
const EVENT = {
  name: 'cart.item_added',
  timestamp: '2012-05-23T10:18:09.123456+00:00',
  data: { sku: '100% %s %d' },
  context: { user_id: 7 },
};

function logEvent(events: EventLogger): void {
  events.context({ user_id: 7 }, () =>
    events.log('cart.item_added', { sku: '100% %s %d' }, { timestamp: TIME }),
  );
}

test('pino: a line of JSON in the format edx, at the level info', async () => {
  const { stream, lines } = lineStream();
  const events = withExporter({ logger: pino(stream) });
  logEvent(events);
  await events.close();
  const [line = ''] = lines();
  const { level, msg } = JSON.parse(line);
  assert.equal(level, 30);
  assert.deepEqual(JSON.parse(msg), EVENT);
  assert.equal(events.stats().sinks.logger?.acked, 1);
});

test('pino: the level is looked up at each line', async () => {
  const { stream, lines } = lineStream();
  const logger = pino({ level: 'info' }, stream);
  const events = withExporter({ logger, level: 'debug' });
  events.log('before');
  await events.flush();
  logger.level = 'debug';
  events.log('after');
  await events.close();
  assert.deepEqual(
    lines().map((line) => JSON.parse(JSON.parse(line).msg).name),
    ['after'],
  );
});

test('winston: the same', async () => {
  const { stream, lines } = lineStream();
  const logger = winston.createLogger({ transports: [new winston.transports.Stream({ stream })] });
  const events = withExporter({ logger, level: 'warn' });
  logEvent(events);
  await events.close();
  const [line = ''] = lines();
  const { level, message } = JSON.parse(line);
  assert.equal(level, 'warn');
  assert.deepEqual(JSON.parse(message), EVENT);
});

test('console: the same; nothing in an event is taken for a format of printf', async () => {
  const { stream, lines } = lineStream();
  const events = withExporter({ logger: new Console(stream), level: 'log' });
  logEvent(events);
  await events.close();
  assert.deepEqual(
    lines().map((line) => JSON.parse(line)),
    [EVENT],
  );
});

test('a logger without the method is told at construction', () => {
  for (const [logger, level] of [
    [console, 'verbose'],
    [pino({ level: 'silent' }), 'INFO'],
    [{}, 'info'],
    [null, 'info'],
  ] as const) {
    assert.throws(() => loggerExporter({ logger: logger as object, level }), { code: 'OPTION_INVALID' });
  }
  for (const maxEventBytes of [0, -1, 1.5, Number.NaN]) {
    assert.throws(() => loggerExporter({ logger: console, maxEventBytes }), { code: 'OPTION_INVALID' });
  }
  assert.throws(() => loggerExporter({ logger: console, maxEventSize: 1 } as LoggerExporterOptions), {
    code: 'OPTION_UNKNOWN',
  });
});

test('mended: an event that is too large is counted, by edX it was dropped in silence', async () => {
  const { input, output } =
    casesOf<{ steps: { emit: [string, object] }[]; maxEventSize: number }, { sent: { name: string }[] }>(
      'event-tracking',
    ).find(({ name }) => name === 'a limit of the size of a line') ?? assert.fail();
  for (const flushBatchSize of [1, 100]) {
    const logger = listLogger();
    const events = withExporter({ logger, maxEventBytes: input.maxEventSize, flushBatchSize });
    for (const { emit } of input.steps) events.log(...emit);
    await events.close();
    assert.deepEqual(
      logger.lines.map((line) => JSON.parse(line).name),
      output.sent.map(({ name }) => name),
    );
    const row = events.stats().sinks.logger;
    assert.equal(row?.acked, 2);
    assert.deepEqual(row?.rejected, { too_large: 1 });
  }
});

test('the limit is of bytes, not of characters', async () => {
  const logger = listLogger();
  const events = withExporter({ logger, format: () => 'ü', maxEventBytes: 3 });
  events.log('a');
  await events.close();
  assert.deepEqual(events.stats().sinks.logger?.rejected, { too_large: 1 });
});

test('by default there is no limit', async () => {
  const logger = listLogger();
  const events = withExporter({ logger });
  events.log('a', { text: 'x'.repeat(100_000) });
  await events.close();
  assert.ok((logger.lines[0]?.length ?? 0) > 100_000);
});

test('a logger that throws gets the event again, and the others once', async () => {
  const lines: string[] = [];
  let isBroken = true;
  const logger = {
    info(line: string): void {
      const { name } = JSON.parse(line);
      if (name === 'two' && isBroken) {
        isBroken = false;
        throw new Error('disk full');
      }
      lines.push(name);
    },
  };
  const events = withExporter({ logger });
  for (const name of ['one', 'two', 'three']) events.log(name);
  await events.close();
  assert.deepEqual(lines, ['one', 'two', 'three']);
});

test('a logger that answers with a promise is waited for', async () => {
  const answers = [Promise.reject(new Error('not now')), Promise.resolve()];
  let calls = 0;
  const events = withExporter({ logger: { info: () => answers[calls++] } });
  events.log('a');
  await events.close();
  assert.equal(calls, 2);
  assert.equal(events.stats().sinks.logger?.acked, 1);
});

test('an event that its format refuses is rejected alone, with its reason', async () => {
  const logger = listLogger();
  const events = withExporter({ logger, format: 'segment', flushBatchSize: 100 });
  events.log('one', {}, { userId: 'u1' });
  events.log('two');
  events.log('three', {}, { userId: 'u1' });
  await events.close();
  assert.deepEqual(
    logger.lines.map((line) => JSON.parse(line).event),
    ['one', 'three'],
  );
  assert.deepEqual(events.stats().sinks.logger?.rejected, { no_user: 1 });
});
