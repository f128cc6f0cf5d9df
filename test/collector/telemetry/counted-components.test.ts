import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { freePort } from '../../harness/free-port.ts';
import { httpSink } from '../../harness/http-sink.ts';
import { tempDir } from '../../harness/temp-dir.ts';
import { eventually, logsOf, protobufOf } from '../samples.ts';
import { post, reader, scrape, start } from './own-metrics.ts';

/** A collector whose pipeline of logs has these components, and what its own metrics say. */
async function startWith(t: Parameters<typeof start>[0], parts: Record<string, object>) {
  const pipeline = Object.entries(parts).map(([section, components]) => [section, Object.keys(components)]);
  const logs = { receivers: ['otlp'], ...Object.fromEntries(pipeline) };
  const { collector } = await start(t, {
    ...parts,
    service: { telemetry: { metrics: reader() }, pipelines: { logs } },
  });
  const metric = async (series: string) =>
    (await scrape(collector.endpoints['service.telemetry.metrics'])).get(series);
  const send = (...names: readonly string[]) =>
    post(`${collector.endpoint}/v1/logs`, protobufOf(logsOf(...names)));
  return { collector, metric, send };
}

test('what exporters sent is shown, with where to', async (t) => {
  const sink = await httpSink();
  t.after(() => sink.close());
  const { metric, send } = await startWith(t, {
    exporters: {
      file: { path: path.join(tempDir(t), 'a.jsonl') },
      otlp_http: { endpoint: `${sink.url}/base` },
      debug: null,
    },
  });
  const { hostname, port } = new URL(sink.url);
  const to = `server_address="${hostname}",server_port="${port}",url_path="/base/v1/logs"`;
  const sent = `otelcol_exporter_sent_log_records{exporter="otlp_http",${to}}`;
  assert.equal(await metric(sent), '0');
  assert.equal(await send('a', 'b'), 200);
  await eventually(async () => (await metric(sent)) === '2');
  assert.equal(await metric('otelcol_exporter_sent_log_records{exporter="file"}'), '2');
  assert.equal(await metric('otelcol_exporter_sent_log_records{exporter="debug"}'), '2');
  assert.equal(await metric(`otelcol_exporter_send_failed_log_records{exporter="otlp_http",${to}}`), '0');
});

test('a queue is shown, and what found no place in it', async (t) => {
  const port = await freePort();
  const queue = { queue_size: 1 };
  const { metric, send } = await startWith(t, {
    exporters: { otlp_http: { endpoint: `http://127.0.0.1:${port}`, sending_queue: queue } },
  });
  const labels = '{data_type="logs",exporter="otlp_http"}';
  assert.equal(await metric(`otelcol_exporter_queue_size${labels}`), '0');
  assert.equal(await metric(`otelcol_exporter_queue_capacity${labels}`), '1');
  assert.deepEqual([await send('a'), await send('b', 'c')], [200, 503]);
  assert.equal(await metric(`otelcol_exporter_queue_size${labels}`), '1');
  assert.equal(await metric('otelcol_exporter_enqueue_failed_log_records{exporter="otlp_http"}'), '2');
  assert.equal(await metric('otelcol_receiver_refused_log_records{receiver="otlp",transport="http"}'), '2');
});

test('what was taken and is lost is shown with the reason', async (t) => {
  const sink = await httpSink((_, response) => response.writeHead(400).end());
  t.after(() => sink.close());
  const { metric, send } = await startWith(t, { exporters: { otlp_http: { endpoint: sink.url } } });
  assert.equal(await send('a', 'b'), 200);
  const dropped =
    'otel_events_exporter_dropped_items{data_type="logs",exporter="otlp_http",reason="http_400"}';
  await eventually(async () => (await metric(dropped)) === '2');
  const { hostname, port } = new URL(sink.url);
  const to = `server_address="${hostname}",server_port="${port}",url_path="/v1/logs"`;
  assert.equal(await metric(`otelcol_exporter_send_failed_log_records{exporter="otlp_http",${to}}`), '2');
});

test('what an exporter without a queue refuses is shown', async (t) => {
  const port = await freePort();
  const { metric, send } = await startWith(t, {
    exporters: {
      otlp_grpc: {
        endpoint: `127.0.0.1:${port}`,
        tls: { insecure: true },
        sending_queue: { enabled: false },
        retry_on_failure: { enabled: false },
      },
    },
  });
  assert.equal(await send('a'), 503);
  const labels = `{exporter="otlp_grpc",server_address="127.0.0.1",server_port="${port}"}`;
  assert.equal(await metric(`otelcol_exporter_send_failed_log_records${labels}`), '1');
  assert.equal(await metric('otelcol_exporter_queue_size{data_type="logs",exporter="otlp_grpc"}'), undefined);
});

