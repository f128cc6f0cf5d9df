import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startCollector } from '../../../src/collector/index.ts';
import { readConfig } from '../../../src/collector/read-config.ts';
import { httpSink } from '../../harness/http-sink.ts';
import { eventually, logsOf } from '../samples.ts';

const configOf = (exporter: object, others: object = {}) => ({
  receivers: { otlp: { protocols: { http: null } } },
  exporters: { otlp_http: { endpoint: 'http://a', ...exporter } },
  service: { pipelines: { logs: { receivers: ['otlp'], exporters: ['otlp_http'] } } },
  ...others,
});

/** What the OpenTelemetry Collector takes: its `validate` says so of each. */
const TAKEN: Readonly<Record<string, object>> = {
  'a queue of nothing that is off': configOf({ sending_queue: { enabled: false, queue_size: 0 } }),
  'a number in groups': configOf({ sending_queue: { queue_size: '1_000' } }),
  'a number in groups of one': configOf({ sending_queue: { queue_size: '1_0_0' } }),
  'retries without an end': configOf({ retry_on_failure: { initial_interval: '10s', max_elapsed_time: 0 } }),
  'no retries, however short': configOf({ retry_on_failure: { enabled: false, max_elapsed_time: '1s' } }),
  'nothing for a queue': configOf({ sending_queue: null }),
  'how intervals grow': configOf({ retry_on_failure: { multiplier: 2, randomization_factor: 0.5 } }),
  'false and nothing for what is not here': configOf({
    sending_queue: { block_on_overflow: false, batch: null },
  }),
  'batches with every default': configOf({ sending_queue: { batch: {} } }),
  'batches that are off': configOf({
    sending_queue: { batch: { enabled: false, min_size: 8, max_size: 1 } },
  }),
  'batches of requests, off with their queue': configOf({
    sending_queue: { enabled: false, sizer: 'requests', batch: { min_size: 2_000 } },
  }),
  'a proxy of nobody': configOf({ proxy_url: '' }),
  'strings for lists': configOf(
    {},
    { receivers: { otlp: { protocols: { http: { cors: { allowed_origins: 'http://a,http://b' } } } } } },
  ),
  'a size below zero': configOf(
    {},
    { receivers: { otlp: { protocols: { http: { max_request_body_size: -1 } } } } },
  ),
  'paths for keys inside': configOf({ 'sending_queue::queue_size': 5 }),
  'a port of this machine': configOf(
    {},
    { exporters: { 'otlp_grpc/a': { endpoint: ':4317' }, otlp_http: { endpoint: 'http://a' } } },
  ),
  'verbosity in capitals': configOf(
    {},
    { exporters: { debug: { verbosity: 'Detailed' }, otlp_http: { endpoint: 'http://a' } } },
  ),
  'TLS of nothing': configOf({}, { receivers: { otlp: { protocols: { http: { tls: null } } } } }),
};

for (const [name, config] of Object.entries(TAKEN)) {
  test(`taken: ${name}`, async () => {
    assert.ok(await readConfig(config));
  });
}

test('levels of the log have the names of zap', async () => {
  const { service } = configOf({});
  for (const [level, ours] of [
    ['WARNING', 'warn'],
    ['fatal', 'error'],
    ['Info', 'info'],
  ]) {
    const telemetry = { logs: { level } };
    assert.equal(
      (await readConfig(configOf({}, { service: { ...service, telemetry } }))).service.telemetry.logs.level,
      ours,
    );
  }
});

/** With a processor, once or more often. */
const processed = (processor: object, times = 1) =>
  configOf(
    {},
    {
      processors: processor,
      service: {
        pipelines: {
          logs: {
            receivers: ['otlp'],
            processors: Array(times).fill(Object.keys(processor)[0]),
            exporters: ['otlp_http'],
          },
        },
      },
    },
  );

