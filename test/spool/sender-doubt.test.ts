// What is refused by a destination that has accepted nothing: a wrong port, a proxy, or a record that is bad.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { OtelEventsError } from '../../src/errors.ts';
import type { SpoolBatch } from '../../src/spool/log/cursor.ts';
import type { Answer } from '../../src/spool/send/transport.ts';
import { numbered, type SendingOptions, sending, until } from './sending.ts';

const FIRST_MS = 60_000;
const error = new OtelEventsError('EXPORT_FAILED', 'answered 400', { reason: 'http_400' });
const delivered: Answer = { kind: 'delivered' };
const invalid: Answer = { kind: 'invalid', reason: 'http_400', error, doubt: 'check the URL' };
const retry: Answer = { kind: 'retry', error };

function answered(t: TestContext, answer: (batch: SpoolBatch) => Answer, options: SendingOptions = {}) {
  const sent: string[] = [];
  const transport = async (batch: SpoolBatch): Promise<Answer> => {
    sent.push(batch.names.join());
    return answer(batch);
  };
  return { ...sending(t, transport, { maxBackoffMs: FIRST_MS, ...options }), sent };
}

const bad =
  (isBad: (name: string) => boolean) =>
  ({ names }: SpoolBatch): Answer =>
    names.some(isBad) ? invalid : delivered;

test('a destination that refuses all it is given loses no record; all arrive when it is mended', async (t) => {
  let works = false;
  const { append, sender, cursor, poison, errors, settled } = answered(t, () =>
    works ? delivered : invalid,
  );
  append(...numbered(10));
  await sender.flush();
  assert.deepEqual([cursor.pending, poison, settled, sender.isFailing], [10, [], [], true]);
  assert.deepEqual(
    errors.map(({ message }) => message),
    [
      'otlp has accepted nothing so far, only refused: answered 400 (check the URL; what it refuses waits until it accepts something)',
    ],
  );
  works = true;
  await sender.flush();
  assert.deepEqual([cursor.pending, poison, errors.length, sender.isFailing], [0, [], 1, false]);
});

for (const maxCount of [1, 2, 100]) {
  test(`the first record of all is bad, ${maxCount} a batch: it alone is rejected, without a report of doubt`, async (t) => {
    const { append, sender, cursor, poison, errors, sent } = answered(
      t,
      bad((name) => name === '0'),
      { maxCount },
    );
    append(...numbered(6));
    await sender.flush();
    assert.deepEqual([cursor.pending, poison, errors], [0, ['0 http_400'], [error]]);
    assert.ok(sent.length < 14);
  });
}

test('a bad record that is alone waits, and is rejected when another one has been accepted', async (t) => {
  const { append, sender, cursor, poison, sent } = answered(
    t,
    bad((name) => name === 'bad'),
  );
  append('bad');
  await sender.flush();
  assert.deepEqual([cursor.pending, poison], [1, []]);
  append('good');
  await until(() => cursor.pending === 0);
  assert.deepEqual([poison, sent], [['bad http_400'], ['bad', 'good', 'bad']]);
});

test('nobody flushes and nothing else comes: what was refused is tried at the longest interval', async (t) => {
  let works = false;
  const { append, cursor, sent } = answered(t, () => (works ? delivered : invalid), { maxBackoffMs: 40 });
  append('1');
  await until(() => sent.length === 3);
  works = true;
  await until(() => cursor.pending === 0);
  assert.ok(sent.length <= 6, `${sent.length} requests`);
});

test('after it was away, it is asked again before a refusal counts', async (t) => {
  const answers: Answer[] = [delivered, retry, invalid, invalid, delivered, delivered];
  let at = 0;
  const { append, sender, cursor, poison } = answered(t, () => answers[at++] ?? delivered, {
    maxBackoffMs: 2,
  });
  append('1');
  await sender.flush();
  append('2');
  await sender.flush();
  assert.deepEqual([cursor.pending, poison], [1, []]);
  append('3');
  await until(() => cursor.pending === 0);
  assert.deepEqual(poison, []);
});

test('of very many refused records each is tried, and the good one behind them arrives', async (t) => {
  const { append, sender, cursor, poison } = answered(
    t,
    bad((name) => name !== '999'),
    { maxBackoffMs: 1 },
  );
  append(...numbered(1000));
  while (cursor.pending > 0) await sender.flush();
  assert.equal(poison.length, 999);
});

test('close leaves what was refused and not settled to the next process', async (t) => {
  const { append, sender, cursor } = answered(t, () => invalid);
  append('1', '2');
  await sender.flush();
  await sender.close(0);
  assert.deepEqual([cursor.pending, sender.inFlight, cursor.read()?.count], [2, 0, 2]);
});

test('records that are refused by index are rejected, all others are acknowledged', async (t) => {
  const { append, sender, settled, poison, sent, errors } = answered(t, () => ({
    kind: 'delivered',
    which: [0, 3, 4, 99],
    reason: 'http_207',
    error,
  }));
  append(...numbered(6));
  await sender.flush();
  assert.deepEqual(sent, ['0,1,2,3,4,5']);
  assert.deepEqual(poison, ['0 http_207', '3 http_207', '4 http_207']);
  assert.deepEqual(settled, [
    'otlp rejected(http_207) 1',
    'otlp acked 2',
    'otlp rejected(http_207) 2',
    'otlp acked 1',
  ]);
  assert.deepEqual(errors, [error]);
});

for (const mayPass of [true, false]) {
  test(`close ${mayPass ? 'uses its time' : 'gives up at once'} where time ${mayPass ? 'may' : 'does not'} mend what the destination says`, async (t) => {
    let asked = 0;
    const answer = (): Answer => (++asked < 4 ? { kind: 'hold', error, mayPass } : delivered);
    const { append, sender, cursor } = answered(t, answer);
    append('1');
    await until(() => asked === 1);
    await sender.close(30_000);
    assert.deepEqual([cursor.pending, sender.failure?.mayPass], mayPass ? [0, undefined] : [1, false]);
  });
}
