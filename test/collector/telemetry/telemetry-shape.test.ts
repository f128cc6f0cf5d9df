import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readConfig } from '../../../src/collector/read-config.ts';

const read = (telemetry: object) =>
  readConfig({
    receivers: { otlp: { protocols: { http: null } } },
    exporters: { debug: null },
    service: { telemetry, pipelines: { logs: { receivers: ['otlp'], exporters: ['debug'] } } },
  });

const prometheus = (settings: object) => ({ readers: [{ pull: { exporter: { prometheus: settings } } }] });

const pushing = (otlp: object) => ({ readers: [{ periodic: { exporter: { otlp } } }] });

async function metricsOf(metrics: unknown) {
  const { service, warnings } = await read({ metrics });
  assert.deepEqual(warnings, []);
  return service.telemetry.metrics;
}

test('own metrics are shown where somebody says so, and at localhost:8888 if nobody says where', async () => {
  assert.equal((await read({})).service.telemetry.metrics, undefined);
  assert.equal(await metricsOf({ level: 'none' }), undefined);
  assert.equal(await metricsOf({ level: 'None', readers: [] }), undefined);
  const byDefault = await metricsOf({ level: 'Detailed' });
  assert.equal(byDefault?.isByDefault, true);
  assert.deepEqual(byDefault?.readers[0]?.address, { host: 'localhost', port: 8888 });
  const asked = await metricsOf(prometheus({ host: '[::1]', port: 0, without_units: false }));
  assert.equal(asked?.isByDefault, false);
  assert.deepEqual(asked?.readers[0]?.address, { host: '::1', port: 0 });
  assert.equal(asked?.readers[0]?.hasSuffixes, true);
});

test('which attributes of the resource are labels is up to the reader', async () => {
  const labelsOf = async (settings: object) =>
    (await metricsOf(prometheus({ host: 'a', port: 1, ...settings })))?.readers[0]?.resourceLabels;
  assert.equal(await labelsOf({}), undefined);
  assert.deepEqual(await labelsOf({ with_resource_constant_labels: { included: ['team'] } }), {
    included: ['team'],
    excluded: [],
  });
});

test('the resource is a list of attributes, or a mapping of them', async () => {
  const listed = await read({ resource: { attributes: [{ name: 'team', value: 7, type: 'int' }] } });
  assert.deepEqual([...listed.service.telemetry.resource], [['team', '7']]);
  const inline = await read({ resource: { team: 'a', 'service.version': null } });
  assert.deepEqual(
    [...inline.service.telemetry.resource],
    [
      ['team', 'a'],
      ['service.version', undefined],
    ],
  );
});

test('the log has the settings of zap', async () => {
  const { service, warnings } = await read({
    logs: {
      level: 'WARNING',
      encoding: 'json',
      output_paths: ['stdout', '/tmp/a.log', 'file:///tmp/b.log'],
      error_output_paths: ['stderr'],
      initial_fields: { team: 'a', deep: { list: [1, null] } },
      disable_zap_resource: true,
      development: true,
      sampling: { enabled: true, tick: '10s', initial: 10, thereafter: 100 },
    },
  });
  assert.deepEqual(warnings, []);
  assert.deepEqual(service.telemetry.logs, {
    level: 'warn',
    encoding: 'json',
    outputPaths: ['stdout', '/tmp/a.log', 'file:///tmp/b.log'],
    initialFields: new Map<string, unknown>([
      ['team', 'a'],
      ['deep', { list: [1, null] }],
    ]),
    hasResource: false,
  });
});

const batch = { batch: { exporter: { otlp: { endpoint: 'http://a', protocol: 'grpc' } } } };

const WITHOUT_EFFECT: readonly [name: string, telemetry: object, warning: RegExp][] = [
  ['traces', { traces: { processors: [batch] } }, /^service.telemetry.traces has no effect/],
  [
    'processors of logs',
    { logs: { processors: [batch] } },
    /^service.telemetry.logs.processors has no effect/,
  ],
  [
    'views',
    { metrics: { level: 'detailed', views: [{}] } },
    /^service.telemetry.metrics.views has no effect/,
  ],
];

