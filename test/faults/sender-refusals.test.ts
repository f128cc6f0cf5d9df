import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { encodeProtobuf } from '../../src/otlp/wire/encode-protobuf.ts';
import { RESPONSE, STATUS } from '../../src/otlp/wire/messages.ts';
import { deadLetterOf } from '../../src/spool/send/dead-letter-of.ts';
import { DeadLetters, readDeadLetters } from '../../src/spool/send/dead-letters.ts';
import { type Answer, httpSink, type SinkRequest } from '../harness/http-sink.ts';
import { tempDir } from '../harness/temp-dir.ts';
import {
  numbered,
  type SendingOptions,
  sendingTo,
  textsIn,
  textsInRequest,
  textsOf,
  until,
} from '../spool/sending.ts';

const PROTOBUF = { 'content-type': 'application/x-protobuf' };

/** A sink that answers by status, and keeps the requests it took. */
async function choosy(statusOf: (request: SinkRequest, texts: readonly string[]) => number) {
  const taken: SinkRequest[] = [];
  const answer: Answer = (request, response) => {
    const status = statusOf(request, textsOf(request));
    if (status === 200) taken.push(request);
    response.writeHead(status, PROTOBUF);
    response.end(status === 200 ? '' : encodeProtobuf(STATUS, { code: 3, message: `no, ${status}` }));
  };
  return { sink: await httpSink(answer), taken };
}

/** Keeps poison in dead letters, as whoever owns a sender does. */
function burying(t: TestContext): { directory: string; onPoison: NonNullable<SendingOptions['onPoison']> } {
  const directory = tempDir(t);
  const letters = new DeadLetters(directory);
  const onPoison: NonNullable<SendingOptions['onPoison']> = (batch, index, reason, answer) => {
    letters.add(deadLetterOf(batch, index, { sink: 'otlp', reason, answer }));
  };
  return { directory, onPoison };
}

test('a poison record among 10,000: it alone goes to the dead letters, the others arrive once and in order', async (t) => {
  const { sink, taken } = await choosy((_request, texts) => (texts.includes('6789') ? 400 : 200));
  const { directory, onPoison } = burying(t);
  const { append, sender, cursor, errors } = sendingTo(
    t,
    sink,
    { onPoison, maxBytes: 4 * 1024 * 1024, spool: { spool: directory } },
    { compression: 'gzip' },
  );
  append(...numbered(10_000));
  await sender.flush();
  assert.equal(cursor.pending, 0);
  const others = numbered(10_000).filter((text) => text !== '6789');
  assert.deepEqual(textsIn(taken), others);
  assert.ok(sink.requests.length <= 2 * Math.ceil(Math.log2(10_000)) + 2, `${sink.requests.length} requests`);
  t.diagnostic(`${sink.requests.length} requests`);
  const letters = [...readDeadLetters(directory)].map(({ letter }) => letter);
  assert.equal(letters.length, 1);
  assert.deepEqual(
    [letters[0]?.name, letters[0]?.reason, letters[0]?.answer],
    ['6789', 'http_400', 'no, 400'],
  );
  assert.deepEqual(textsInRequest(letters[0]?.request ?? Buffer.alloc(0)), ['6789']);
  assert.equal(errors.length, 1);
});

test('several poison records, some next to each other, in batches that are split by 422', async (t) => {
  const poisonous = new Set(['0', '1', '2', '50', '77', '78', '199']);
  const { sink, taken } = await choosy((_request, texts) =>
    texts.some((text) => poisonous.has(text)) ? 422 : 200,
  );
  const { directory, onPoison } = burying(t);
  const { append, sender, poison } = sendingTo(t, sink, { onPoison, maxCount: 64 });
  append(...numbered(200));
  await sender.flush();
  assert.deepEqual(
    textsIn(taken),
    numbered(200).filter((text) => !poisonous.has(text)),
  );
  assert.deepEqual(poison.toSorted(), [...poisonous].map((text) => `${text} http_422`).toSorted());
  assert.equal([...readDeadLetters(directory)].length, 7);
});

