import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { OtelEventsError } from '../../src/errors.ts';
import type { SpoolBatch } from '../../src/spool/log/cursor.ts';
import { partOf } from '../../src/spool/log/part-of.ts';
import { currentOwner } from '../../src/spool/owner/owner.ts';
import { Sender } from '../../src/spool/send/sender.ts';
import type { Answer, Transport } from '../../src/spool/send/transport.ts';
import { Spool } from '../../src/spool/spool.ts';
import { cpuClock } from '../harness/cpu-clock.ts';
import { runNode } from '../harness/run-node.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { ENVELOPE, logField, numbered, type SendingOptions, sending, until } from './sending.ts';

const FIRST_MS = 60_000;

const error = new OtelEventsError('EXPORT_FAILED', 'no', { reason: 'http_4xx' });
const delivered: Answer = { kind: 'delivered' };
const retry: Answer = { kind: 'retry', error };
const hold: Answer = { kind: 'hold', error };
const tooLarge: Answer = { kind: 'too_large', error };
const invalid: Answer = { kind: 'invalid', reason: 'http_400', error, answer: 'bad' };

/** A request as the transport got it. */
interface Sent {
  readonly batch: SpoolBatch;
  readonly names: string;
  readonly signal: AbortSignal;
  readonly atMs: number;
  answer(answer: Answer): void;
  fail(error: unknown): void;
}

/** A sender whose requests are answered by hand. */
function byHand(t: TestContext, options: SendingOptions = {}) {
  const sent: Sent[] = [];
  const transport: Transport = (batch, signal) =>
    new Promise((answer, fail) => {
      sent.push({ batch, names: batch.names.join(), signal, atMs: performance.now(), answer, fail });
    });
  return { ...sending(t, transport, options), sent, names: () => sent.map(({ names }) => names) };
}

/** A sender whose requests are answered by `answer`. */
function answered(
  t: TestContext,
  answer: (batch: SpoolBatch, index: number) => Answer,
  options: SendingOptions = {},
) {
  const sent: string[] = [];
  const transport: Transport = async (batch) => {
    sent.push(batch.names.join());
    return answer(batch, sent.length - 1);
  };
  return { ...sending(t, transport, options), sent };
}

/** Several turns of the event loop, with whatever they bring. */
async function turns(count = 5): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}

const bad =
  (...names: readonly string[]) =>
  ({ names: all }: SpoolBatch) =>
    all.some((name) => names.includes(name)) ? invalid : delivered;

test('what a turn brought goes in one batch, in order, and is acknowledged', async (t) => {
  const { append, sender, sent, settled, cursor } = answered(t, () => delivered);
  append('1', '2', '3');
  await turns(1);
  append('4');
  await sender.flush();
  assert.deepEqual(sent, ['1,2,3', '4']);
  assert.deepEqual(settled, ['otlp acked 3', 'otlp acked 1']);
  assert.deepEqual([cursor.pending, sender.inFlight, sender.isFailing], [0, 0, false]);
});

test('a batch waits to fill: for its records, its bytes, the interval, or a flush', async (t) => {
  const byCount = byHand(t, { flushIntervalMs: FIRST_MS, maxCount: 3 });
  byCount.append('1', '2');
  await turns();
  assert.deepEqual(byCount.names(), []);
  byCount.append('3', '4');
  await turns();
  assert.deepEqual(byCount.names(), ['1,2,3']);

  const size = logField('1').length;
  const byBytes = byHand(t, { flushIntervalMs: FIRST_MS, maxBytes: 2 * size });
  byBytes.append('1');
  await turns();
  assert.deepEqual(byBytes.names(), []);
  byBytes.append('2', '3');
  await turns();
  assert.deepEqual(byBytes.names(), ['1,2']);

  const byTime = byHand(t, { flushIntervalMs: 300 });
  byTime.append('1');
  const startedMs = performance.now();
  await turns(2);
  byTime.append('2');
  await until(() => byTime.sent.length === 1);
  assert.deepEqual(byTime.names(), ['1,2']);
  assert.ok(performance.now() - startedMs > 200);

  const byFlush = byHand(t, { flushIntervalMs: FIRST_MS });
  byFlush.append('1');
  await turns();
  void byFlush.sender.flush();
  await turns();
  assert.deepEqual(byFlush.names(), ['1']);
});

