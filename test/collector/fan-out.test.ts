import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fanOut as offerShares } from '../../src/collector/fan-out.ts';
import { Lane } from '../../src/collector/lane.ts';
import { Outage } from '../../src/collector/outage.ts';
import { createLog } from '../../src/collector/telemetry/create-log.ts';
import { OtelEventsError } from '../../src/errors.ts';
import type { BatchExporter } from '../../src/exporters/batch-exporter.ts';
import type { Batch, Consume } from '../../src/otlp/wire/batch.ts';
import { OtlpRequest } from '../../src/otlp/wire/otlp-request.ts';
import { batchOf, deferred, logsOf, namesIn } from './samples.ts';
import { withoutTime } from './without-time.ts';

const GIVE_UP_MS = 300;

function lane(consume: Consume, lines: string[] = [], name = 'test'): Lane {
  const outage = new Outage(
    createLog({ level: 'info', encoding: 'console', initialFields: new Map(), resource: undefined }, (line) =>
      lines.push(withoutTime(line)),
    ),
    'export',
    name,
  );
  return new Lane({ consume, close: async () => {} }, outage);
}

/** Offers what it is given to all of them. */
const fanOut =
  (lanes: readonly Lane[], giveUpMs?: number): Consume =>
  (batch) =>
    offerShares(
      lanes.map((lane) => ({ lane, request: OtlpRequest.of(batch) })),
      giveUpMs,
    );

const takes: Consume = async () => {};
const refuses: Consume = () => Promise.reject(new Error('disk full'));
const hangs: Consume = () => new Promise(() => {});

async function timed(run: Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await run;
  return performance.now() - startedMs;
}

/** Whether the answer needs no timer: it is there before the event loop turns. */
async function answersAtOnce(consume: Consume): Promise<boolean> {
  const turned = new Promise<boolean>((resolve) => setImmediate(() => resolve(false)));
  const answered = () => true;
  return await Promise.race([consume(batchOf('a')).then(answered, answered), turned]);
}

test('a batch is offered to every exporter', async () => {
  const seen: string[] = [];
  const consume = fanOut(['a', 'b'].map((name) => lane(async () => void seen.push(name))));
  await consume(batchOf('x'));
  assert.deepEqual(seen, ['a', 'b']);
});

/** Takes batches into a queue of `size`; only what was taken is `held`. */
function queue(size: number, held: string[] = []): BatchExporter {
  let places = 0;
  return {
    consume: () => Promise.reject(new Error('reserve first')),
    close: async () => {},
    reserve: (batch) => {
      if (places === size) throw new OtelEventsError('QUEUE_FULL', 'full', { retry: {} });
      places++;
      const letGo = () => void places--;
      return { letGo, take: () => held.push(...namesOf(batch)) > 0 };
    },
  };
}

const namesOf = (batch: Batch): string[] => namesIn(JSON.stringify(OtlpRequest.of(batch).decoded()));

const viewer = (consume: Consume): Lane =>
  new Lane({ consume, keeps: false, close: async () => {} }, silent());

function silent(): Outage {
  return new Outage(() => {}, 'export', 'test');
}

const BAD_DATA = new OtelEventsError('EXPORT_FAILED', 'bad data', { reason: 'http_400' });

test('one that refuses is enough: the sender keeps the batch, and what the other took is a copy', async () => {
  const [good, bad] = [lane(takes), lane(refuses)];
  await assert.rejects(fanOut([bad, good])(batchOf('a', 'b')), {
    code: 'EXPORT_FAILED',
    retry: { afterMs: 1000 },
  });
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(good.stats(), { sent: 2, queued: 0, dropped: 0, failed: 0, copies: 2 });
  assert.deepEqual(bad.stats(), { sent: 0, queued: 0, dropped: 0, failed: 2 });
  assert.deepEqual([good.isUnwell, bad.isUnwell], [false, true]);
});

test('what only shows data never counts: not when it takes it, refuses it or hangs', async () => {
  await assert.rejects(fanOut([viewer(takes), lane(refuses)])(batchOf('a')), { code: 'EXPORT_FAILED' });
  for (const consume of [takes, refuses, hangs]) await fanOut([viewer(consume), lane(takes)])(batchOf('a'));
  await fanOut([viewer(refuses)])(batchOf('a'));
});

test('a full queue refuses a batch before any file has it; places of the others are let go', async () => {
  const held: string[] = [];
  const seen: string[] = [];
  const roomy = new Lane(queue(1, held), silent());
  const file = lane(async (batch) => void seen.push(...namesOf(batch)));
  const full = new Lane(queue(0), silent());
  await assert.rejects(fanOut([file, roomy, full])(batchOf('a')), { retry: { afterMs: 1000 } });
  assert.deepEqual([seen, held, full.stats().failed, file.stats().failed], [[], [], 1, 0]);
  await fanOut([file, roomy])(batchOf('b'));
  assert.deepEqual([seen, held], [['b'], ['b']]);
});

test('what a file refuses is in no queue', async () => {
  const held: string[] = [];
  await assert.rejects(fanOut([new Lane(queue(9, held), silent()), lane(refuses)])(batchOf('a')));
  assert.deepEqual(held, []);
});

