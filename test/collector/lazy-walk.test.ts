import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { OtlpObject } from '../../src/otlp/wire/decode-protobuf.ts';
import { encodeProtobuf } from '../../src/otlp/wire/encode-protobuf.ts';
import { REQUEST } from '../../src/otlp/wire/messages.ts';
import { OtlpRequest } from '../../src/otlp/wire/otlp-request.ts';
import { arbitraryMessage } from '../otlp/arbitrary-message.ts';
import { mutated } from '../otlp/mutated.ts';
import { reshaped } from '../otlp/reshaped.ts';
import { makeProcessor } from './make-processor.ts';

type Signal = 'logs' | 'traces' | 'metrics';

/** Keys that statements name, among them those that bytes cannot be compared with. */
const KEYS = ['a', 'b', 'user.id', '', 'größe', '\ufffd', 'k'.repeat(130)];

const value: fc.Arbitrary<OtlpObject> = fc.constantFrom<OtlpObject[]>(
  ...['', 'x', 'the order', 'grün', 'y'.repeat(60), 'z'.repeat(200)].map((stringValue) => ({ stringValue })),
  ...['0', '7', '-3', '9223372036854775807'].map((intValue) => ({ intValue })),
  ...[0, 1.5, 'NaN'].map((doubleValue) => ({ doubleValue })),
  { boolValue: false },
  { bytesValue: 'AQL/' },
  { arrayValue: { values: [{ intValue: '1' }, { stringValue: 'l' }] } },
  { kvlistValue: { values: [{ key: 'b', value: { stringValue: 'deep' } }] } },
  {},
);
/** A key may come twice. */
const attributes = fc.array(
  fc
    .record({ key: fc.constantFrom(...KEYS), value })
    .map(({ key, value }) => (key === '' ? { value } : { key, value })),
  { maxLength: 6 },
);

/** Records as senders write them, with what statements ask for. */
function usual(signal: Signal): fc.Arbitrary<OtlpObject> {
  const text = fc.constantFrom('', 'paid', 'grün', 't'.repeat(140));
  const common = { attributes, traceId: fc.constantFrom('', '01'.repeat(16)), flags: fc.constantFrom(0, 1) };
  const record = {
    logs: fc.record({
      ...common,
      body: value,
      severityText: text,
      severityNumber: fc.constantFrom(0, 9),
      eventName: text,
    }),
    traces: fc.record({ ...common, name: text, kind: fc.constantFrom(0, 3), status: fc.constant({}) }),
    metrics: fc.record({
      name: text,
      unit: text,
      gauge: fc.constant({ dataPoints: [{ attributes: [], asInt: '1' }] }),
    }),
  }[signal];
  const [list] = REQUEST[signal].fields;
  const part = fc.record({ attributes });
  const [resources, scopes, records] = {
    logs: ['resourceLogs', 'scopeLogs', 'logRecords'],
    traces: ['resourceSpans', 'scopeSpans', 'spans'],
    metrics: ['resourceMetrics', 'scopeMetrics', 'metrics'],
  }[signal] as [string, string, string];
  assert.equal(list?.name, resources);
  const scope = fc.record({
    scope: part,
    [records]: fc.array(record as fc.Arbitrary<OtlpObject>, { maxLength: 4 }),
    schemaUrl: text,
  });
  const resource = fc.record({
    resource: part,
    [scopes]: fc.array(scope, { maxLength: 3 }),
    schemaUrl: text,
  });
  return fc
    .array(resource, { maxLength: 3 })
    .map((items) => ({ [resources]: items }) as unknown as OtlpObject);
}

/** What pieces of protobuf come to that is written twice, in another order, or broken and still valid. */
function bytesOf(signal: Signal): fc.Arbitrary<Uint8Array> {
  const message = REQUEST[signal];
  const encoded = usual(signal).map((decoded) => encodeProtobuf(message, decoded));
  const any = arbitraryMessage(message).map((decoded) => encodeProtobuf(message, decoded));
  return fc.oneof(
    { weight: 3, arbitrary: encoded },
    any,
    mutated(encoded),
    doubled(encoded),
    reshaped(message, encoded),
    reshaped(message, any),
  );
}

