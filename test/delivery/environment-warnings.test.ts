import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resourceAttributes } from '../../src/delivery/resource/resource.ts';
import { readEnvironment } from '../../src/delivery/settings/environment.ts';
import { EventLogger } from '../../src/index.ts';
import { httpSink } from '../harness/http-sink.ts';

const NUMBER = '(wanted is a whole number above 0)';
const EXPORTER = '(supported is one of otlp, console, none; the option exporters adds others for events)';
const PAIRS = '(write key=value pairs with commas between them, other characters percent-encoded)';

const WARNED: readonly [name: string, value: string, message: string][] = [
  ['OTEL_LOGS_EXPORTER', 'zipkin', `OTEL_LOGS_EXPORTER asks for zipkin: otlp is used ${EXPORTER}`],
  ['OTEL_TRACES_EXPORTER', 'jaeger', `OTEL_TRACES_EXPORTER asks for jaeger: otlp is used ${EXPORTER}`],
  ['OTEL_LOGS_EXPORTER', 'otlp, console', `OTEL_LOGS_EXPORTER asks for console: otlp is used ${EXPORTER}`],
  [
    'OTEL_TRACES_EXPORTER',
    'zipkin,console',
    `OTEL_TRACES_EXPORTER asks for zipkin: console is used ${EXPORTER}`,
  ],
  ...['OTEL_BLRP_SCHEDULE_DELAY', 'OTEL_BSP_MAX_EXPORT_BATCH_SIZE', 'OTEL_ATTRIBUTE_COUNT_LIMIT'].flatMap(
    (name) =>
      ['abc', '1.5', '-1', '0', '10s'].map((value): [string, string, string] => [
        name,
        value,
        `${name} asks for ${value}: it is ignored ${NUMBER}`,
      ]),
  ),
  [
    'OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT',
    'x',
    `OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT asks for x: it is ignored ${NUMBER}`,
  ],
  ['OTEL_SPAN_EVENT_COUNT_LIMIT', 'x', `OTEL_SPAN_EVENT_COUNT_LIMIT asks for x: it is ignored ${NUMBER}`],
  ...['1', 'yes', 'on'].map((value): [string, string, string] => [
    'OTEL_SDK_DISABLED',
    value,
    `OTEL_SDK_DISABLED is ${value}: nothing is disabled (only true disables)`,
  ]),
  [
    'OTEL_RESOURCE_ATTRIBUTES',
    ' =secret',
    `OTEL_RESOURCE_ATTRIBUTES: entry 1 left out: not key=value ${PAIRS}`,
  ],
  [
    'OTEL_RESOURCE_ATTRIBUTES',
    'a=1,secret,=secret,b=2',
    `OTEL_RESOURCE_ATTRIBUTES: entries 2, 3 left out: not key=value ${PAIRS}`,
  ],
  [
    'OTEL_RESOURCE_ATTRIBUTES',
    'a=100%',
    `OTEL_RESOURCE_ATTRIBUTES: entry 1 taken as it stands: not percent-encoded as it should be ${PAIRS}`,
  ],
  [
    'OTEL_TRACES_SAMPLER',
    'xray',
    'OTEL_TRACES_SAMPLER asks for xray: parentbased_always_on is used (supported are always_on, parentbased_always_on, always_off, parentbased_always_off, traceidratio, parentbased_traceidratio)',
  ],
  [
    'OTEL_LOG_LEVEL',
    'trace',
    'OTEL_LOG_LEVEL asks for trace: warn is used (wanted is one of none, error, warn, info, debug, verbose, all)',
  ],
];

for (const [name, value, message] of WARNED) {
  test(`${name}=${value} is told of`, () => {
    const { unsupported } = readEnvironment({ [name]: value });
    assert.deepEqual(
      unsupported.map((error) => [error.code, error.message]),
      [['ENVIRONMENT_UNSUPPORTED', message]],
    );
  });
}

const FINE: readonly [string, string][] = [
  ['OTEL_LOGS_EXPORTER', 'OTLP'],
  ['OTEL_LOGS_EXPORTER', ' none '],
  ['OTEL_TRACES_EXPORTER', ''],
  ['OTEL_BLRP_SCHEDULE_DELAY', ' 100 '],
  ['OTEL_SPAN_LINK_COUNT_LIMIT', ' '],
  ['OTEL_SDK_DISABLED', 'False'],
  ['OTEL_SDK_DISABLED', 'TRUE'],
  ['OTEL_RESOURCE_ATTRIBUTES', 'a=1, b = "2" ,c=,d=x=y,'],
  ['OTEL_RESOURCE_ATTRIBUTES', ' '],
  ['OTEL_TRACES_SAMPLER', 'parentbased_traceidratio'],
  ['OTEL_TRACES_SAMPLER_ARG', 'endpoint=http://a'],
  ['OTEL_LOG_LEVEL', 'DEBUG'],
];

for (const [name, value] of FINE) {
  test(`${name}=${value} needs no warning`, () => {
    assert.deepEqual(readEnvironment({ [name]: value }).unsupported, []);
  });
}

test('the argument of a sampler by ratio is a ratio', () => {
  for (const argument of ['x', '2', '-1']) {
    const env = { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: argument };
    assert.match(readEnvironment(env).unsupported[0]?.message ?? '', /_ARG asks for .*: 1 is used/);
  }
});

test('entries without a key make no attribute, and a blank name is none', () => {
  const env = { OTEL_RESOURCE_ATTRIBUTES: ' =x, a = 1 ,%20=y, b', OTEL_SERVICE_NAME: '  ' };
  const options = { app: {}, environment: undefined, attributes: {}, identifyDevice: false, env };
  const { '': empty, a, b, 'service.name': name } = resourceAttributes(options);
  assert.deepEqual([empty, a, b], [undefined, '1', undefined]);
  assert.match(String(name), /\S/);
});

test('a logger tells of each once', async (t) => {
  await using sink = await httpSink();
  process.env.OTEL_BLRP_SCHEDULE_DELAY = 'soon';
  t.after(() => delete process.env.OTEL_BLRP_SCHEDULE_DELAY);
  const said: string[] = [];
  const onError = ({ message }: { readonly message: string }): void => void said.push(message);
  const events = new EventLogger({ endpoint: sink.url, onError, logLevel: 'none' });
  for (const name of ['a', 'b']) events.log(name);
  await events.close();
  assert.deepEqual(said, [`OTEL_BLRP_SCHEDULE_DELAY asks for soon: it is ignored ${NUMBER}`]);
});
