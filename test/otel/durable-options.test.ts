// Options of the durable processors, and the variables behind them.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { afterEach, test } from 'node:test';
import { diag } from '@opentelemetry/api';
import { LoggerProvider } from '@opentelemetry/sdk-logs';
import { TracerProvider } from '@opentelemetry/sdk-trace';
import type { OtelEventsError } from '../../src/index.ts';
import { DurableLogRecordProcessor, DurableSpanProcessor } from '../../src/otel/index.ts';
import { httpSink } from '../harness/http-sink.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { loggingApp } from './durable-app.ts';

process.env.OTEL_EXPORTER_OTLP_PROTOCOL = 'http/json';
const CLEAN = { ...process.env };

afterEach(() => {
  for (const name of Object.keys(process.env)) if (!(name in CLEAN)) delete process.env[name];
  Object.assign(process.env, CLEAN);
  diag.disable();
});

test('a wrong option is an error that says what was wanted, before anything is opened', (t) => {
  const cases: readonly [object, string, RegExp][] = [
    [{ spol: 'x' }, 'OPTION_UNKNOWN', /there is no option spol .*did you mean spool\?/],
    [{ spool: '' }, 'OPTION_INVALID', /option spool: wanted a path that is not empty/],
    [{ durability: 'disk' }, 'OPTION_INVALID', /'disk' needs a directory/],
    [{ durability: 'ram' }, 'OPTION_INVALID', /option durability: wanted 'memory', 'os' or 'disk'/],
    [{ maxBytes: 1 }, 'OPTION_INVALID', /option maxBytes: wanted a whole number, at least 1024/],
    [{ maxAgeMs: 0.5 }, 'OPTION_INVALID', /option maxAgeMs/],
    [{ onFull: 'block' }, 'OPTION_INVALID', /option onFull/],
    [{ concurrency: 0 }, 'OPTION_INVALID', /option concurrency/],
    [{ headers: { a: 1 } }, 'OPTION_INVALID', /option headers\.a: wanted a string, got the number 1/],
    [{ handleSignals: 'yes' }, 'OPTION_INVALID', /option handleSignals/],
    [{ onError: {} }, 'OPTION_INVALID', /option onError: wanted a function/],
    [{ endpoint: 'localhost:4318' }, 'EXPORT_URL_INVALID', /option endpoint/],
  ];
  const spool = tempDir(t);
  for (const Processor of [DurableLogRecordProcessor, DurableSpanProcessor]) {
    for (const [options, code, message] of cases) {
      assert.throws(
        () =>
          new Processor({
            spool,
            ...options,
            ...('durability' in options ? { spool: undefined } : {}),
          } as never),
        { code, message },
      );
    }
    assert.throws(() => new Processor([] as never), { code: 'OPTION_INVALID' });
  }
  assert.deepEqual(readdirSync(spool), []);
});

test('OTEL_EXPORTER_OTLP_* and OTEL_BLRP_* say where and how, and options win', async () => {
  await using sink = await httpSink();
  Object.assign(process.env, {
    OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: `${sink.url}/custom/logs`,
    OTEL_EXPORTER_OTLP_ENDPOINT: `${sink.url}/base`,
    OTEL_EXPORTER_OTLP_HEADERS: 'x-key=from%20env',
    OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
    OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/protobuf',
    OTEL_BLRP_MAX_EXPORT_BATCH_SIZE: '2',
    OTEL_BSP_SCHEDULE_DELAY: '1',
  });
  const logs = new DurableLogRecordProcessor({ headers: { 'x-more': 'option' } });
  const spans = new DurableSpanProcessor();
  const logger = new LoggerProvider({ processors: [logs] }).getLogger('app');
  for (let n = 0; n < 4; n++) logger.emit({ body: n });
  await logs.shutdown();
  new TracerProvider({ spanProcessors: [spans] }).getTracer('app').startSpan('s').end();
  // Long before the default of a second, and without a flush.
  await sink.arrived(3);
  await spans.shutdown();
  assert.deepEqual(
    sink.requests.map(({ path, headers }) => [
      path,
      headers['x-key'],
      headers['x-more'],
      headers['content-type'],
      headers['content-encoding'],
    ]),
    [
      ['/custom/logs', 'from env', 'option', 'application/json', 'gzip'],
      ['/custom/logs', 'from env', 'option', 'application/json', 'gzip'],
      ['/base/v1/traces', 'from env', undefined, 'application/x-protobuf', 'gzip'],
    ],
  );
});

test('OTEL_SDK_DISABLED: nothing is opened, sent or kept; a record that comes all the same is counted', async (t) => {
  process.env.OTEL_SDK_DISABLED = 'true';
  const spool = tempDir(t);
  await using app = await loggingApp({ spool });
  assert.deepEqual([app.codes(), readdirSync(spool)], [[], []], 'who disabled it knows');
  app.logger.emit({ body: 1 });
  app.logger.emit({ body: 2 });
  await app.processor.forceFlush();
  await app.processor.shutdown();
  assert.deepEqual([readdirSync(spool), app.sink.requests.length], [[], 0]);
  assert.deepEqual([app.processor.stats().total.dropped, app.codes()], [{ disabled: 2 }, ['SDK_DISABLED']]);
});

test('an outage is told once to onError and once to diag', async () => {
  const lines: string[] = [];
  const log = (line: string): void => void lines.push(line);
  diag.setLogger({ error: log, warn: log, info: log, debug: () => {}, verbose: () => {} });
  lines.length = 0;
  await using app = await loggingApp({ flushIntervalMs: 0 }, (_, response, index) => {
    response.statusCode = index < 2 ? 503 : 200;
    response.end();
  });
  app.logger.emit({ body: 1 });
  await app.processor.forceFlush();
  assert.equal(app.sink.requests.length, 3);
  assert.deepEqual(app.codes(), ['EXPORT_FAILED']);
  assert.deepEqual(lines.length, 1, lines.join('\n'));
  assert.match(lines[0] ?? '', /^otel-events: EXPORT_FAILED: .*503/);
});

test('a warning about the environment is written once, though each processor is told', async () => {
  const lines: string[] = [];
  const log = (line: string): void => void lines.push(line);
  diag.setLogger({ error: log, warn: log, info: () => {}, debug: () => {}, verbose: () => {} });
  process.env.OTEL_EXPORTER_OTLP_COMPRESSION = 'brotli';
  const said: string[] = [];
  const onError = ({ message }: OtelEventsError): void => void said.push(message);
  const logs = new DurableLogRecordProcessor({ onError });
  const spans = new DurableSpanProcessor({ onError });
  await Promise.all([logs.shutdown(), spans.shutdown()]);
  assert.equal(said.filter((message) => /asks for brotli/.test(message)).length, 2);
  assert.equal(lines.filter((line) => /asks for brotli/.test(line)).length, 1);
});
