import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { makeProcessor, problemsOf, recordsOf, spansOf, texts } from '../make-processor.ts';

const idOf = (index: number): string => createHash('sha256').update(`${index}`).digest('hex').slice(0, 32);

test('about the share that is asked for passes, and of a trace all or nothing', async () => {
  const { pass } = await makeProcessor('probabilistic_sampler', { sampling_percentage: 25 });
  const spans = Array.from({ length: 2_000 }, (_, index) => ({
    traceId: idOf(index >> 1),
    name: 's',
    status: {},
  }));
  const left = await pass('traces', spansOf(...spans));
  const ids = [...JSON.stringify(left?.decoded()).matchAll(/"traceId":"(\w+)"/g)].map(([, id]) => id);
  assert.ok(ids.length > 400 && ids.length < 600, `${ids.length}`);
  assert.equal(new Set(ids).size * 2, ids.length);
});

test('what was sampled says so: the threshold, and the randomness where that is a hash', async () => {
  const equalizing = await makeProcessor('probabilistic_sampler', {
    sampling_percentage: 50,
    mode: 'equalizing',
  });
  const traceId = `${'0'.repeat(18)}ffffffffffffff`;
  const spans = await equalizing.pass(
    'traces',
    spansOf({ traceId, traceState: 'a=b', name: 's', status: {} }),
  );
  assert.deepEqual(spans?.decoded(), spansOf({ traceId, traceState: 'ot=th:8,a=b', name: 's', status: {} }));
  const logs = await equalizing.pass('logs', recordsOf({ traceId, body: {} }));
  assert.deepEqual(
    logs?.decoded(),
    recordsOf({ traceId, body: {}, attributes: texts({ 'sampling.threshold': '8' }) }),
  );
  assert.equal(
    await equalizing.pass('logs', recordsOf({ traceId: '1'.repeat(18) + '0'.repeat(14), body: {} })),
    undefined,
  );
});

test('what has nothing to decide by is dropped, or kept with fail_closed: false', async () => {
  const closed = await makeProcessor('probabilistic_sampler', { sampling_percentage: 50 });
  assert.equal(await closed.pass('logs', recordsOf({ body: {} })), undefined);
  const open = await makeProcessor('probabilistic_sampler', { sampling_percentage: 50, fail_closed: false });
  assert.equal((await open.pass('logs', recordsOf({ body: {} })))?.count, 1);
});

test('settings are checked', async () => {
  assert.deepEqual(
    await problemsOf('probabilistic_sampler', {
      sampling_percentage: -1,
      mode: 'equalising',
      sampling_precision: 15,
      attribute_source: 'traceId',
    }),
    [
      'sampling_percentage: expected a number, 0 or more, got -1',
      'mode: expected hash_seed, equalizing or proportional, got another string',
      'sampling_precision: expected a whole number, 1 to 14, got 15',
      'attribute_source: expected traceID or record, got another string',
    ],
  );
  assert.deepEqual(await problemsOf('probabilistic_sampler', { sampling_percentage: 1e-20 }), [
    'sampling_percentage: is too small',
  ]);
});