test('after a batch the next one goes at once while it is full; then it waits to fill again', async (t) => {
  const { append, sent, names } = byHand(t, { flushIntervalMs: FIRST_MS, maxCount: 2 });
  append('1', '2', '3', '4', '5');
  await turns();
  sent[0]?.answer(delivered);
  await turns();
  sent[1]?.answer(delivered);
  await turns();
  assert.deepEqual(names(), ['1,2', '3,4']);

  const byBytes = byHand(t, { flushIntervalMs: FIRST_MS, maxBytes: logField('1').length });
  for (const [index, text] of ['1', '2', '3'].entries()) {
    byBytes.append(text);
    await turns();
    byBytes.sent[index]?.answer(delivered);
    await turns();
  }
  assert.deepEqual(byBytes.names(), ['1', '2', '3']);
});

test('the interval counts from when the batch before was taken: a slow server does not slow the cadence', async (t) => {
  const { append, sent } = byHand(t, { flushIntervalMs: 3000 });
  append('1');
  await until(() => sent.length === 1);
  append('2');
  await until(() => performance.now() - (sent[0]?.atMs ?? 0) > 3050);
  const answeredMs = performance.now();
  sent[0]?.answer(delivered);
  await until(() => sent.length === 2);
  assert.ok((sent[1]?.atMs ?? 0) - answeredMs < 2500);
});

test('when its time has come all goes that has waited, even if it takes a batch for each header', async (t) => {
  const { spool, sent, sender } = answered(t, () => delivered, { flushIntervalMs: 40, sink: 'a' });
  const headers = [ENVELOPE, { ...ENVELOPE, scope: Buffer.alloc(0) }];
  for (let index = 0; index < 6; index++) {
    const kind = spool.kind(index < 4 ? 'logs' : 'traces', headers[index % 2] ?? ENVELOPE, `${index}`, ['a']);
    spool.append(kind, logField('x'));
  }
  const startedMs = performance.now();
  await until(() => sent.length > 0);
  assert.ok(performance.now() - startedMs > 10);
  await turns(20);
  assert.deepEqual(sent, ['0', '1', '2', '3', '4', '5']);
  assert.equal(sender.inFlight, 0);
});

test('leftovers are sent before the own log, in the order in which they were added', async (t) => {
  const directory = tempDir(t);
  const dead = { ...currentOwner(), pid: 4_194_305, thread: 4_194_305, start: '1' };
  let nowMs = Date.now() - 1000;
  for (const text of ['oldest', 'older']) {
    const before = new Spool({ spool: directory, owner: dead, now: () => nowMs });
    before.append(before.kind('logs', ENVELOPE, text, ['otlp']), logField(text));
    before.close();
    nowMs += 100;
  }
  const { spool, sender, append, sent, settled } = answered(t, () => delivered, {
    spool: { spool: directory },
  });
  const leftovers = await spool.adoptLeftovers();
  append('new');
  for (const leftover of leftovers) {
    const cursor = leftover.cursor('otlp');
    assert.ok(cursor);
    sender.addCursor(cursor, true);
  }
  await sender.flush();
  assert.deepEqual(sent, ['oldest', 'older', 'new']);
  assert.deepEqual(settled, ['otlp acked 1', 'otlp acked 1', 'otlp acked 1']);
  assert.ok(leftovers.every(({ isDone }) => isDone));
});

