import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { EventLogger } from '../../src/index.ts';
import { toFailure } from '../../src/logger/to-failure.ts';
import { encodeEvent } from '../../src/otlp/event/encode-event.ts';
import type { EventRecord } from '../../src/otlp/event/event-record.ts';
import { decoded } from '../harness/decoded-event.ts';
import { PLAIN_EVENT } from '../harness/plain-event.ts';

type Described = Record<string, unknown> & { cause: Described };

const SuppressedErrorClass = (globalThis as unknown as { SuppressedError: new (...of: unknown[]) => Error })
  .SuppressedError;

const inData = (error: unknown): Described =>
  decoded(encodeEvent({ ...PLAIN_EVENT, data: { error } })).error as unknown as Described;
const traceIn = (error: unknown): string => toFailure(error).stacktrace ?? '';

/** Without the numbers of lines, which do not matter here. */
const normal = (text: string): string => text.replaceAll(/\[?\(?(file|node):\S+/g, 'AT');

test('the stack trace has what is behind an error as Node prints it', (t) => {
  const { stackTraceLimit } = Error;
  t.after(() => Object.assign(Error, { stackTraceLimit }));
  // Fewer lines than Node leaves out where both are alike.
  Error.stackTraceLimit = 2;
  const cause = new RangeError('inner', { cause: new Error('innermost', { cause: 'text' }) });
  const several = new AggregateError([new Error('a'), new TypeError('b', { cause })], 'both');
  for (const error of [new Error('outer', { cause }), several, new Error('over', { cause: several })]) {
    assert.equal(normal(traceIn(error)), normal(inspect(error, { depth: 9 })));
  }
  const plain = new Error('alone');
  assert.equal(traceIn(plain), plain.stack);
});

test('a suppressed error shows both errors, in the stack trace and in data', () => {
  const error = new SuppressedErrorClass(new Error('while closing'), new Error('at work'), 'two');
  assert.match(
    traceIn(error),
    /^SuppressedError: two[\s\S]*\[error\]: Error: while closing[\s\S]*\[suppressed\]: Error: at work/,
  );
  const { error: closing, suppressed } = inData(error) as Record<string, Described>;
  assert.deepEqual([closing?.message, suppressed?.message], ['while closing', 'at work']);
});

test('errors, causes and own fields of an error are in data; type, message and stacktrace stay the standard ones', () => {
  const cause = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
  const error = Object.assign(new AggregateError([cause, 'text'], 'all', { cause }), {
    type: 'card_error',
    stacktrace: 'mine',
    status: 402,
  });
  const { errors, cause: inner, ...rest } = inData(error) as Described & { errors: Described[] };
  assert.deepEqual(
    [inner.code, inner.message, errors[0]?.code, errors[1]],
    ['ECONNREFUSED', 'refused', 'ECONNREFUSED', 'text'],
  );
  assert.deepEqual(rest, {
    type: 'AggregateError',
    message: 'all',
    stacktrace: error.stack,
    status: 402,
    'data.type': 'card_error',
    'data.stacktrace': 'mine',
  });
});

test('what fetch failed for is in the event and in its span', async () => {
  const exporter = new InMemorySpanExporter();
  const tracerProvider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  const records: EventRecord[] = [];
  const events = new EventLogger({
    delivery: 'none',
    tracerProvider,
    exporters: [(batch: readonly EventRecord[]) => void records.push(...batch)],
  });
  await assert.rejects(
    events.track('pay', {}, () => fetch('http://127.0.0.1:9/')),
    /fetch failed/,
  );
  await events.close();
  const trace = String(records[0]?.attributes['exception.stacktrace']);
  assert.match(trace, /^TypeError: fetch failed[\s\S]*\[cause\]: (Aggregate)?Error/);
  await tracerProvider.forceFlush();
  const [span] = exporter.getFinishedSpans();
  assert.equal(span?.events[0]?.attributes?.['exception.stacktrace'], trace);
  assert.equal(span?.attributes['exception.stacktrace'], trace);
});

test('causes without end, in circles, of half a gigabyte or unreadable stay within bounds', () => {
  let chain = new Error('bottom');
  for (let level = 0; level < 10_000; level++) chain = new Error(`level ${level}`, { cause: chain });
  const circle = new Error('circle');
  circle.cause = circle;
  const wide = new AggregateError(
    Array.from({ length: 100_000 }, () => circle),
    'wide',
  );
  const heavy = new Error('top', { cause: Object.assign(new Error(), { stack: 'x'.repeat(400_000_000) }) });
  const unreadable = Object.defineProperty(new Error('still told'), 'cause', {
    get(): never {
      throw new Error('no');
    },
  });
  for (const error of [chain, circle, wide, heavy, unreadable]) {
    const { message, stacktrace = '' } = toFailure(error);
    assert.equal(message, error.message);
    assert.ok(stacktrace.startsWith(error.stack as string));
    assert.ok(stacktrace.length < 2_000_000, `${stacktrace.length} of ${message.slice(0, 20)}`);
    assert.equal(inData(error).message, error.message);
  }
  assert.match(traceIn(chain), /\[Truncated\]/);
  assert.match(traceIn(circle), /\[cause\]: \[Circular\]/);
});