for (const [name, telemetry, warning] of WITHOUT_EFFECT) {
  test(`taken with a warning: ${name}`, async () => {
    const { warnings } = await read(telemetry);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? '', warning);
  });
}

test('nothing is said of traces that the OpenTelemetry Collector does not make either', async () => {
  const quiet = [{ level: 'none', processors: [batch] }, { propagators: ['tracecontext'] }, null];
  for (const traces of quiet) assert.deepEqual((await read({ traces })).warnings, []);
});

test('a reader with something wrong in it is not told to be none as well', async () => {
  await assert.rejects(read({ metrics: pushing({ protocol: 'http/protobuf' }) }), (error: Error) => {
    assert.equal(error.message.split('\n').length, 1, error.message);
    return true;
  });
});

const REFUSED: readonly [name: string, telemetry: object, message: RegExp][] = [
  [
    'an unknown key of metrics',
    { metrics: { reader: [] } },
    /metrics\.reader: unknown key; did you mean readers\?/,
  ],
  [
    'the address of before',
    { metrics: { address: ':8888' } },
    /metrics\.address: .* write readers: \[\{pull:/,
  ],
  [
    'an unknown level',
    { metrics: { level: 'all' } },
    /metrics\.level: expected none, basic, normal or detailed/,
  ],
  ['no reader', { metrics: { readers: [] } }, /metrics\.readers: expected a reader, or level: none/],
  ['views of too few', { metrics: { views: [] } }, /metrics\.views: expected level: detailed beside it/],
  ['a reader without a port', { metrics: prometheus({ host: 'a' }) }, /prometheus\.port: is missing/],
  ['a reader of nothing', { metrics: { readers: [{}] } }, /readers\[0\]: expected pull or periodic/],
  [
    'a reader that pushes nowhere',
    { metrics: pushing({ protocol: 'http/protobuf' }) },
    /periodic\.exporter\.otlp\.endpoint: is missing/,
  ],
  [
    'a protocol that is none',
    { metrics: pushing({ protocol: 'http', endpoint: 'http://a' }) },
    /otlp\.protocol: expected http\/protobuf or grpc/,
  ],
  [
    'an endpoint that is none',
    { metrics: pushing({ protocol: 'http/protobuf', endpoint: 'http://a b' }) },
    /otlp\.endpoint: expected an http or https URL/,
  ],
  [
    'changes instead of sums',
    { metrics: pushing({ protocol: 'grpc', endpoint: 'http://a:1', temporality_preference: 'delta' }) },
    /temporality_preference: expected cumulative; only the OpenTelemetry Collector/,
  ],
  [
    'a console',
    { metrics: { readers: [{ periodic: { exporter: { console: {} } } }] } },
    /periodic\.exporter\.console: this engine shows its own metrics to scrapers and over OTLP/,
  ],
  [
    'an unknown key of the reader',
    { metrics: prometheus({ host: 'a', port: 1, prefix: 'x' }) },
    /prefix: unknown key/,
  ],
  ['an unknown key of traces', { traces: { processor: [] } }, /traces\.processor: unknown key/],
  ['an unknown encoding', { logs: { encoding: 'logfmt' } }, /logs\.encoding: expected console or json/],
  [
    'a log that goes over HTTP',
    { logs: { output_paths: ['http://a/b'] } },
    /output_paths\[0\]: expected stdout/,
  ],
  ['an unknown key of logs', { logs: { fields: {} } }, /logs\.fields: unknown key/],
  [
    'attributes as a text',
    { resource: { attributes_list: 'a=b' } },
    /attributes_list: expected attributes instead/,
  ],
  ['an attribute that is no text', { resource: { team: 7 } }, /resource\.team: expected a string/],
  [
    'attributes twice',
    { resource: { team: 'a', attributes: [{ name: 'a', value: 'b' }] } },
    /resource\.attributes: expected all attributes in it/,
  ],
];

for (const [name, telemetry, message] of REFUSED) {
  test(`refused: ${name}`, async () => {
    await assert.rejects(read(telemetry), { code: 'COLLECTOR_CONFIG_INVALID', message });
  });
}