test('a batch that fails is sent again before anything later, the same bytes; one report an outage', async (t) => {
  const { append, sent, names, errors, settled, sender } = byHand(t);
  append('1', '2');
  await turns();
  append('3');
  sent[0]?.answer(retry);
  await until(() => sent.length === 2);
  assert.equal(sender.isFailing, true);
  sent[1]?.fail(new Error('a transport that throws'));
  await until(() => sent.length === 3);
  assert.deepEqual(sent[2]?.batch, sent[0]?.batch);
  sent[2]?.answer(delivered);
  await until(() => sent.length === 4);
  assert.deepEqual(names(), ['1,2', '1,2', '1,2', '3']);
  assert.equal(sender.isFailing, false);
  assert.deepEqual(errors, [error]);
  assert.deepEqual(settled, ['otlp acked 2']);
  sent[3]?.answer(retry);
  await until(() => errors.length === 2);
});

test('an outage that turns from no answer into a refusal is reported twice, not more', async (t) => {
  const refusal = new OtelEventsError('EXPORT_FAILED', 'answered 401');
  const answers: Answer[] = [retry, { kind: 'hold', error: refusal }, retry, hold, retry];
  const { append, sender, errors } = answered(t, (_, index) => answers[index] ?? delivered);
  append('1');
  await sender.flush();
  assert.deepEqual(errors, [error, refusal]);
});

test('a transport that throws at once, or rejects with no error at all, is tried again', async (t) => {
  let calls = 0;
  const { append, sender, errors, settled } = sending(t, () => {
    calls++;
    if (calls === 1) throw new TypeError('broken');
    return calls === 2 ? Promise.reject(undefined) : Promise.resolve(delivered);
  });
  append('1');
  await sender.flush();
  assert.equal(calls, 3);
  assert.deepEqual(settled, ['otlp acked 1']);
  assert.deepEqual(
    errors.map(({ message }) => message),
    ['otlp: broken'],
  );
});

test('what the destination asked for is waited for, and no longer backoff either', async (t) => {
  const later = byHand(t, { initialBackoffMs: 1, maxBackoffMs: 1 });
  later.append('1');
  await until(() => later.sent.length === 1);
  later.sent[0]?.answer({ ...retry, afterMs: 60 });
  await until(() => later.sent.length === 2);
  assert.ok((later.sent[1]?.atMs ?? 0) - (later.sent[0]?.atMs ?? 0) > 59);

  const sooner = byHand(t, { initialBackoffMs: 10, maxBackoffMs: FIRST_MS });
  sooner.append('1');
  for (let attempt = 0; attempt < 15; attempt++) {
    await until(() => sooner.sent.length === attempt + 1);
    sooner.sent[attempt]?.answer({ ...retry, afterMs: 10 });
  }
  await until(() => sooner.sent.length === 16);
});

test('"at once" and dates in the past do not make a busy loop', async (t) => {
  const { append, sent } = byHand(t, { initialBackoffMs: 40, maxBackoffMs: 40 });
  append('1');
  await until(() => sent.length === 1);
  sent[0]?.answer({ ...retry, afterMs: 0 });
  await until(() => sent.length === 2);
  assert.ok((sent[1]?.atMs ?? 0) - (sent[0]?.atMs ?? 0) > 39);
});

test('a destination that says nothing about the records is tried at the longest interval; a flush cuts it once', async (t) => {
  const { append, sent, settled, errors, sender, cursor } = byHand(t, {
    maxBackoffMs: FIRST_MS,
    concurrency: 2,
  });
  append('1');
  await turns();
  sent[0]?.answer(hold);
  await turns();
  assert.equal(sent.length, 1);
  void sender.flush();
  await until(() => sent.length === 2);
  sent[1]?.answer(hold);
  await turns();
  append('2');
  await turns();
  assert.equal(sent.length, 2);
  assert.deepEqual([settled, errors, cursor.pending], [[], [error], 2]);
  assert.equal(sender.inFlight, 1);
  const flushed = sender.flush();
  await until(() => sent.length === 3);
  sent[2]?.answer(delivered);
  await until(() => sent.length === 4);
  sent[3]?.answer(delivered);
  await flushed;
  assert.deepEqual(settled, ['otlp acked 1', 'otlp acked 1']);
});

