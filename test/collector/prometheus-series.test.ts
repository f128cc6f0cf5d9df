// What the `prometheus` exporter holds, and for how long; which of two that contradict each other is shown.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Families } from '../../src/collector/prometheus/families.ts';
import { floatText } from '../../src/collector/prometheus/float-text.ts';
import { SeriesStore, type SeriesStoreOptions } from '../../src/collector/prometheus/series-store.ts';
import { writeFamilies } from '../../src/collector/prometheus/write-families.ts';
import type { OtlpObject } from '../../src/otlp/wire/decode-protobuf.ts';

function showing(options: Partial<SeriesStoreOptions> = {}) {
  let ms = 0;
  const now = () => ms;
  const problems: string[] = [];
  const all = {
    expirationMs: 1_000,
    constLabels: [],
    hasScopeInfo: false,
    resourceAttributes: 'none',
    now,
  } as const;
  const store = new SeriesStore({ ...all, ...options });
  const families = new Families({
    ...all,
    namespace: '',
    hasSuffixes: true,
    sendTimestamps: false,
    onProblem: (metric, problem) => problems.push(`${metric}: ${problem}`),
  });
  const add = (...metrics: readonly object[]) =>
    Object.fromEntries(
      store.add({
        resourceMetrics: [{ resource: RESOURCE, scopeMetrics: [{ metrics }] }],
      } as unknown as OtlpObject),
    );
  const shown = () =>
    [...writeFamilies(families.gather(store), { isOpenMetrics: false, escaping: 'underscores' })].join('');
  const lines = () =>
    shown()
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#') && !line.startsWith('target_info'));
  return { store, problems, add, lines, shown, pass: (passedMs: number) => (ms += passedMs) };
}

const RESOURCE = {
  attributes: ['service.name', 'service.instance.id'].map((key) => ({ key, value: { stringValue: 'i' } })),
};
const attribute = (key: string, stringValue: string) => ({ key, value: { stringValue } });
const gauge = (name: string, value: number, attributes: readonly object[] = [], more = {}): object => ({
  name,
  gauge: { dataPoints: [{ timeUnixNano: '1', asDouble: value, attributes }] },
  ...more,
});

test('a series that gets no point is shown until it expires, and its target with it', () => {
  const { add, lines, pass, shown, store } = showing();
  add(gauge('a', 1), gauge('b', 1));
  pass(600);
  add(gauge('b', 2));
  pass(400);
  assert.equal(lines().length, 2);
  pass(1);
  assert.deepEqual(lines(), ['b{instance="i",job="i"} 2']);
  pass(1_000);
  assert.equal(shown(), '');
  assert.equal(store.size, 0);
});

test('no more series than the cap are held; those that are there go on, and expired ones make room', () => {
  const { add, lines, pass } = showing({ maxSeries: 2 });
  const full = 'more series than the exporter holds';
  assert.deepEqual(add(gauge('a', 1), gauge('b', 1), gauge('c', 1), gauge('d', 1)), { [full]: 2 });
  assert.deepEqual(add(gauge('a', 2)), {});
  assert.deepEqual(lines(), ['a{instance="i",job="i"} 2', 'b{instance="i",job="i"} 1']);
  pass(1_001);
  assert.deepEqual(add(gauge('c', 3)), {});
  assert.deepEqual(lines(), ['c{instance="i",job="i"} 3']);
});

test('long names and labels count: memory is bounded, not only the number of series', () => {
  const { add, store } = showing({ maxBytes: 100_000 });
  const long = attribute('k', 'x'.repeat(10_000));
  const refused = add(...Array.from({ length: 100 }, (_, index) => gauge(`m${index}`, 1, [long])));
  assert.equal(store.size + (refused['more series than the exporter holds'] ?? 0), 100);
  assert.equal(store.size, 3);
  // What is replaced does not add up.
  for (let round = 0; round < 100; round++) assert.deepEqual(add(gauge('m0', round, [long])), {});
});

test('of two types under one name the first stays, until it has expired', () => {
  const { add, lines, pass, problems } = showing();
  const sum = {
    name: 'x',
    sum: { aggregationTemporality: 2, isMonotonic: true, dataPoints: [{ asInt: '1' }] },
  };
  add(gauge('x.total', 5), sum);
  assert.deepEqual(lines(), ['x_total{instance="i",job="i"} 5']);
  assert.deepEqual(problems, ['x: x_total is a gauge already, and no counter']);
  pass(1_001);
  // The first scrape forgets the series, and the name once that is not seen for as long.
  assert.deepEqual(lines(), []);
  add(sum);
  assert.deepEqual(lines(), ['x_total{instance="i",job="i"} 1']);
});

