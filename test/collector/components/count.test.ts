import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { startCollector } from '../../../src/collector/index.ts';
import type { OtlpObject } from '../../../src/otlp/wire/decode-protobuf.ts';
import { tempDir } from '../../harness/temp-dir.ts';
import { makeConnector, problemsOf } from '../make-connector.ts';
import { texts } from '../make-processor.ts';
import { logsOf, namesInFile } from '../samples.ts';

interface Metric {
  readonly name: string;
  readonly sum: { readonly dataPoints: readonly Point[] };
}
interface Point {
  readonly asInt: string;
  readonly attributes?: readonly { key: string; value: object }[];
  readonly startTimeUnixNano: string;
  readonly timeUnixNano: string;
}
interface Resource {
  readonly resource: object;
  readonly scopeMetrics: readonly { readonly metrics: readonly Metric[] }[];
}

const resourcesIn = (given: OtlpObject | undefined) =>
  (given?.resourceMetrics ?? []) as unknown as Resource[];
const metricsIn = (given: OtlpObject | undefined) =>
  resourcesIn(given).flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics));
const countsIn = (given: OtlpObject | undefined) =>
  metricsIn(given).flatMap(({ name, sum }) =>
    sum.dataPoints.map(({ asInt, attributes = [] }) =>
      [name, ...attributes.map(({ key, value }) => `${key}=${Object.values(value)[0]}`), asInt].join(' '),
    ),
  );

const traces = {
  resourceSpans: [
    {
      resource: { attributes: texts({ 'service.name': 'shop' }) },
      scopeSpans: [
        {
          scope: { attributes: texts({ team: 'a' }) },
          spans: [
            {
              name: 'GET /',
              startTimeUnixNano: '2000',
              endTimeUnixNano: '5000',
              attributes: texts({ route: '/' }),
              events: [
                { name: 'e1', timeUnixNano: '2500' },
                { name: 'e2', timeUnixNano: '2600' },
              ],
            },
            {
              name: 'POST /',
              startTimeUnixNano: '1000',
              endTimeUnixNano: '3000',
              attributes: texts({ route: '/' }),
            },
            { name: 'other' },
          ],
        },
      ],
    },
    { resource: {}, scopeSpans: [] },
  ],
};

test('without settings spans and their events are counted, by resource', async () => {
  const { give } = await makeConnector('count', null);
  assert.deepEqual(give('traces', traces), {
    resourceMetrics: [
      {
        resource: { attributes: texts({ 'service.name': 'shop' }) },
        scopeMetrics: [
          {
            scope: {
              name: 'github.com/open-telemetry/opentelemetry-collector-contrib/connector/countconnector',
            },
            metrics: [
              {
                name: 'trace.span.count',
                description: 'The number of spans observed.',
                sum: {
                  dataPoints: [{ startTimeUnixNano: '1000', timeUnixNano: '5000', asInt: '3' }],
                  aggregationTemporality: 1,
                  isMonotonic: true,
                },
              },
              {
                name: 'trace.span.event.count',
                description: 'The number of span events observed.',
                sum: {
                  dataPoints: [{ startTimeUnixNano: '2500', timeUnixNano: '2600', asInt: '2' }],
                  aggregationTemporality: 1,
                  isMonotonic: true,
                },
              },
            ],
          },
        ],
      },
    ],
  });
});

test('logs, metrics and data points are counted too, now where they have no time', async () => {
  const { give } = await makeConnector('count', null);
  assert.deepEqual(countsIn(give('logs', logsOf('a', 'b'))), ['log.record.count 2']);
  const dataPoints = [{ asInt: '1' }, { asInt: '2' }];
  const metrics = [
    { name: 'a', gauge: { dataPoints } },
    { name: 'b', summary: { dataPoints: [{}] } },
    { name: 'c' },
  ];
  const beforeMs = Date.now();
  const given = give('metrics', { resourceMetrics: [{ scopeMetrics: [{ metrics }] }] });
  assert.deepEqual(countsIn(given), ['metric.count 3', 'metric.datapoint.count 3']);
  const ms = Math.round(Number(metricsIn(given)[0]?.sum.dataPoints[0]?.timeUnixNano) / 1e6);
  assert.ok(ms >= beforeMs && ms <= Date.now(), String(ms));
});