test('a part of a batch that is not taken now is tried again, without what is settled', async (t) => {
  const answers: Answer[] = [invalid, delivered, retry, hold, delivered];
  const { append, sender, cursor, sent, settled } = answered(t, (_, index) => answers[index] ?? delivered);
  append('1', '2', '3', '4');
  await sender.flush();
  assert.equal(cursor.pending, 2, 'flush does not wait for what time alone does not mend');
  await sender.flush();
  assert.deepEqual(sent, ['1,2,3,4', '1,2', '3,4', '3,4', '3,4']);
  assert.deepEqual(settled, ['otlp acked 2', 'otlp acked 2']);
});

test('an impatient flush does not wait for a destination that is away; a patient one does', async (t) => {
  let back = false;
  const { append, sender, cursor } = answered(t, () => (back ? delivered : retry));
  append('1');
  await sender.flush('hurried');
  assert.equal(cursor.pending, 1);
  const patient = sender.flush();
  back = true;
  await patient;
  assert.equal(cursor.pending, 0);
});

test('too large: halves go, in order; the size that went through is kept and grows back slowly', async (t) => {
  const size = logField('00').length;
  const names = Array.from({ length: 64 }, (_, index) => String(index).padStart(2, '0'));
  const counts: number[] = [];
  let most = 3;
  const { append, sender, cursor, errors, settled } = answered(
    t,
    ({ count }) => {
      counts.push(count);
      return count > most ? tooLarge : delivered;
    },
    { maxBytes: 16 * size },
  );
  append(...names);
  await sender.flush();
  assert.equal(cursor.pending, 0);
  assert.deepEqual(counts.slice(0, 5), [16, 8, 4, 2, 2], 'halved down to what goes through');
  const refused = counts.filter((count) => count > most);
  assert.ok(refused.length <= 8, `asked for too much ${refused.length} times: ${counts}`);
  assert.deepEqual(errors, []);
  assert.ok(settled.every((words) => words.includes('acked')));

  most = 100;
  counts.length = 0;
  for (let round = 0; round < 20; round++) {
    append(...names);
    await sender.flush();
  }
  assert.equal(Math.max(...counts), 16);
  assert.ok(counts.every((count, index) => count <= 1 + 1.2 * Math.max(...counts.slice(0, index), 3)));
});

test('a single record that is too large is rejected; what is before and behind it is delivered', async (t) => {
  const { append, sender, sent, settled, poison, errors } = answered(t, ({ names }) =>
    names.includes('huge') ? tooLarge : delivered,
  );
  append('1', '2', 'huge', '3');
  await sender.flush();
  assert.deepEqual(poison, ['huge http_4xx']);
  assert.deepEqual(settled, ['otlp acked 2', 'otlp rejected(http_4xx) 1', 'otlp acked 1']);
  assert.deepEqual(errors, [error]);
  assert.deepEqual(sent, ['1,2,huge,3', '1,2', 'huge,3', 'huge', '3']);
});

test('invalid: only the bad records are rejected, all others are delivered once and in order', async (t) => {
  const poisoned: unknown[] = [];
  const { append, sender, sent, settled, poison, errors } = answered(t, bad('2', '5', '6'), {
    onPoison: (batch, index = 0, reason, answer) => poisoned.push([batch.names[index], reason, answer]),
  });
  append(...numbered(8));
  await sender.flush();
  assert.deepEqual(poison, ['2 http_400', '5 http_400', '6 http_400']);
  assert.deepEqual(poisoned[0], ['2', 'http_400', 'bad']);
  const good = sent
    .map((names) => names.split(','))
    .filter((names) => !names.some((name) => '256'.includes(name)));
  assert.deepEqual(good.flat(), ['0', '1', '3', '4', '7']);
  assert.equal(settled.filter((words) => words === 'otlp rejected(http_400) 1').length, 3);
  assert.deepEqual(errors, [error], 'once a burst');
});