test('413 splits; what went through is the size of what comes next, and all arrives once and in order', async (t) => {
  const { sink, taken } = await choosy(({ body }) => (body.length > 20_000 ? 413 : 200));
  const { append, sender, errors, cursor } = sendingTo(t, sink);
  append(...numbered(5_000));
  await sender.flush();
  assert.equal(cursor.pending, 0);
  assert.deepEqual(textsIn(taken), numbered(5_000));
  const refused = sink.requests.length - taken.length;
  assert.ok(refused < taken.length / 2, `${refused} refused, ${taken.length} taken`);
  assert.deepEqual(errors, []);
});

test('a single record that is too large goes to the dead letters; the others are delivered', async (t) => {
  const { sink, taken } = await choosy(({ body }) => (body.length > 20_000 ? 413 : 200));
  const { directory, onPoison } = burying(t);
  const { append, sender, settled } = sendingTo(t, sink, { onPoison });
  append('1', 'x'.repeat(30_000), '2');
  await sender.flush();
  assert.deepEqual(textsIn(taken), ['1', '2']);
  assert.deepEqual(settled, ['otlp acked 1', 'otlp rejected(http_413) 1', 'otlp acked 1']);
  assert.deepEqual(
    [...readDeadLetters(directory)].map(({ letter }) => letter.reason),
    ['http_413'],
  );
});

for (const status of [400, 422, 413]) {
  test(`a proxy that answers ${status} to everything does not empty the spool; what is left arrives afterwards`, async (t) => {
    let isBroken = true;
    const { sink, taken } = await choosy(() => (isBroken ? status : 200));
    const { append, sender, cursor, errors, poison } = sendingTo(t, sink, {
      maxBackoffMs: 60_000,
      spool: { spool: tempDir(t) },
    });
    append(...numbered(3_000));
    // Only 413 says something of a record although nothing was accepted.
    const lost = status === 413 ? 256 : 0;
    await until(() => errors.length === (lost > 0 ? 2 : 1));
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(poison.length, lost);
    assert.equal(cursor.pending, 3_000 - lost);
    assert.ok(sink.requests.length <= 2 * 256 + 12, `${sink.requests.length} requests`);
    const words = lost > 0 ? 'refuses every record' : 'has accepted nothing so far, only refused';
    assert.match(errors.at(-1)?.message ?? '', new RegExp(`${words}: .* answered ${status}`));
    isBroken = false;
    await sender.flush();
    const byNumber = (a: string, b: string): number => Number(a) - Number(b);
    assert.deepEqual(textsIn(taken).sort(byNumber), numbered(3_000 - lost, lost));
    assert.deepEqual([errors.length, cursor.pending, poison.length], [lost > 0 ? 2 : 1, 0, lost]);
  });
}

test('a partial success is counted and not sent again; what it says is reported and kept with its batch', async (t) => {
  const sink = await httpSink((_request, response, index) => {
    response.writeHead(200, PROTOBUF);
    const partialSuccess = { rejectedLogRecords: '2', errorMessage: 'two are too old' };
    response.end(index < 2 ? encodeProtobuf(RESPONSE.logs, { partialSuccess }) : '');
  });
  const { directory, onPoison } = burying(t);
  const { append, sender, settled, errors } = sendingTo(t, sink, { maxCount: 5, onPoison });
  append(...numbered(15));
  await sender.flush();
  assert.deepEqual(textsIn(sink.requests), numbered(15));
  const each = ['otlp acked 3', 'otlp rejected(partial_success) 2'];
  assert.deepEqual(settled, [...each, ...each, 'otlp acked 5']);
  assert.deepEqual(
    errors.map(({ code }) => code),
    ['EXPORT_PARTIAL'],
  );
  assert.match(errors[0]?.message ?? '', /took only a part: 2 of 5 refused: two are too old$/);
  const letters = [...readDeadLetters(directory)].map(({ letter }) => letter);
  assert.deepEqual(
    letters.map(({ reason, answer, name, request }) => [
      reason,
      answer,
      name,
      textsInRequest(request).join(),
    ]),
    ['0,1,2,3,4', '5,6,7,8,9'].map((texts) => [
      'partial_success',
      'two are too old',
      texts.replaceAll(',', ', '),
      texts,
    ]),
  );
});

