import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OtlpRequest } from '../../../src/otlp/wire/otlp-request.ts';
import { parseQuery } from '../../../src/viewer/query/parse-query.ts';
import { answerQuestion } from '../../../src/viewer/store/read/answer-question.ts';
import { SplitTime } from '../../../src/viewer/store/record/split-time.ts';
import { Dice } from './made-rows.ts';
import { msOf } from './plain-scan.ts';
import { storeUnderTest, wired } from './store-under-test.ts';

const BOUNDS = { withinMs: 60_000 };
const START_MS = 1_796_047_200_000;
const SPANS = 300;

/** Spans that begin with each millisecond, and last as long. */
function spansOf(lastNanos: bigint): OtlpRequest {
  const spans = Array.from({ length: SPANS }, (_, at) => {
    const start = BigInt(START_MS + at) * 1_000_000n;
    return {
      traceId: '5b8efff798038103d269b633813fc60c',
      spanId: (at + 1).toString(16).padStart(16, '0'),
      name: 'step',
      startTimeUnixNano: String(start),
      endTimeUnixNano: String(start + lastNanos),
    };
  });
  return OtlpRequest.from('traces', { resourceSpans: [{ scopeSpans: [{ spans }] }] });
}

test('a whole millisecond is one in rows, ranges and parts of time', (t) => {
  const { writer, reader } = storeUnderTest(t);
  writer.ingest([wired(spansOf(500_000_000n))]);
  reader.refreshFiles();
  const all = parseQuery('', START_MS);
  const { rows } = answerQuestion(reader, 'page', {
    query: all,
    options: { ...BOUNDS, order: 'oldest', limit: SPANS },
  });
  assert.deepEqual(
    rows.map(({ timeMs }) => timeMs),
    Array.from({ length: SPANS }, (_, at) => START_MS + at),
  );
  const count = (text: string): number =>
    answerQuestion(reader, 'count', { query: parseQuery(text, START_MS), options: BOUNDS }).value;
  for (let at = 0; at < SPANS; at += 7) {
    assert.equal(count(`since:${START_MS + at}`), SPANS - at);
    assert.equal(count(`since:${START_MS + at}000000`), SPANS - at);
    assert.equal(count(`since:${START_MS + at}000`), SPANS - at);
  }
});

for (const [text, nanos] of [
  ['500ms', 500_000_000n],
  ['7ms', 7_000_000n],
  ['0.1us', 100n],
] as const) {
  test(`spans of ${text} are found as such`, (t) => {
    const { writer, reader } = storeUnderTest(t);
    writer.ingest([wired(spansOf(nanos))]);
    reader.refreshFiles();
    const count = (query: string): number =>
      answerQuestion(reader, 'count', { query: parseQuery(query, START_MS), options: BOUNDS }).value;
    assert.deepEqual(
      [`duration:${text}`, `duration:>=${text}`, `duration:<${text}`, `duration:>${text}`].map(count),
      [SPANS, SPANS, 0, 0],
    );
  });
}

test('a span that ends before it starts, be it by five nanoseconds, has no duration', (t) => {
  const { writer, reader } = storeUnderTest(t);
  writer.ingest([wired(spansOf(-5n))]);
  reader.refreshFiles();
  const query = parseQuery('duration:>=0ms', START_MS);
  assert.equal(answerQuestion(reader, 'count', { query, options: BOUNDS }).value, 0);
});

test('a time of 64 bits is what its decimal number says, as near as a double comes', () => {
  const dice = new Dice(17);
  const time = new SplitTime();
  for (let round = 0; round < 20_000; round++) {
    const [high, low] = [dice.below(2 ** 32), dice.below(2 ** 32)];
    time.set(high, low);
    const nanos = BigInt(high) * 2n ** 32n + BigInt(low);
    assert.equal(BigInt(time.wholeMs) * 1_000_000n + BigInt(time.restNanos), nanos);
    assert.equal(time.ms, msOf(nanos));
  }
});