test('a burst of rejections ends with a batch without any: the next is reported again', async (t) => {
  const { append, sender, errors } = answered(t, bad('1', '3', '5'));
  for (const texts of [['0', '1'], ['2', '3'], ['4'], ['5']]) {
    append(...texts);
    await sender.flush();
  }
  assert.equal(errors.length, 2);
});

test('a destination that refuses every record is not believed for long: what is left stays', async (t) => {
  let works = false;
  const { append, sender, sent, cursor, errors, poison } = answered(t, () => (works ? delivered : invalid), {
    maxBackoffMs: FIRST_MS,
  });
  append(...numbered(1000));
  await until(() => sender.isFailing && errors.length === 2);
  await turns(10);
  assert.equal(poison.length, 256);
  assert.equal(cursor.pending, 744);
  assert.ok(sent.length < 2 * 256 + 12, `${sent.length} requests`);
  assert.match(errors[1]?.message ?? '', /otlp refuses every record/);

  void sender.flush();
  await until(() => poison.length === 272);
  await turns(10);
  assert.equal(cursor.pending, 728, 'a few at each try');
  assert.equal(errors.length, 2, 'reported once');
  assert.equal(sender.isFailing, true);

  works = true;
  await sender.flush();
  assert.equal(cursor.pending, 0);
  assert.equal(sender.isFailing, false);
  assert.equal(poison.length, 272);
});

test('a destination that accepts others is believed, however many it refuses', async (t) => {
  const { append, sender, cursor, errors, poison } = answered(
    t,
    ({ names }) => (names.some((name) => Number(name) % 4 === 1) ? invalid : delivered),
    { maxBackoffMs: FIRST_MS },
  );
  append(...numbered(2000));
  await sender.flush();
  assert.deepEqual([poison.length, cursor.pending, errors.length], [500, 0, 1]);
});

test('refused: the whole batch is rejected for the reason given, and each record is told of', async (t) => {
  const { append, sender, sent, settled, poison, errors } = answered(t, (_, index) =>
    index === 0 ? { kind: 'refused', reason: 'no_way', error } : delivered,
  );
  append('1', '2');
  await sender.flush();
  append('3');
  await sender.flush();
  assert.deepEqual(sent, ['1,2', '3']);
  assert.deepEqual(settled, ['otlp rejected(no_way) 2', 'otlp acked 1']);
  assert.deepEqual(poison, ['1 no_way', '2 no_way']);
  assert.deepEqual(errors, [error]);
});

const PARTIAL: readonly [number, string[]][] = [
  [1, ['otlp acked 2', 'otlp rejected(partial_success) 1']],
  [3, ['otlp rejected(partial_success) 3']],
  [99, ['otlp rejected(partial_success) 3']],
  [Number.POSITIVE_INFINITY, ['otlp rejected(partial_success) 3']],
  [-5, ['otlp acked 3']],
  [Number.NaN, ['otlp acked 3']],
];

for (const [refused, expected] of PARTIAL) {
  test(`a partial success that refuses ${refused} of 3 is counted and not sent again`, async (t) => {
    const { append, sender, sent, settled, poison, errors } = answered(t, () => ({
      kind: 'delivered',
      refused,
    }));
    append('1', '2', '3');
    await sender.flush();
    const isPartial = expected.some((words) => words.includes('rejected'));
    assert.deepEqual([sent.length, poison], [1, isPartial ? ['1,2,3 partial_success'] : []]);
    assert.deepEqual(settled, expected);
    const codes = errors.map(({ code }) => code);
    assert.deepEqual(
      codes,
      expected.length === 1 && expected[0]?.includes('acked') ? [] : ['EXPORT_PARTIAL'],
    );
  });
}

test('with more lanes batches are settled independently', async (t) => {
  const { append, sent, names, cursor, settled } = byHand(t, { concurrency: 3, maxCount: 1 });
  append('1', '2', '3', '4');
  await turns();
  assert.deepEqual(names(), ['1', '2', '3']);
  sent[2]?.answer(delivered);
  await turns();
  assert.deepEqual(names(), ['1', '2', '3', '4']);
  sent[3]?.answer(delivered);
  sent[1]?.answer(invalid);
  await turns();
  assert.equal(cursor.pending, 1);
  sent[0]?.answer(delivered);
  await turns();
  assert.deepEqual([cursor.pending, settled.length], [0, 4]);
});

