import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import path from 'node:path';
import { test } from 'node:test';
import { type ChannelMessages, EventLogger, OtelEventsError } from '../../src/index.ts';
import { defineEvent } from '../../src/schema/index.ts';
import { httpSink } from '../harness/http-sink.ts';
import { runNode } from '../harness/run-node.ts';

const NAMES = ['otel-events:event', 'otel-events:batch', 'otel-events:settled', 'otel-events:error'] as const;

/** Everything that is published while `run` runs, as `[channel, message]`. */
async function heard(run: () => Promise<unknown>): Promise<[string, never][]> {
  const all: [string, never][] = [];
  const listeners = NAMES.map((name) => {
    const listener = (message: unknown): void => void all.push([name.split(':')[1] ?? '', message as never]);
    subscribe(name, listener);
    return () => unsubscribe(name, listener);
  });
  try {
    await run();
  } finally {
    for (const stop of listeners) stop();
  }
  return all;
}

test('channels show an event, its batch, its end and what went wrong, redacted', async () => {
  await using sink = await httpSink();
  const all = await heard(async () => {
    const events = new EventLogger({
      endpoint: sink.url,
      redact: [{ paths: ['password'] }],
      exporters: [
        {
          name: 'refusing',
          send: async () => {
            throw new OtelEventsError('EXPORT_FAILED', 'no', { reason: 'http_400' });
          },
        },
      ],
      onError: () => {},
      logLevel: 'none',
    });
    events.log('user.signed_in', { method: 'passkey', password: 'secret' });
    await events.close();
  });
  const of = <Name extends keyof ChannelMessages>(name: Name): ChannelMessages[Name][] =>
    all.filter(([channel]) => `otel-events:${channel}` === name).map(([, message]) => message);
  assert.deepEqual(
    of('otel-events:event').map(({ event, sinks }) => [event.name, event.data, sinks]),
    [['user.signed_in', { method: 'passkey', password: '[Redacted]' }, ['otlp', 'refusing']]],
  );
  const batches = of('otel-events:batch').map(({ sink: to, signal, count, answer }) => [
    to,
    signal,
    count,
    answer,
  ]);
  assert.deepEqual(batches.toSorted(), [
    ['otlp', 'logs', 1, 'delivered'],
    ['refusing', 'logs', 1, 'refused'],
  ]);
  for (const { bytes, durationMs } of of('otel-events:batch')) assert.ok(bytes > 50 && durationMs >= 0);
  assert.deepEqual(of('otel-events:settled').toSorted(bySink), [
    { sink: 'otlp', column: 'acked', reason: undefined, count: 1 },
    { sink: 'refusing', column: 'rejected', reason: 'http_400', count: 1 },
  ]);
  assert.deepEqual(
    of('otel-events:error').map(({ error }) => error.code),
    ['EXPORT_FAILED'],
  );
});

test('a span is settled with a sink of its own', async () => {
  await using sink = await httpSink();
  const all = await heard(async () => {
    const events = new EventLogger({ endpoint: sink.url, logLevel: 'none' });
    events.track('work', {}, () => {});
    await events.close();
  });
  const settled = all.filter(([channel]) => channel === 'settled').map(([, message]) => message);
  assert.deepEqual((settled as { readonly sink: string }[]).toSorted(bySink), [
    { sink: 'otlp', column: 'acked', reason: undefined, count: 1 },
    { sink: 'otlp.traces', column: 'acked', reason: undefined, count: 1 },
  ]);
});

test('an event that ends before any sink is settled with the sink none', async () => {
  const all = await heard(async () => {
    const events = new EventLogger({ delivery: 'none', exporters: [async () => {}], logLevel: 'none' });
    await events.close();
    events.log('late');
    const strict = new EventLogger({ delivery: 'none', exporters: [async () => {}], logLevel: 'none' });
    strict.log(defineEvent('order', { version: 1, schema: { type: 'object', required: ['id'] } }), {});
    await strict.close();
  });
  assert.deepEqual(
    all.filter(([channel]) => channel === 'settled').map(([, message]) => message),
    [
      { sink: 'none', column: 'dropped', reason: 'closed', count: 1 },
      { sink: 'none', column: 'rejected', reason: 'invalid', count: 1 },
    ],
  );
});

test('the program of docs/debugging.md sees what an app does', async () => {
  const page = path.join(import.meta.dirname, '..', '..', 'docs', 'debugging.md');
  const run = await runNode(
    `import { readFileSync } from 'node:fs';
     const [, watch] = /\`\`\`js\\n([\\s\\S]*?)\`\`\`/.exec(readFileSync(${JSON.stringify(page)}, 'utf8'));
     await import('data:text/javascript,' + encodeURIComponent(watch));
     const { EventLogger } = await import('../../src/index.ts');
     const events = new EventLogger({ delivery: 'none', exporters: [async function mine() {}] });
     events.log('hello');
     await events.close();`,
  );
  assert.deepEqual(
    [run.stderr, run.stdout],
    ['', 'event hello -> mine\nbatch mine 1 delivered\nsettled mine acked  1\n'],
  );
});

function bySink(a: { readonly sink: string }, b: { readonly sink: string }): number {
  return a.sink < b.sink ? -1 : 1;
}
