import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loggerExporter } from '../../src/exporters/logger.ts';
import { type Batch, consume, EventLogger, type Exporter, OtelEventsError } from '../../src/index.ts';
import { recordsOf } from '../../src/otlp/event/records-of.ts';

function logging(...exporters: Exporter[]): { events: EventLogger; errors: OtelEventsError[] } {
  const errors: OtelEventsError[] = [];
  const onError = (error: OtelEventsError): number => errors.push(error);
  return { events: new EventLogger({ delivery: 'none', logLevel: 'none', onError, exporters }), errors };
}

test('close of an exporter comes after its last batch; one that fails or hangs does no harm', async () => {
  const steps: string[] = [];
  const exporter = (name: string, close: () => Promise<void>): Exporter => ({
    name,
    async send(records) {
      steps.push(`${name} sent ${records.length}`);
    },
    close() {
      steps.push(`${name} closed`);
      return close();
    },
  });
  const { events } = logging(
    exporter('good', async () => {}),
    exporter('bad', async () => {
      throw new Error('no');
    }),
    exporter('slow', () => new Promise(() => {})),
  );
  events.log('a');
  events.log('b');
  const startMs = performance.now();
  assert.equal((await events.close()).acked, 2);
  assert.ok(performance.now() - startMs < 30_000);
  for (const name of ['good', 'bad', 'slow']) {
    assert.deepEqual(
      steps.filter((step) => step.startsWith(name)),
      [`${name} sent 2`, `${name} closed`],
    );
  }
});

test('an error with split: only the records at fault are rejected, the others delivered', async () => {
  for (const split of ['invalid', 'too_large'] as const) {
    const got: string[] = [];
    const { events, errors } = logging({
      name: 'picky',
      async send(records) {
        const names = records.map(({ eventName }) => eventName);
        const reason = 'not_that_one';
        if (names.includes('bad'))
          throw new OtelEventsError('EXPORT_FAILED', 'picky says no', { reason, split });
        got.push(...names);
      },
    });
    for (const name of ['a', 'b', 'bad', 'c', 'd']) events.log(name);
    assert.deepEqual(await events.close(), {
      acked: 4,
      pending: 0,
      rejected: 1,
      dropped: 0,
    });
    assert.deepEqual(got, ['a', 'b', 'c', 'd']);
    assert.deepEqual(events.stats().total.rejected, { not_that_one: 1 });
    assert.equal(errors.length, 1);
  }
});

test('an error without retry and split rejects its whole batch; with retry it comes again', async () => {
  let calls = 0;
  const { events } = logging({
    name: 'strict',
    async send() {
      calls++;
      const how = calls === 1 ? { retry: {} } : { reason: 'never' };
      throw new OtelEventsError('EXPORT_FAILED', 'strict says no', how);
    },
  });
  for (const name of ['a', 'b']) events.log(name);
  assert.equal((await events.close()).rejected, 2);
  assert.equal(calls, 2);
  assert.deepEqual(events.stats().total.rejected, { never: 2 });
});

test('consume: a function gets whole OTLP requests, again after a failure, and nothing is decoded for it', async () => {
  const batches: Batch[] = [];
  let calls = 0;
  const { events } = logging(
    consume(async function forward(batch) {
      if (calls++ === 0) throw new Error('away');
      batches.push(batch);
    }),
  );
  for (let n = 0; n < 3; n++) events.log('e', { n });
  await events.close();
  assert.deepEqual(events.stats().sinks.forward?.acked, 3);
  const [batch] = batches;
  assert.deepEqual([batch?.signal, batch?.encoding, batch?.count], ['logs', 'protobuf', 3]);
  assert.deepEqual(
    batches.flatMap((each) => recordsOf(each)).map(({ attributes }) => attributes.n),
    [0, 1, 2],
  );
});

test('what a format refuses says nothing of the destination: any number of such events holds up no other', async () => {
  const lines: string[] = [];
  const logger = { info: (line: string): void => void lines.push(line) };
  const { events } = logging(loggerExporter({ logger, maxEventBytes: 300 }));
  for (let n = 0; n < 600; n++) events.log('large', { text: 'x'.repeat(400) });
  for (let n = 0; n < 1000; n++) events.log('small', { n });
  assert.deepEqual(await events.close({ timeoutMs: 60_000 }), {
    acked: 1000,
    pending: 0,
    rejected: 600,
    dropped: 0,
  });
  assert.equal(lines.length, 1000);
});