test('with more lanes one of them tries while the destination is away; the others wait for its answer', async (t) => {
  const { append, sent, names } = byHand(t, { concurrency: 3, maxCount: 1 });
  append(...numbered(6));
  await turns();
  for (const request of sent.slice(0, 3)) request.answer(retry);
  await until(() => sent.length === 4);
  await turns(20);
  assert.deepEqual(names().slice(3), ['0']);
  sent[3]?.answer(hold);
  await until(() => sent.length === 5);
  await turns(20);
  assert.deepEqual(names().slice(3), ['0', '0']);
  sent[4]?.answer(delivered);
  await until(() => sent.length === 8);
  assert.deepEqual(names().slice(5).sort(), ['1', '2', '3']);
});

test('a lane that is told to wait keeps its wait although another one is answered', async (t) => {
  const { append, sent, names, errors } = byHand(t, { concurrency: 2, maxCount: 1 });
  append(...numbered(4));
  await turns();
  const startedMs = performance.now();
  sent[0]?.answer({ ...retry, afterMs: 300 });
  await turns();
  sent[1]?.answer(delivered);
  await turns();
  assert.deepEqual(names(), ['0', '1'], 'the other lane takes nothing new');
  await until(() => sent.length > 2);
  assert.ok(performance.now() - startedMs > 150);
  assert.deepEqual(names().slice(2), ['0']);
  sent[2]?.answer(retry);
  await until(() => sent.length > 3);
  assert.equal(errors.length, 1, 'one outage');
});

test('an answer to what was sent before the outage does not end it: the one that tries does', async (t) => {
  const { append, sender, sent, names } = byHand(t, { concurrency: 2, maxCount: 1 });
  append(...numbered(4));
  await turns();
  sent[0]?.answer(retry);
  await until(() => sent.length === 3);
  sent[1]?.answer(delivered);
  await turns();
  assert.deepEqual([names(), sender.isFailing], [['0', '1', '0'], true]);
  sent[2]?.answer(delivered);
  await until(() => sent.length === 5);
  assert.equal(sender.isFailing, false);
});

test('a lane that is told to wait while another one is tried keeps its wait', async (t) => {
  const { append, sent, names } = byHand(t, { concurrency: 2, maxCount: 1 });
  append(...numbered(4));
  await turns();
  sent[0]?.answer(retry);
  await until(() => sent.length === 3);
  const startedMs = performance.now();
  sent[1]?.answer({ ...retry, afterMs: 300 });
  await turns();
  sent[2]?.answer(delivered);
  await until(() => sent.length > 3);
  assert.ok(performance.now() - startedMs > 150);
  assert.deepEqual(names().slice(0, 3), ['0', '1', '0']);
});

test('flush waits for what was pending, and for no more; concurrent ones each for their own', async (t) => {
  const { append, sender, sent } = byHand(t, { flushIntervalMs: FIRST_MS });
  const done: string[] = [];
  const flush = (name: string): Promise<void> => sender.flush().then(() => void done.push(name));
  await flush('nothing pending');
  append('1');
  const first = flush('first');
  await turns();
  append('2');
  const second = [flush('second'), flush('second')];
  sent[0]?.answer(delivered);
  await first;
  await turns();
  append('3');
  assert.deepEqual(done, ['nothing pending', 'first']);
  sent[1]?.answer(delivered);
  await Promise.all(second);
  await turns();
  assert.equal(sent.length, 2, 'what came later waits to fill');
});

test('flush covers what several lanes have under way', async (t) => {
  const { append, sender, sent } = byHand(t, { concurrency: 2, maxCount: 1 });
  append('1', '2');
  await turns();
  let isDone = false;
  const flushed = sender.flush().then(() => {
    isDone = true;
  });
  sent[1]?.answer(delivered);
  await turns();
  assert.equal(isDone, false);
  sent[0]?.answer(delivered);
  await flushed;
});