/** The first resource twice in one message, so that what is in it comes in two pieces. */
function doubled(encoded: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> {
  return fc.tuple(encoded, encoded).map(([one, other]) => {
    const [first, second] = [contentOf(one), contentOf(other)];
    if (first === undefined || second === undefined) return one;
    const inside = Buffer.concat([first, second]);
    const size = inside.length;
    return Buffer.concat([
      Buffer.from([0x0a, (size & 0x7f) | 0x80, ((size >> 7) & 0x7f) | 0x80, size >> 14]),
      inside,
    ]);
  });
}

function contentOf(request: Uint8Array): Uint8Array | undefined {
  if (request[0] !== 0x0a) return undefined;
  let [size, at] = [0, 1];
  for (let shift = 0; ; shift += 7) {
    const byte = request[at++] as number;
    size |= (byte & 0x7f) << shift;
    if (byte < 0x80) return request.subarray(at, at + size);
  }
}

const key = fc.constantFrom(...KEYS).map((text) => JSON.stringify(text));
const text = (template: string) =>
  fc.tuple(key, key).map((keys) => keys.reduce((filled, one) => filled.replace('K', () => one), template));
const ATTRIBUTES = [
  'set(P.attributes[K], "new")',
  'set(P.attributes[K], 7)',
  'set(P.attributes[K], P.attributes[K])',
  'set(P.attributes[K]["in"], true)',
  'set(P.attributes[K], resource.attributes[K])',
  'set(resource.attributes[K], P.attributes[K])',
  'set(scope.attributes[K], "s") where P.attributes[K] != nil',
  'set(resource.schema_url, "https://schema") where resource.attributes[K] == nil',
  'set(scope.name, "a name")',
  'delete_key(P.attributes, K)',
  'delete_key(P.attributes, K) where P.attributes[K] == "x"',
  'delete_matching_keys(P.attributes, "^u")',
  'keep_keys(P.attributes, [K, K])',
  'merge_maps(P.attributes, {"a": 1, "n": "m"}, "upsert")',
  'flatten(P.attributes)',
  'truncate_all(P.attributes, 30)',
  'replace_pattern(P.attributes[K], "the", "an")',
  'replace_all_patterns(P.attributes, "key", "a", "aa")',
  'append(P.attributes[K], "more")',
  'set(P.attributes[K], P.attributes[K] + 1)',
  'set(P.cache[K], P.attributes[K])',
  'set(P.attributes, resource.attributes)',
  'set(P.attributes["all"], P.attributes)',
];
const STATEMENTS: Readonly<Record<Signal, readonly string[]>> = {
  logs: [
    ...ATTRIBUTES.map((one) => one.replaceAll('P', 'log')),
    'set(log.severity_text, "NOTICE") where log.severity_number == SEVERITY_NUMBER_INFO',
    'set(log.severity_number, 0)',
    'set(log.severity_text, "")',
    'set(log.attributes["event.name"], log.event_name)',
    'replace_pattern(log.body, "the order", "an order")',
    'set(log.body["b"], log.attributes[K])',
    'set(log.body, log.attributes)',
    'set(log.trace_id.string, "ffffffffffffffffffffffffffffffff")',
    'set(log.time_unix_nano, 1700000000000000000)',
    'set(log.flags, 3) where IsMap(log.body)',
  ],
  traces: [
    ...ATTRIBUTES.map((one) => one.replaceAll('P', 'span')),
    'set(span.name, Concat([span.name, span.kind.string], " "))',
    'set(span.status.code, STATUS_CODE_ERROR) where IsRootSpan()',
    'set(span.flags, 257)',
    'set(span.trace_state["k"], "v")',
  ],
  metrics: [
    'set(metric.name, "m")',
    'set(metric.unit, metric.name) where metric.type == METRIC_DATA_TYPE_GAUGE',
    'set(metric.metadata[K], "new")',
    'set(resource.attributes[K], metric.name)',
    'set(metric.description, resource.attributes[K])',
  ],
};
const CONTEXT = { logs: 'log', traces: 'span', metrics: 'metric' } as const;

function transform(signal: Signal): fc.Arbitrary<[string, object]> {
  const group = fc.array(fc.constantFrom(...STATEMENTS[signal]).chain(text), { minLength: 1, maxLength: 4 });
  const groups = fc.array(
    group.map((statements) => ({ statements })),
    { minLength: 1, maxLength: 2 },
  );
  const name = { logs: 'log_statements', traces: 'trace_statements', metrics: 'metric_statements' }[signal];
  return groups.map((list) => ['transform', { error_mode: 'ignore', [name]: list }]);
}

function filter(signal: Signal): fc.Arbitrary<[string, object]> {
  const [name] = { logs: ['log_conditions'], traces: ['trace_conditions'], metrics: ['metric_conditions'] }[
    signal
  ];
  const own = CONTEXT[signal];
  const ofRecord = signal === 'metrics' ? 'metric.name == "paid"' : `${own}.attributes[K] == "x"`;
  const conditions = fc
    .constantFrom(ofRecord, 'resource.attributes[K] != nil', 'scope.attributes[K] == 7')
    .chain(text);
  return fc
    .array(conditions, { minLength: 1, maxLength: 2 })
    .map((list) => ['filter', { [name as string]: list }]);
}

const action = fc.oneof(
  fc.record({ action: fc.constantFrom('hash', 'delete'), key: fc.constantFrom('a', 'user.id', 'größe') }),
  fc.record({ action: fc.constantFrom('hash', 'delete'), pattern: fc.constantFrom('^u', 'e$') }),
  fc.record({
    action: fc.constantFrom('insert', 'update', 'upsert'),
    key: fc.constantFrom('a', 'c', '\ufffd'),
    value: fc.constantFrom('v', 5),
  }),
  fc.record({
    action: fc.constantFrom('insert', 'upsert'),
    key: fc.constant('c'),
    from_attribute: fc.constantFrom('a', 'b'),
  }),
  fc.record({
    action: fc.constant('convert'),
    key: fc.constant('a'),
    converted_type: fc.constantFrom('string', 'int', 'double'),
  }),
  fc.constant({ action: 'extract', key: 'a', pattern: '(?P<b>t.e) (?P<c>.*)' }),
);
const actions = fc.array(action, { minLength: 1, maxLength: 4 });

for (const signal of ['logs', 'traces', 'metrics'] as const) {
  const processor: fc.Arbitrary<[string, object]> = fc.oneof(
    { weight: 3, arbitrary: transform(signal) },
    filter(signal),
    actions.map((list): [string, object] => ['resource', { attributes: list }]),
    actions.map((list): [string, object] => ['attributes', { actions: list }]),
  );

  test(`${signal}: what processors leave is the same whether they read bytes or decoded messages`, async () => {
    const seen = { lazy: 0, changed: 0 };
    await fc.assert(
      fc.asyncProperty(
        processor,
        fc.array(bytesOf(signal), { minLength: 1, maxLength: 3 }),
        async ([type, settings], all) => {
          const [lazy, eager] = [await makeProcessor(type, settings), await makeProcessor(type, settings)];
          for (const bytes of all) {
            const given = readIfValid(signal, bytes);
            if (given === undefined) continue;
            const decoded = OtlpRequest.from(signal, OtlpRequest.read(signal, 'protobuf', bytes).decoded());
            const left = await lazy.processor.process(given);
            const wanted = await eager.processor.process(decoded);
            if (!given.isDecoded) seen.lazy++;
            if (wanted !== decoded) seen.changed++;
            assert.equal(left === given, wanted === decoded, 'changed or not');
            assert.equal(left?.count, wanted?.count);
            assert.equal(lineOf(left), lineOf(wanted));
          }
          assert.deepEqual(lazy.lines, eager.lines);
        },
      ),
      { numRuns: 1_000 },
    );
    assert.ok(seen.lazy > 500, `some are not decoded: ${seen.lazy}`);
    assert.ok(seen.changed > 200, `some are changed: ${seen.changed}`);
  });
}

function readIfValid(signal: Signal, bytes: Uint8Array): OtlpRequest | undefined {
  try {
    return OtlpRequest.read(signal, 'protobuf', bytes);
  } catch {
    return undefined;
  }
}

function lineOf(request: OtlpRequest | undefined): string | undefined {
  return request && Buffer.from(request.jsonLine().bytes).toString();
}