test('of two descriptions under one name the first is shown', () => {
  const { add, shown } = showing();
  add(
    gauge('x', 1, [attribute('a', '1')], { description: 'one' }),
    gauge('x', 2, [attribute('a', '2')], { description: 'two' }),
  );
  assert.match(shown(), /^# HELP x one\n# TYPE x gauge\nx\{a="1",.*\} 1\nx\{a="2",.*\} 2\n/m);
});

test('series that would be called alike are shown once', () => {
  const { add, lines, problems } = showing();
  add(gauge('a.b', 1), gauge('a_b', 2));
  assert.deepEqual(lines(), ['a_b{instance="i",job="i"} 1']);
  assert.deepEqual(problems, ['a_b: two series have the same name and labels']);
});

test('a metric called as a part of a histogram is not shown, nor is a label that a histogram has', () => {
  const { add, lines, problems } = showing();
  const histogram = (name: string, attributes: readonly object[]) => ({
    name,
    histogram: { aggregationTemporality: 2, dataPoints: [{ count: '1', attributes }] },
  });
  add(histogram('h', []), gauge('h.count', 1), histogram('l', [attribute('le', '5')]));
  assert.equal(lines().length, 3);
  assert.deepEqual(problems, [
    'h.count: h_count and h have names of series in common',
    'l: a histogram has a label le of its own',
  ]);
});

test('a point without a value takes its series away, and the points beside it stay', () => {
  const { add, lines } = showing();
  const [x, y] = [[attribute('a', 'x')], [attribute('a', 'y')]];
  add(gauge('g', 1, x));
  const dataPoints = [
    { timeUnixNano: '2', flags: 1, attributes: x },
    { timeUnixNano: '2', asInt: '2', attributes: y },
  ];
  add({ name: 'g', gauge: { dataPoints } });
  assert.deepEqual(lines(), ['g{a="y",instance="i",job="i"} 2']);
});

test('deltas of a histogram add up where one follows the other, and others are refused', () => {
  const { add, lines } = showing();
  const delta = (from: number, to: number) => ({
    name: 'h',
    histogram: {
      aggregationTemporality: 1,
      dataPoints: [
        {
          startTimeUnixNano: `${from}`,
          timeUnixNano: `${to}`,
          count: '3',
          sum: 2,
          bucketCounts: ['1', '2'],
          explicitBounds: [1],
        },
      ],
    },
  });
  assert.deepEqual(add(delta(1, 2), delta(2, 3), delta(3, 5)), {});
  assert.deepEqual(add(delta(4, 6)), { 'the start time does not follow the point before': 1 });
  assert.deepEqual(
    lines().map((line) => line.replace('instance="i",job="i"', '')),
    ['h_bucket{,le="1"} 3', 'h_bucket{,le="+Inf"} 9', 'h_sum{} 6', 'h_count{} 9'],
  );
});

test('numbers are written with the digits that bring them back, with an exponent as Go has it', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true }), (value) => {
      const text = floatText(value);
      const read = Number(text.replace('Inf', 'Infinity'));
      assert.ok(read === value || (read === 0 && value === 0), text);
      assert.match(text, /^[+-]?(?:Inf|\d+(?:\.\d+)?(?:e[+-]\d{2,3})?)$/);
      const magnitude = Math.abs(value);
      const isPlain = value === 0 || !Number.isFinite(value) || (magnitude >= 1e-4 && magnitude < 1e6);
      assert.equal(text.includes('e'), !isPlain, text);
    }),
  );
  assert.deepEqual([1e6, 123456789, 0.00001, Number.NaN].map(floatText), [
    '1e+06',
    '1.23456789e+08',
    '1e-05',
    'NaN',
  ]);
});

test('while it is full, what comes costs no walk through all series', () => {
  let walks = 0;
  const { add, store } = showing({ maxSeries: 1 });
  const { forgetExpired } = store;
  store.forgetExpired = () => {
    walks += 1;
    forgetExpired.call(store);
  };
  add(...Array.from({ length: 1_000 }, (_, index) => gauge(`m${index}`, 1)));
  assert.equal(store.size, 1);
  assert.ok(walks <= 1, `${walks} walks`);
});
