import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OtlpRequest } from '../../../src/otlp/wire/otlp-request.ts';
import { parseQuery } from '../../../src/viewer/query/parse-query.ts';
import { answerQuestion } from '../../../src/viewer/store/read/answer-question.ts';
import { storeUnderTest, wired } from './store-under-test.ts';

const BOUNDS = { withinMs: 60_000 };
const FIELD = { of: 'attribute', path: 'n' } as const;

/** One row each; all are one apart, as no two numbers there are. */
const INTEGERS = [
  '9007199254740992',
  '9007199254740993',
  '9007199254740994',
  '9223372036854775806',
  '9223372036854775807',
  '-9223372036854775808',
  '42',
];

test('integers beyond 2^53 are compared, put in order and summed as what they are', (t) => {
  const { writer, reader } = storeUnderTest(t);
  const values = [
    ...INTEGERS.map((intValue) => ({ intValue })),
    { stringValue: 'x' },
    { doubleValue: 2 ** 53 },
  ];
  const logRecords = values.map((value, at) => ({
    timeUnixNano: `${1_764_288_000_000 + at}000000`,
    attributes: [{ key: 'n', value }],
  }));
  writer.ingest([wired(OtlpRequest.from('logs', { resourceLogs: [{ scopeLogs: [{ logRecords }] }] }))]);
  reader.refreshFiles();
  const count = (text: string): number =>
    answerQuestion(reader, 'count', { query: parseQuery(text, 0), options: BOUNDS }).value;
  for (const [text, expected] of [
    ['n:9007199254740993', 1],
    // As an integer, and as a number.
    ['n:9007199254740992', 2],
    ['n:+9007199254740993', 1],
    ['n:"9007199254740993"', 1],
    ['n:>9007199254740993', 3],
    ['n:>=9007199254740993', 4],
    ['n:<9007199254740993', 4],
    ['n:9007199254740993..9223372036854775806', 3],
    ['n:>9223372036854775806', 1],
    ['n:<-9223372036854775807', 1],
    ['n:>99999999999999999999', 0],
    ['n:>41', 7],
    ['n:<42', 1],
    ['n:<100 -n:42', 1],
  ] as const)
    assert.equal(count(text), expected, text);
  const [facet] = answerQuestion(reader, 'facets', {
    query: parseQuery('', 0),
    options: { ...BOUNDS, fields: [FIELD] },
  }).value;
  // As many rows of each: in their order, texts first.
  assert.deepEqual(
    facet?.values.map(({ value }) => value),
    ['x', '-9223372036854775808', 42, 2 ** 53, ...INTEGERS.slice(0, 5)].toSorted(
      (one, other) => Number(one !== 'x') - Number(other !== 'x') || Number(one) - Number(other),
    ),
  );
  const stats = (['min', 'max', 'distinct'] as const).map((stat) => ({ stat, field: FIELD }));
  const [all] = answerQuestion(reader, 'group', {
    query: parseQuery('', 0),
    options: { ...BOUNDS, stats },
  }).value;
  assert.deepEqual(all?.stats, [-(2 ** 63), 2 ** 63, 9]);
});