test('what goes into processors and out of them is shown, and what a filter leaves out on purpose', async (t) => {
  const { metric, send } = await startWith(t, {
    processors: {
      memory_limiter: { check_interval: '1s', limit_mib: 4000 },
      filter: { log_conditions: ['log.event_name == "b"'] },
      'attributes/x': { actions: [{ key: 'a', value: 'b', action: 'insert' }] },
      batch: null,
    },
    exporters: { debug: null },
  });
  assert.deepEqual([await send('a', 'b', 'c'), await send('b')], [200, 200]);
  const items = async (processor: string) => [
    await metric(`otelcol_processor_incoming_items{otel_signal="logs",processor="${processor}"}`),
    await metric(`otelcol_processor_outgoing_items{otel_signal="logs",processor="${processor}"}`),
  ];
  assert.deepEqual(await items('memory_limiter'), ['4', '4']);
  assert.deepEqual(await items('filter'), ['4', '2']);
  assert.deepEqual(await items('attributes/x'), ['2', '2']);
  assert.deepEqual(await items('batch'), [undefined, undefined]);
  assert.equal(await metric('otelcol_processor_filter_logs_filtered{filter="filter"}'), '2');
  const accepted = 'otelcol_processor_memory_limiter_accepted_log_records{processor="memory_limiter"}';
  assert.equal(await metric(accepted), '4');
});

test('what a memory limiter refuses is shown', async (t) => {
  const { metric, send } = await startWith(t, {
    processors: { memory_limiter: { check_interval: '1ms', limit_mib: 1 } },
    exporters: { debug: null },
  });
  assert.equal(await send('a', 'b'), 503);
  const refused = 'otelcol_processor_memory_limiter_refused_log_records{processor="memory_limiter"}';
  assert.equal(await metric(refused), '2');
});

test('a queue is shown for as long as its exporter is there, whatever becomes of a reload', async (t) => {
  const queue = { storage: 'file_storage', queue_size: 5 };
  const endpoint = `http://127.0.0.1:${await freePort()}`;
  const receiver = (port: number | string) => ({ protocols: { http: { endpoint: `127.0.0.1:${port}` } } });
  const directory = tempDir(t);
  const config = (id: string, settings: object = {}, more: object = {}) => ({
    receivers: { otlp: receiver(0), ...more },
    exporters: { [id]: { endpoint, ...settings } },
    extensions: { file_storage: { directory } },
    service: {
      extensions: ['file_storage'],
      telemetry: { metrics: reader() },
      pipelines: { logs: { receivers: ['otlp', ...Object.keys(more)], exporters: [id] } },
    },
  });
  const { collector } = await start(t, config('otlp_http/old'));
  const shown = async () =>
    [...(await scrape(collector.endpoints['service.telemetry.metrics']))].filter(([series]) =>
      /^otelcol_exporter_queue_/.test(series),
    );
  const gauges = (id: string, size: number, capacity: number) => [
    [`otelcol_exporter_queue_capacity{data_type="logs",exporter="${id}"}`, `${capacity}`],
    [`otelcol_exporter_queue_size{data_type="logs",exporter="${id}"}`, `${size}`],
  ];
  const send = (name: string) => post(`${collector.endpoint}/v1/logs`, protobufOf(logsOf(name)));
  assert.equal(await send('a'), 200);
  const taken = { 'otlp/taken': receiver(new URL(collector.endpoint).port) };
  // The queue that the reload has made is gone with it.
  await assert.rejects(collector.reload(config('otlp_http/old', { timeout: '7s' }, taken)), {
    code: 'COLLECTOR_START_FAILED',
  });
  const same = async (wanted: readonly string[][]) =>
    eventually(async () => isDeepStrictEqual((await shown()).sort(), wanted)).catch(async () =>
      assert.deepEqual((await shown()).sort(), wanted),
    );
  await same(gauges('otlp_http/old', 1, 1000));
  await collector.reload(config('otlp_http/stored', { sending_queue: queue }));
  // In memory: it delivers beside its successor what it has.
  await same([...gauges('otlp_http/old', 1, 1000), ...gauges('otlp_http/stored', 0, 5)].sort());
  assert.equal(await send('b'), 200);
  await collector.reload(config('otlp_http/new', { sending_queue: queue }));
  await same([...gauges('otlp_http/old', 1, 1000), ...gauges('otlp_http/new', 0, 5)].sort());
});