test('close flushes for as long as it may; then nothing is sent any more and all that is left stays pending', async (t) => {
  const directory = tempDir(t);
  const { append, sender, sent, spool, cursor, settled } = byHand(t, {
    spool: { spool: directory },
    maxCount: 2,
  });
  let closed = 0;
  const again = new Sender({ name: 'again', transport: async () => delivered, onClosed: () => closed++ });
  append('1', '2', '3', '4', '5');
  await turns();
  const flushed = sender.flush();
  const closing = sender.close(100);
  sent[0]?.answer(delivered);
  await until(() => sent.length === 2);
  await closing;
  await flushed;
  assert.equal(sent[1]?.signal.aborted, true);
  assert.deepEqual([cursor.pending, sender.inFlight, settled], [3, 0, ['otlp acked 2']]);
  sent[1]?.answer(delivered);
  append('6');
  await turns();
  await Promise.all([sender.close(1000), sender.flush()]);
  assert.deepEqual([sent.length, cursor.pending, settled.length], [2, 4, 1], 'a late answer changes nothing');

  again.addCursor(spool.cursor('otlp'));
  await again.flush();
  assert.equal(cursor.pending, 0);
  await Promise.all([again.close(0), again.close(10)]);
  assert.equal(closed, 1);
});

test('close cuts a backoff short, and resolves in time although the transport never answers', async (t) => {
  const waiting = byHand(t, { maxBackoffMs: FIRST_MS });
  waiting.append('1');
  await turns();
  waiting.sent[0]?.answer(hold);
  await turns();
  const closing = waiting.sender.close(60_000);
  await until(() => waiting.sent.length === 2);
  waiting.sent[1]?.answer(delivered);
  await closing;
  assert.equal(waiting.cursor.pending, 0);

  const stuck = byHand(t);
  stuck.append('1');
  await turns();
  await stuck.sender.close(0);
  assert.deepEqual([stuck.sent[0]?.signal.aborted, stuck.cursor.pending], [true, 1]);
});

test('a part of a batch that was settled does not come back after close', async (t) => {
  const answers: Answer[] = [invalid, delivered, hold];
  const { append, sender, cursor } = answered(t, (_, index) => answers[index] ?? delivered, {
    maxBackoffMs: FIRST_MS,
  });
  append('1', '2', '3', '4');
  await until(() => cursor.pending === 2 && sender.isFailing);
  await sender.close(0);
  assert.deepEqual(cursor.read()?.names, ['3', '4']);
});

test('listeners that throw do not stop the delivery', async (t) => {
  const { spool } = sending(t, async () => delivered);
  const throws = (): never => {
    throw new Error('a listener');
  };
  const sender = new Sender({
    name: 'x',
    transport: async (batch) => bad('2')(batch),
    onError: throws,
    onPoison: throws,
    onClosed: throws,
  });
  const cursor = spool.cursor('x');
  sender.addCursor(cursor);
  for (const name of numbered(4)) spool.append(spool.kind('logs', ENVELOPE, name, ['x']), logField(name));
  await sender.flush();
  assert.equal(cursor.pending, 0);
  await sender.close(0);
});

test('a destination that answers at once does not keep the app from its turn', async (t) => {
  const { append, sender } = answered(t, () => delivered, { maxCount: 1 });
  for (let round = 0; round < 20; round++) append(...numbered(1000));
  let turnsOfApp = 0;
  const timer = setInterval(() => turnsOfApp++, 1);
  await sender.flush();
  clearInterval(timer);
  assert.ok(turnsOfApp >= 5, `${turnsOfApp} turns`);
});

test('a log that cannot be read any more does not keep a flush waiting', async (t) => {
  const { append, sender, spool, cursor } = answered(t, () => delivered, {
    spool: { spool: tempDir(t) },
    flushIntervalMs: FIRST_MS,
  });
  append('1');
  await spool.durable();
  spool.close();
  assert.equal(cursor.pending, 1);
  await sender.flush();
  assert.equal(cursor.pending, 1);
});

