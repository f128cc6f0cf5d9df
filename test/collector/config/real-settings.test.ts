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
  'a proxy of nobody': configOf({ proxy_url: '' }),
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

const REFUSED: readonly [name: string, config: object, message: RegExp][] = [
  [
    'batches in a queue',
    configOf({ sending_queue: { batch: { min_size: 1 } } }),
    /batch: requests leave as they came/,
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
    await assert.rejects(readConfig(config), message);
  });
}

test('a connector is refused as one, and not missed among receivers and exporters', async () => {
  const pipelines = {
    traces: { receivers: ['otlp'], exporters: ['count'] },
    metrics: { receivers: ['count'], exporters: ['otlp_http'] },
  };
  const config = configOf({}, { connectors: { count: null }, service: { pipelines } });
  await assert.rejects(readConfig(config), {
    message:
      'config: connectors.count: only the OpenTelemetry Collector has this; run that one with the same file',
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