test('a refusal for good is passed on as one; one that may go away outranks it', async () => {
  const forGood = (): Promise<void> => Promise.reject(BAD_DATA);
  const error = await fanOut([lane(takes), lane(forGood)])(batchOf('a')).catch((cause) => cause);
  assert.deepEqual([error.code, error.retry, error.reason], ['EXPORT_FAILED', undefined, 'http_400']);
  await assert.rejects(fanOut([lane(forGood), lane(refuses)])(batchOf('a')), { retry: { afterMs: 1000 } });
  assert.equal(lane(forGood).isUnwell, false);
});

test('the wait that a destination asks for is passed on', async () => {
  const busy = new OtelEventsError('EXPORT_FAILED', 'busy', { retry: { afterMs: 7_000 } });
  const consume = fanOut([lane(() => Promise.reject(busy))]);
  await assert.rejects(consume(batchOf('a')), { retry: { afterMs: 7_000 } });
});

test('an exporter that throws at once is an exporter that refuses', async () => {
  const throws = (() => {
    throw new TypeError('bug');
  }) as Consume;
  const [bad, good] = [lane(throws), lane(takes)];
  await assert.rejects(fanOut([bad, good])(batchOf('a')), { code: 'EXPORT_FAILED' });
  assert.equal(bad.stats().failed, 1);
});

test('the answer waits for a slower exporter, within reason', async () => {
  let written = false;
  const slow = lane(async () => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    written = true;
  });
  await fanOut([lane(takes), slow], GIVE_UP_MS)(batchOf('a'));
  assert.ok(written);
});

test('a hung exporter delays the first answer; those after it are refused at once, without copies', async () => {
  const [hung, good] = [lane(hangs), lane(takes)];
  const consume = fanOut([good, hung], GIVE_UP_MS);
  assert.ok((await timed(assert.rejects(consume(batchOf('a')), { retry: { afterMs: 1000 } }))) >= 200);
  for (let count = 0; count < 20; count++) assert.ok(await answersAtOnce(consume));
  assert.deepEqual(hung.stats(), { sent: 0, queued: 1, dropped: 0, failed: 20 });
  assert.deepEqual(good.stats(), { sent: 1, queued: 0, dropped: 0, failed: 0, copies: 1 });
});

test('what was waited for in vain is not waited for again, though a timer may be early by part of a millisecond', async () => {
  for (let times = 0; times < 40; times++) {
    const consume = fanOut([lane(takes), lane(hangs)], 10);
    await assert.rejects(consume(batchOf('a')));
    assert.ok(await answersAtOnce(consume), `time ${times}`);
  }
});

test('an exporter that has caught up takes batches again; what it took late is a copy', async () => {
  const gate = deferred();
  let gated: Promise<void> = gate.promise;
  const slow = lane(() => gated);
  const consume = fanOut([lane(takes), slow], GIVE_UP_MS);
  await assert.rejects(consume(batchOf('a')));
  gated = Promise.resolve();
  gate.resolve();
  await new Promise((resolve) => setImmediate(resolve));
  await consume(batchOf('b'));
  assert.deepEqual(slow.stats(), { sent: 2, queued: 0, dropped: 0, failed: 0, copies: 1 });
});

test('a hung exporter keeps a bounded number of bytes', async () => {
  const hung = lane(hangs);
  const big = OtlpRequest.read(
    'logs',
    'json',
    Buffer.from(JSON.stringify(logsOf('x'.repeat(10 * 1024 * 1024)))),
  );
  const offers = Array.from({ length: 8 }, () => hung.offer(big));
  for (const error of await Promise.all(offers.slice(6)))
    assert.equal((error as OtelEventsError).code, 'QUEUE_FULL');
  assert.deepEqual(hung.stats(), { sent: 0, queued: 6, dropped: 0, failed: 2 });
});

test('an outage is logged when it begins and when it ends, once each', async () => {
  const lines: string[] = [];
  let broken = false;
  const moody = lane(
    () => (broken ? Promise.reject(new Error('disk full')) : Promise.resolve()),
    lines,
    'file/logs',
  );
  for (const state of [false, true, true, true, false, false, true]) {
    broken = state;
    await moody.offer(batchOf('a'));
  }
  assert.deepEqual(lines, [
    'WARN export fails exporter=file/logs error="disk full"',
    'INFO export works again exporter=file/logs failures=3',
    'WARN export fails exporter=file/logs error="disk full"',
  ]);
});

test('close lets what is under way finish, for a while', async () => {
  const gate = deferred();
  const slow = lane(() => gate.promise);
  void slow.offer(batchOf('a'));
  setTimeout(gate.resolve, 20);
  await slow.close(1_000);
  assert.equal(slow.stats().sent, 1);

  const hung = lane(hangs);
  void hung.offer(batchOf('a'));
  assert.ok((await timed(hung.close(30))) < 500);
});

test('what was worked out about a request is let go while exporters still hold it', async () => {
  const request = OtlpRequest.read('logs', 'json', Buffer.from(JSON.stringify(logsOf('a'))));
  const decoded = request.decoded();
  assert.equal(request.decoded(), decoded);
  await fanOut([lane(takes)])(request);
  assert.notEqual(request.decoded(), decoded);
  assert.deepEqual(request.decoded(), decoded);
});