test('conditions of OTTL choose, and any of them is enough', async () => {
  const { give } = await makeConnector('count', {
    spans: {
      gets: { description: 'GETs', conditions: ['IsMatch(name, "^GET")'] },
      either: { conditions: ['span.name == "other"', 'attributes["route"] == "/"'] },
      none: { conditions: ['name == "x"'] },
    },
    spanevents: { 'of.get': { conditions: ['span.name == "GET /" and spanevent.name == "e1"'] } },
  });
  assert.deepEqual(countsIn(give('traces', traces)), ['gets 1', 'either 3', 'of.get 1']);
});

test('attributes divide the counts: of the item, its scope or its resource, or what is said for none', async () => {
  const { give } = await makeConnector('count', {
    spans: {
      s: { attributes: [{ key: 'route' }, { key: 'team' }, { key: 'service.name' }] },
      d: { attributes: [{ key: 'route', default_value: 7 }] },
    },
  });
  assert.deepEqual(countsIn(give('traces', traces)), [
    's route=/ team=a service.name=shop 2',
    'd route=/ 2',
    'd route=7 1',
    'trace.span.event.count 2',
  ]);
});

test('nothing counted is nothing sent', async () => {
  const { give } = await makeConnector('count', { spans: { n: { conditions: ['name == "x"'] } } });
  const spans = [{ name: 'a' }];
  assert.equal(give('traces', { resourceSpans: [{ scopeSpans: [{ spans }] }] }), undefined);
});

test('a condition that cannot be carried out refuses the request, as in the OpenTelemetry Collector', async () => {
  const { give } = await makeConnector('count', {
    spans: { n: { conditions: ['Int(Concat([name], "")) > 1 and Double(attributes) > 1'] } },
  });
  assert.throws(() => give('traces', { resourceSpans: [{ scopeSpans: [{ spans: [{ name: '5' }] }] }] }), {
    code: 'EXPORT_FAILED',
    retry: {},
  });
});

for (const [settings, problem] of [
  [{ spans: { a: { conditions: ['nam == 1'] } } }, /^spans\.a\.conditions\[0\]: /],
  [
    { metrics: { a: { attributes: [{ key: 'b' }] } } },
    /^metrics\.a\.attributes: a metric has none; count datapoints/,
  ],
  [
    { logs: { a: { attributes: [{ key: '' }] } } },
    /^logs\.a\.attributes\[0\]\.key: expected the name of an attribute/,
  ],
  [{ profiles: {} }, /^profiles: only the OpenTelemetry Collector has this/],
  [{ span: {} }, /^span: unknown key; did you mean spans\?/],
] as const) {
  test(`settings are refused: ${JSON.stringify(settings)}`, async () => {
    const problems = await problemsOf('count', settings);
    assert.equal(problems.length, 1);
    assert.match(problems[0] ?? '', problem);
  });
}

test('a request is taken when its counts are, and its pipeline keeps nothing by that', async (t) => {
  const dir = tempDir(t);
  const logs = path.join(dir, 'logs');
  const lines: string[] = [];
  let isOpen = false;
  const collector = await startCollector({
    config: {
      receivers: { otlp: { protocols: { http: { endpoint: 'localhost:0' } } } },
      exporters: { 'file/logs': { path: logs } },
      connectors: { count: null },
      service: {
        pipelines: {
          logs: { receivers: ['otlp'], exporters: ['file/logs', 'count'] },
          'logs/counted': { receivers: ['otlp'], exporters: ['count'] },
          metrics: { receivers: ['count'], exporters: ['mine'] },
        },
      },
    },
    exporters: {
      mine: async () => {
        if (!isOpen) throw new Error('not now');
      },
    },
    write: (line) => lines.push(line),
  });
  t.after(() => collector.stop({ timeoutMs: 0 }));
  const send = async () => {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify(logsOf('a'));
    return (await fetch(`${collector.endpoint}/v1/logs`, { method: 'POST', headers, body })).status;
  };
  assert.equal(await send(), 503);
  isOpen = true;
  assert.equal(await send(), 200);
  assert.equal(collector.stats().exporters.mine?.sent, 2);
  // What it counts is not kept by that.
  const told = lines.filter((line) => line.includes('nothing is kept'));
  assert.deepEqual(
    told.map((line) => /pipeline=(\S+)/.exec(line)?.[1]),
    ['logs/counted'],
  );
  assert.deepEqual(namesInFile(logs), ['a', 'a']);
});