const REFUSED: readonly [name: string, config: object, message: RegExp][] = [
  [
    'a queue of a fraction, which is told once',
    configOf({ sending_queue: { queue_size: 10.5 } }),
    /^config: exporters\.otlp_http\.sending_queue\.queue_size: expected a whole number, 0 or more, got 10\.5$/,
  ],
  [
    'more chance than there is',
    configOf({ retry_on_failure: { randomization_factor: 1.5 } }),
    /randomization_factor: expected a number, 0 to 1/,
  ],
  ['a processor twice', processed({ batch: null }, 2), /pipelines\.logs\.processors: batch is there twice/],
  [
    'to look for nothing',
    processed({
      attributes: { include: { match_type: 'strict' }, actions: [{ key: 'a', action: 'delete' }] },
    }),
    /attributes\.include: expected something to look for/,
  ],
  [
    'two ways for logs',
    processed({
      filter: { logs: { include: { match_type: 'strict', bodies: ['a'] }, log_record: ['body == "a"'] } },
    }),
    /filter\.logs: conditions \(resource, log_record\) not together with include and exclude/,
  ],
  [
    'two ways for spans',
    processed({
      filter: {
        traces: { span: ['name == "a"'] },
        spans: { include: { match_type: 'strict', services: ['a'] } },
      },
    }),
    /filter\.spans: not together with traces/,
  ],
  [
    'a balancer of nobody',
    configOf({}, { exporters: { otlp_grpc: { endpoint: 'a:1', balancer_name: 'coin' } } }),
    /balancer_name: expected round_robin or pick_first/,
  ],
  [
    'batches of requests',
    configOf({ sending_queue: { sizer: 'requests', batch: { min_size: 1 } } }),
    /batch\.sizer: expected items or bytes/,
  ],
  [
    'batches larger than they may be',
    configOf({ sending_queue: { batch: { max_size: 10 } } }),
    /batch\.max_size: is less than min_size/,
  ],
  [
    'batches that never leave',
    configOf({ sending_queue: { batch: { flush_timeout: '0s' } } }),
    /batch\.flush_timeout: expected a duration above 0/,
  ],
  [
    'batches larger than the queue',
    configOf({ sending_queue: { sizer: 'items', queue_size: 100, batch: {} } }),
    /batch\.min_size: is more than queue_size/,
  ],
  [
    'batches by metadata',
    configOf({ sending_queue: { batch: { partition: { metadata_keys: ['a'] } } } }),
    /batch\.partition: only the OpenTelemetry Collector has this/,
  ],
  [
    'to block',
    configOf({ sending_queue: { block_on_overflow: true } }),
    /block_on_overflow: a full queue is answered with 503/,
  ],
  [
    'to wait and to store',
    configOf({ sending_queue: { wait_for_result: true, storage: 'a' } }),
    /wait_for_result: expected no storage/,
  ],
  [
    'an exporter with its name of today',
    configOf({}, { exporters: { prometheus_remote_write: null } }),
    /exporters\.prometheus_remote_write: only the OpenTelemetry Collector has this/,
  ],
  [
    'a receiver with its old name',
    configOf({}, { receivers: { fluentforward: null } }),
    /receivers\.fluentforward: only the OpenTelemetry/,
  ],
  [
    'a receiver with its new name',
    configOf({}, { receivers: { fluent_forward: null } }),
    /receivers\.fluent_forward: only the OpenTelemetry/,
  ],
  [
    'jaeger',
    configOf({}, { exporters: { jaeger: null } }),
    /exporters\.jaeger: .*Jaeger takes OTLP: otlp_grpc:/,
  ],
  ['loki', configOf({}, { exporters: { loki: null } }), /exporters\.loki: .*Loki takes OTLP: otlp_http:/],
];

for (const [name, config, message] of REFUSED) {
  test(`refused with what to do: ${name}`, async () => {
    await assert.rejects(readConfig(config), { message });
  });
}

test('a connector that is not here is refused as one, and not missed among receivers and exporters', async () => {
  const pipelines = {
    traces: { receivers: ['otlp'], exporters: ['routing'] },
    metrics: { receivers: ['routing'], exporters: ['otlp_http'] },
  };
  const config = configOf({}, { connectors: { routing: null }, service: { pipelines } });
  await assert.rejects(readConfig(config), {
    message:
      'config: connectors.routing: only the OpenTelemetry Collector has this; run that one with the same file',
  });
});

test('with wait_for_result a request is answered when it is delivered, and refused when it cannot be', async (t) => {
  let isOpen = false;
  await using sink = await httpSink((_, response) => {
    response.writeHead(isOpen ? 200 : 400).end();
  });
  const collector = await startCollector({
    config: configOf(
      { endpoint: sink.url, sending_queue: { wait_for_result: true } },
      { receivers: { otlp: { protocols: { http: { endpoint: 'localhost:0' } } } } },
    ),
    write: () => {},
  });
  t.after(() => collector.stop({ timeoutMs: 0 }));
  const send = async () => {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify(logsOf('a'));
    return (await fetch(`${collector.endpoint}/v1/logs`, { method: 'POST', headers, body })).status;
  };
  assert.equal(await send(), 400);
  isOpen = true;
  assert.equal(await send(), 200);
  await eventually(() => collector.stats().exporters.otlp_http?.sent === 1);
  assert.equal(sink.requests.length, 2);
});