test('a partial success that refuses none is a warning, said once until there is none any more', async (t) => {
  const sink = await httpSink((_request, response, index) => {
    response.writeHead(200, PROTOBUF);
    const partialSuccess = { errorMessage: 'your clock is late' };
    response.end(index === 2 ? '' : encodeProtobuf(RESPONSE.logs, { partialSuccess }));
  });
  const { append, sender, settled, errors, poison } = sendingTo(t, sink, { maxCount: 1 });
  append(...numbered(4));
  await sender.flush();
  assert.deepEqual([settled, poison], [numbered(4).map(() => 'otlp acked 1'), []]);
  const said = `${sink.url}/v1/logs took all and warns: your clock is late`;
  assert.deepEqual(
    errors.map(({ code, message }) => [code, message]),
    [
      ['EXPORT_WARNING', said],
      ['EXPORT_WARNING', said],
    ],
  );
});

test('200 with garbage is a success', async (t) => {
  const sink = await httpSink((_request, response, index) => {
    response.writeHead(200, index === 0 ? PROTOBUF : { 'content-type': 'text/html' });
    response.end('<html>\xff not what was asked for');
  });
  const { append, sender, settled, errors } = sendingTo(t, sink, { maxCount: 1 });
  append('1', '2');
  await sender.flush();
  assert.deepEqual([settled, errors], [['otlp acked 1', 'otlp acked 1'], []]);
});

const isPoison = (text: string): boolean => Number(text) % 97 === 5;
/** No poison, and none of the others. */
const OTHER = '9999';

function statusFor({ body }: SinkRequest, texts: readonly string[], index: number): number {
  if (index % 6 === 3) return 503;
  if (index % 31 === 30) return 500;
  if (body.length > 4000) return 413;
  return texts.some(isPoison) ? 400 : 200;
}

test('four lanes settle everything, whatever the sink answers in whatever order', async (t) => {
  const arrived: string[] = [];
  let [open, most] = [0, 0];
  const sink = await httpSink((request, response, index) => {
    most = Math.max(most, ++open);
    const texts = textsOf(request);
    const status = statusFor(request, texts, index);
    if (status === 200) arrived.push(...texts);
    response.statusCode = status;
    setTimeout(
      () => {
        open--;
        response.end();
      },
      (index * 7) % 5,
    );
  });
  const { append, sender, cursor, settled, poison } = sendingTo(t, sink, { concurrency: 4, maxCount: 50 });
  for (let round = 0; round < 10; round++) {
    append(...numbered(200, round * 200));
    await new Promise((resolve) => setImmediate(resolve));
  }
  // The last of all may be poison, refused right behind an outage: it is in doubt until something else is accepted.
  let others = 0;
  for (await sender.flush(); cursor.pending > 0; await sender.flush()) {
    append(OTHER);
    others++;
  }
  const byNumber = (a: string, b: string): number => Number(a) - Number(b);
  assert.deepEqual(
    arrived.filter((text) => text !== OTHER).sort(byNumber),
    numbered(2000).filter((text) => !isPoison(text)),
  );
  assert.deepEqual(
    poison.map((words) => words.split(' ')[0] ?? '').sort(byNumber),
    numbered(2000).filter(isPoison),
  );
  const counts = settled.map((words) => Number(words.split(' ').at(-1)));
  assert.equal(
    counts.reduce((sum, count) => sum + count, 0),
    2000 + others,
  );
  assert.ok(most > 1 && most <= 4, `${most} at once`);
});
