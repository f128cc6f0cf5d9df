// The same items have to be sampled by both engines, and to say the same of it.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { keyValues, throughBoth } from './ottl-conformance.ts';
import { requireService } from './require-service.ts';

/** Ids that look random and are the same in each run. */
function idOf(index: number): string {
  return createHash('sha256').update(String(index)).digest('hex').slice(0, 32);
}

const ATTRIBUTES: readonly object[] = [
  {},
  { 'sampling.threshold': '8' },
  { 'sampling.threshold': 'c0', 'sampling.randomness': 'ffffffffffff00' },
  { 'sampling.randomness': '20000000000000' },
  { 'sampling.threshold': 'nonsense' },
  { priority: 100 },
  { priority: 0.5 },
  { source: 'value-1' },
  { source: 'value-2', priority: 0 },
];

const TRACE_STATES = [
  '',
  'a=b',
  'ot=th:8',
  'ot=th:c;rv:ffffffffffffff,x=y',
  'ot=rv:20000000000000',
  'ot=th:zz',
  'ot=p:1',
  'broken',
  'ot=th:f',
];
const PRIORITIES = [
  {},
  {},
  {},
  { 'sampling.priority': 0 },
  { 'sampling.priority': 1 },
  { 'sampling.priority': '0.5' },
  { 'sampling.priority': 'x' },
];

const LOGS = {
  resourceLogs: [
    {
      resource: {},
      scopeLogs: [
        {
          scope: {},
          logRecords: Array.from({ length: 180 }, (_, index) => ({
            body: { stringValue: `${index}` },
            ...(index % 5 === 0 ? {} : { traceId: idOf(index) }),
            attributes: keyValues(ATTRIBUTES[index % ATTRIBUTES.length] ?? {}),
          })),
        },
      ],
    },
  ],
};

const TRACES = {
  resourceSpans: [
    {
      resource: {},
      scopeSpans: [
        {
          scope: {},
          spans: Array.from({ length: 180 }, (_, index) => ({
            traceId: idOf(index),
            spanId: idOf(index).slice(0, 16),
            name: `${index}`,
            traceState: TRACE_STATES[index % TRACE_STATES.length],
            attributes: keyValues(PRIORITIES[index % PRIORITIES.length] ?? {}),
            status: {},
          })),
        },
      ],
    },
  ],
};

const SETTINGS: readonly { readonly sampling_percentage: number; readonly [key: string]: unknown }[] = [
  { sampling_percentage: 50 },
  { sampling_percentage: 12.5, hash_seed: 22 },
  { sampling_percentage: 100 },
  { sampling_percentage: 0 },
  { sampling_percentage: 33.3, fail_closed: false },
  { sampling_percentage: 50, mode: 'equalizing' },
  { sampling_percentage: 30, mode: 'equalizing', sampling_precision: 2 },
  { sampling_percentage: 0.1, mode: 'equalizing', fail_closed: false },
  { sampling_percentage: 50, mode: 'proportional' },
  { sampling_percentage: 99.99, mode: 'proportional', sampling_precision: 6, fail_closed: false },
  { sampling_percentage: 20, sampling_priority: 'priority' },
  { sampling_percentage: 50, attribute_source: 'record', from_attribute: 'source' },
  {
    sampling_percentage: 50,
    attribute_source: 'record',
    from_attribute: 'source',
    fail_closed: false,
    hash_seed: 7,
  },
];

for (const [signal, request] of [
  ['logs', LOGS],
  ['traces', TRACES],
] as const) {
  for (const settings of SETTINGS) {
    // There the OpenTelemetry Collector replaces malformed trace states of spans that have a priority.
    if (signal === 'traces' && settings.sampling_percentage === 0) continue;
    test(`${signal} are sampled alike with ${JSON.stringify(settings)}`, async (t) => {
      if (!requireService(t, 'otelcol')) return;
      const { real, embedded } = await throughBoth(t, signal, { probabilistic_sampler: settings }, request);
      assert.deepEqual(embedded, real);
    });
  }
}