test('a leftover that cannot be read any more does not hold up the own log', async (t) => {
  const directory = tempDir(t);
  const dead = { ...currentOwner(), pid: 4_194_305, thread: 4_194_305, start: '1' };
  const before = new Spool({ spool: directory, owner: dead });
  before.append(before.kind('logs', ENVELOPE, 'old', ['otlp']), logField('old'));
  before.close();
  const { spool, sender, append, sent } = answered(t, () => delivered, {
    spool: { spool: directory },
    flushIntervalMs: 20,
    maxBackoffMs: FIRST_MS,
  });
  const [leftover] = await spool.adoptLeftovers();
  const cursor = leftover?.cursor('otlp');
  assert.ok(leftover && cursor);
  leftover.close();
  sender.addCursor(cursor, true);
  for (const text of ['1', '2']) {
    append(text);
    await until(() => sent.includes(text));
    await turns();
  }
  assert.deepEqual([sent, cursor.pending], [['1', '2'], 1]);
});

test('to wake a sender costs next to nothing while there is nothing to do', async (t) => {
  const { append, sender, sent } = byHand(t, { flushIntervalMs: FIRST_MS });
  const measure = (): number => {
    const clock = cpuClock();
    for (let count = 0; count < 100_000; count++) sender.wake();
    return (clock() * 1e6) / 100_000;
  };
  const idle = measure();
  append('1');
  await turns();
  const filling = measure();
  void sender.flush();
  await turns();
  const busy = measure();
  assert.equal(sent.length, 1);
  t.diagnostic(`ns a call: ${idle.toFixed()} idle, ${filling.toFixed()} filling, ${busy.toFixed()} busy`);
  assert.ok(Math.max(idle, filling, busy) < 20_000);
});

for (const kind of ['retry', 'hold', 'fill'] as const) {
  test(`the wait of a ${kind} does not keep the process alive`, async () => {
    const code = `
      import { partOf } from '../../src/spool/log/part-of.ts';
import { Sender } from '../../src/spool/send/sender.ts';
      import { Spool } from '../../src/spool/spool.ts';
      const error = new Error('no');
      const spool = new Spool({ onTurn: () => sender.wake() });
      const sender = new Sender({
        name: 'a',
        transport: async () => ({ kind: '${kind}', afterMs: 60000, error }),
        flushIntervalMs: ${kind === 'fill' ? 60_000 : 0},
        onError: () => console.log('failing'),
      });
      sender.addCursor(spool.cursor('a'));
      const header = { resource: Buffer.alloc(0), scope: Buffer.alloc(0) };
      spool.append(spool.kind('logs', header, 'x', ['a']), Buffer.from('x'));
    `;
    const { code: exitCode, stdout, stderr, ms } = await runNode(code);
    assert.deepEqual([exitCode, stdout, stderr], [0, kind === 'fill' ? '' : 'failing\n', '']);
    assert.ok(ms < 30_000);
  });
}

test('a part of a batch is what a batch of those records would be', () => {
  const batch: SpoolBatch = {
    signal: 'logs',
    header: ENVELOPE,
    bytes: Buffer.from('aabbbcdddd'),
    count: 4,
    ends: [2, 5, 6, 10],
    positions: [20, 40, 50, 60],
    names: ['a', 'b', 'c', 'd'],
    timesMs: [1, 2, 3, 4],
    from: 10,
    to: 60,
  };
  const part = partOf(batch, 1, 3);
  assert.deepEqual(part, {
    signal: 'logs',
    header: ENVELOPE,
    bytes: Buffer.from('bbbc'),
    count: 2,
    ends: [3, 4],
    positions: [40, 50],
    names: ['b', 'c'],
    timesMs: [2, 3],
    from: 20,
    to: 50,
  });
  assert.deepEqual(partOf(part, 1, 2).from, 40);
  assert.equal(partOf(batch, 0, 4), batch);
});
