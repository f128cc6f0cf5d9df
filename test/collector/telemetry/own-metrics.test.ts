import assert from 'node:assert/strict';
import { type AddressInfo, createServer } from 'node:net';
import { test } from 'node:test';
import { OtelEventsError } from '../../../src/errors.ts';
import { VERSION } from '../../../src/version.ts';
import { freePort } from '../../harness/free-port.ts';
import { logsOf, protobufOf } from '../samples.ts';
import { post, reader, scrape, start } from './own-metrics.ts';

test('what a receiver takes and refuses is shown by signal and protocol, from 0 on', async (t) => {
  const { collector } = await start(t);
  const own = collector.endpoints['service.telemetry.metrics'];
  const labels = '{receiver="otlp",transport="http"}';
  const before = await scrape(own);
  assert.equal(before.get(`otelcol_receiver_accepted_log_records${labels}`), '0');
  assert.equal(before.get(`otelcol_receiver_refused_log_records${labels}`), '0');
  assert.equal(before.get('# TYPE otelcol_receiver_accepted_log_records'), 'counter');
  assert.equal(before.has(`otelcol_receiver_accepted_spans${labels}`), false);
  assert.equal(await post(`${collector.endpoint}/v1/logs`, protobufOf(logsOf('a', 'b'))), 200);
  assert.equal((await scrape(own)).get(`otelcol_receiver_accepted_log_records${labels}`), '2');
});

test('every request that is refused for what it is has a counter', async (t) => {
  const { collector } = await start(t);
  const url = collector.endpoint;
  const answers = [
    await post(`${url}/v1/logs`, 'x'),
    await post(`${url}/v1/traces`, ''),
    await post(`${url}/v1/logs`, 'x'.repeat(1001)),
    await post(`${url}/v1/logs`, 'x', 'text/plain'),
  ];
  assert.deepEqual(answers, [400, 404, 413, 415]);
  const shown = await scrape(collector.endpoints['service.telemetry.metrics']);
  for (const status of answers) {
    const labels = `{reason="http_${status}",receiver="otlp",transport="http"}`;
    assert.equal(shown.get(`otel_events_receiver_refused_requests${labels}`), '1');
  }
});

test('the process and the resource are shown', async (t) => {
  const { collector } = await start(t, {
    metrics: reader({ with_resource_constant_labels: { included: ['service.name'] } }),
  });
  const shown = await scrape(collector.endpoints['service.telemetry.metrics']);
  const value = (name: string) => Number(shown.get(`${name}{service_name="otel-events"}`));
  assert.ok(value('otelcol_process_uptime') > 0);
  assert.ok(value('otelcol_process_cpu_seconds') > 0);
  assert.ok(value('otelcol_process_memory_rss') > 1e6);
  const target = [...shown.keys()].find((series) => series.startsWith('target_info{'));
  const said = new RegExp(
    `^target_info\\{service_instance_id="[0-9a-f-]{36}",service_name="otel-events",service_version="${VERSION}"\\}$`,
  );
  assert.match(target ?? '', said);
});

test('all attributes of the resource are labels, or all but some', async (t) => {
  const namesIn = async (labels: object) => {
    const { collector } = await start(t, { metrics: reader({ with_resource_constant_labels: labels }) });
    const shown = await scrape(collector.endpoints['service.telemetry.metrics']);
    const series = [...shown.keys()].find((one) => one.startsWith('otelcol_process_uptime')) ?? '';
    return [...series.matchAll(/(\w+)="/g)].map(([, name]) => name);
  };
  assert.deepEqual(await namesIn({}), ['service_instance_id', 'service_name', 'service_version']);
  const excluded = ['service.instance.id'];
  assert.deepEqual(await namesIn({ excluded }), ['service_name', 'service_version']);
});

test('names end in units and _total if a reader wants it', async (t) => {
  const { collector } = await start(t, { metrics: reader({ without_units: false }) });
  const shown = await scrape(collector.endpoints['service.telemetry.metrics']);
  assert.equal(shown.get('# TYPE otelcol_process_uptime_seconds_total'), 'counter');
  assert.equal(shown.get('# TYPE otelcol_process_memory_rss_bytes'), 'gauge');
});

test('a port that is taken ends the start only where it was asked for', async (t) => {
  const port = await freePort();
  await start(t, { metrics: reader({ port }) });
  await assert.rejects(start(t, { metrics: reader({ port }) }), (error) => {
    assert.ok(error instanceof OtelEventsError);
    assert.equal(error.code, 'COLLECTOR_START_FAILED');
    assert.match(
      error.message,
      /service\.telemetry\.metrics: cannot listen on localhost:\d+: the port is in use/,
    );
    return true;
  });
});

test('nothing listens where nobody asks for metrics', async (t) => {
  const { collector } = await start(t, { metrics: { level: 'none' } });
  assert.equal(collector.endpoints['service.telemetry.metrics'], undefined);
});

test('the default port is not worth a start', async (t) => {
  const holders = [await start(t, { metrics: {} }), await start(t, { metrics: {} })];
  const said = holders.flatMap(({ lines }) =>
    lines.filter((line) => line.includes('own metrics are not shown')),
  );
  assert.ok(said.length >= 1);
  assert.match(said[0] ?? '', /the port is in use" fix="say where in service\.telemetry\.metrics\.readers"$/);
});

test('what could not be opened at a reload is opened at the next one', async (t) => {
  const blocker = createServer();
  await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve));
  t.after(() => blocker.close());
  const { port } = blocker.address() as AddressInfo;
  const config = (at: number) => ({
    receivers: { otlp: { protocols: { http: { endpoint: 'localhost:0' } } } },
    exporters: { debug: null },
    service: {
      telemetry: { metrics: reader({ host: '127.0.0.1', port: at }) },
      pipelines: { logs: { receivers: ['otlp'], exporters: ['debug'] } },
    },
  });
  const { collector, lines } = await start(t, config(0));
  await collector.reload(config(port));
  assert.equal(lines.filter((line) => line.includes('cannot tell of itself')).length, 1);
  await new Promise((resolve) => blocker.close(resolve));
  await collector.reload(config(port));
  assert.ok((await scrape(collector.endpoints['service.telemetry.metrics'])).size > 0);
});
