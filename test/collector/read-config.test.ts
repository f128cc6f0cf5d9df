import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { type CollectorConfig, readConfig } from '../../src/collector/read-config.ts';
import { tempDir } from '../harness/temp-dir.ts';

const PIPELINES = { pipelines: { logs: { receivers: ['otlp'], exporters: ['file'] } } };

/** An object configuration with one HTTP receiver and these settings of an OTLP exporter. */
function withOtlp(settings: object): object {
  return {
    receivers: { otlp: { protocols: { http: null } } },
    exporters: { otlp_http: { endpoint: 'http://a', ...settings } },
    service: { pipelines: { logs: { receivers: ['otlp'], exporters: ['otlp_http'] } } },
  };
}

function withFile(settings: object, http: object | null = null): object {
  return {
    receivers: { otlp: { protocols: { http } } },
    exporters: { file: { path: 'a.jsonl', ...settings } },
    service: PIPELINES,
  };
}

interface OtlpSettings {
  readonly protocols: {
    readonly http: { readonly endpoint: object; readonly max_request_body_size: number };
  };
}

const settingsOf = (config: CollectorConfig, id: string): unknown => config.exporters.get(id)?.settings;
const httpOf = (config: CollectorConfig) =>
  (config.receivers.get('otlp')?.settings as OtlpSettings | undefined)?.protocols.http;

const CLIENT_DEFAULTS = {
  tls: {
    insecure: false,
    insecure_skip_verify: false,
    server_name_override: undefined,
    ca_file: undefined,
    cert_file: undefined,
    key_file: undefined,
  },
  auth: undefined,
  proxy_url: undefined,
  read_buffer_size: undefined,
  write_buffer_size: undefined,
  max_idle_conns: undefined,
  max_idle_conns_per_host: undefined,
  max_conns_per_host: undefined,
  idle_conn_timeout: undefined,
  force_attempt_http2: undefined,
  http2_read_idle_timeout: undefined,
  http2_ping_timeout: undefined,
};

const HTTP_DEFAULTS = {
  tls: undefined,
  auth: undefined,
  cors: undefined,
  compression_algorithms: undefined,
  response_headers: {},
  keep_alives_enabled: true,
  include_metadata: false,
  read_header_timeout: undefined,
  read_timeout: undefined,
  idle_timeout: undefined,
  write_timeout: undefined,
  transport: 'tcp',
  logs_url_path: undefined,
  traces_url_path: undefined,
  metrics_url_path: undefined,
};

test('what is not said is as in the OpenTelemetry Collector', async () => {
  const file = await readConfig(withFile({ rotation: null }));
  assert.deepEqual(httpOf(file), {
    ...HTTP_DEFAULTS,
    endpoint: { host: 'localhost', port: 4318 },
    max_request_body_size: 20_971_520,
  });
  assert.deepEqual(settingsOf(file, 'file'), {
    path: 'a.jsonl',
    append: false,
    create_directory: false,
    rotation: { max_megabytes: 100, max_days: 0, max_backups: 100, localtime: false },
    format: 'json',
    compression: undefined,
    directory_permissions: undefined,
    group_by: undefined,
    flush_interval: undefined,
  });
  assert.deepEqual(settingsOf(await readConfig(withOtlp({})), 'otlp_http'), {
    ...CLIENT_DEFAULTS,
    endpoint: new URL('http://a'),
    logs_endpoint: undefined,
    traces_endpoint: undefined,
    metrics_endpoint: undefined,
    headers: {},
    compression: 'gzip',
    encoding: 'proto',
    timeout: 30_000,
    sending_queue: {
      enabled: true,
      num_consumers: 1,
      queue_size: 1000,
      sizer: 'requests',
      storage: undefined,
      wait_for_result: false,
      block_on_overflow: undefined,
      batch: undefined,
    },
    retry_on_failure: {
      enabled: true,
      initial_interval: 5_000,
      max_interval: 30_000,
      max_elapsed_time: 300_000,
      multiplier: undefined,
      randomization_factor: undefined,
    },
  });
});

const ADDRESSES: readonly [string, string, number][] = [
  ['localhost:4318', 'localhost', 4318],
  [':0', '', 0],
  ['0.0.0.0:80', '0.0.0.0', 80],
  ['[::1]:4318', '::1', 4318],
  ['[::]:4318', '::', 4318],
  ['collector.example:65535', 'collector.example', 65_535],
];

for (const [endpoint, host, port] of ADDRESSES) {
  test(`${endpoint} is an address`, async () => {
    assert.deepEqual(httpOf(await readConfig(withFile({}, { endpoint })))?.endpoint, { host, port });
  });
}

const DURATIONS: readonly [string | number, number][] = [
  ['300ms', 300],
  ['5s', 5_000],
  ['1m30s', 90_000],
  ['1.5h', 5_400_000],
  ['.5s', 500],
  ['10us', 0.01],
  ['1µs', 0.001],
  ['0', 0],
  ['0s', 0],
  [0, 0],
];

for (const [timeout, ms] of DURATIONS) {
  test(`${JSON.stringify(timeout)} is a duration of ${ms} ms`, async () => {
    const { timeout: read } = settingsOf(await readConfig(withOtlp({ timeout })), 'otlp_http') as {
      timeout: number;
    };
    assert.equal(read, ms);
  });
}

for (const timeout of ['', '5', '-1s', '1 s', 's', '1s2', 'forever']) {
  test(`${JSON.stringify(timeout)} is no duration`, async () => {
    await assert.rejects(readConfig(withOtlp({ timeout })), {
      message: /^config: exporters\.otlp_http\.timeout: expected a duration/,
    });
  });
}

test('settings of an object may be undefined', async () => {
  assert.equal(
    (settingsOf(await readConfig(withFile({ append: undefined })), 'file') as { append: boolean }).append,
    false,
  );
});

test('an object can hold only data', async () => {
  await assert.rejects(readConfig(withFile({ path: () => 'a' })), {
    code: 'COLLECTOR_CONFIG_INVALID',
    message:
      'config: exporters.file.path: expected data, got a function\nconfig: exporters.file.path: is missing',
  });
  const loop: { [key: string]: unknown } = {};
  loop.exporters = { a: loop, b: loop };
  await assert.rejects(readConfig(loop), {
    message: /^config: exporters\.a: holds itself\nconfig: exporters\.b: holds itself/,
  });
});

test('pipelines may name exporters that the caller brings, and the file may not define them too', async () => {
  const config = {
    ...withFile({}),
    service: { pipelines: { logs: { receivers: ['otlp'], exporters: ['mine'] } } },
  };
  const read = await readConfig(config, { extraExporters: ['mine'] });
  assert.deepEqual(read.service.pipelines[0]?.exporters, ['mine']);
  await assert.rejects(readConfig(config), { message: /exporter mine is not defined/ });
  await assert.rejects(readConfig(withFile({}), { extraExporters: ['file'] }), {
    message: 'config: exporters.file: is also given by the caller',
  });
});

test('an exporter that is named twice gets everything once', async () => {
  const config = {
    ...withFile({}),
    service: { pipelines: { logs: { receivers: ['otlp'], exporters: ['file', 'file'] } } },
  };
  assert.deepEqual((await readConfig(config)).service.pipelines[0]?.exporters, ['file']);
});

test('log levels may be in capitals', async () => {
  const config = {
    ...withFile({}),
    service: { ...PIPELINES, telemetry: { logs: { level: 'WARN' }, metrics: { level: 'none' } } },
  };
  assert.equal((await readConfig(config)).service.telemetry.logs.level, 'warn');
});

test('components that no pipeline names are fine', async () => {
  const config = {
    ...withFile({}),
    exporters: { file: { path: 'a' }, debug: null, 'otlphttp/x': { endpoint: 'http://a' } },
  };
  assert.deepEqual([...(await readConfig(config)).exporters.keys()], ['file', 'debug', 'otlphttp/x']);
});

async function readText(
  t: TestContext,
  text: string,
  environment: Record<string, string> = {},
): Promise<CollectorConfig> {
  const file = path.join(tempDir(t), 'config.yaml');
  writeFileSync(file, text);
  return readConfig(file, { environment });
}

test('anchors and merge keys work', async (t) => {
  const config = await readText(
    t,
    `receivers: {otlp: {protocols: {http: }}}
exporters:
  file/a: &base {path: a, create_directory: true}
  file/b: {<<: *base, path: b}
service:
  pipelines:
    logs: &pipeline {receivers: [otlp], exporters: [file/a, file/b]}
    traces: *pipeline`,
  );
  const { path: file, create_directory: create } = settingsOf(config, 'file/b') as Record<string, unknown>;
  assert.deepEqual([file, create], ['b', true]);
  assert.deepEqual(
    config.service.pipelines.map(({ id, signal }) => [id, signal]),
    [
      ['logs', 'logs'],
      ['traces', 'traces'],
    ],
  );
});

const DOLLAR = '$';
const env = (reference: string): string => `${DOLLAR}{${reference}}`;

/** What is in the file, the environment, and the path that it makes. */
const PATHS: readonly [string, Record<string, string>, string][] = [
  [env('env:DIR'), { DIR: '/data' }, '/data'],
  [env('DIR'), { DIR: '/data' }, '/data'],
  [env('env:constructor:-/tmp'), {}, '/tmp'],
  [env('env:__proto__:-/tmp'), {}, '/tmp'],
  [`${env('env:DIR')}/a.jsonl`, { DIR: '/data' }, '/data/a.jsonl'],
  [`${env('env:A')}${env('env:B')}`, { A: 'x', B: 'y' }, 'xy'],
  [`${env('env:DIR:-/tmp')}/a`, {}, '/tmp/a'],
  [env('env:DIR:-'), {}, '/fallback'],
  [`${env('env:DIR:-/tmp')}/a`, { DIR: '' }, '/a'],
  [env(`env:DIR:-${env('env:HOME')}`), { HOME: '/home/x' }, '/home/x'],
  [env('env:A:-b:-c'), {}, 'b:-c'],
  [`${DOLLAR}${env('env:DIR')}`, { DIR: 'x' }, env('env:DIR')],
  [`a${DOLLAR}${DOLLAR}b`, {}, `a${DOLLAR}b`],
  [`a${DOLLAR}b`, {}, `a${DOLLAR}b`],
  [`${DOLLAR}{env:DIR`, { DIR: 'x' }, `${DOLLAR}{env:DIR`],
  // A path of digits stays the string that it was.
  [env('env:DIR'), { DIR: '0123' }, '0123'],
  [env('env:DIR'), { DIR: 'true' }, 'true'],
  [env('env:DIR'), { DIR: 'a: b' }, 'a: b'],
  [env('env:DIR'), { DIR: '#1' }, '#1'],
  // Only the file is expanded, not what a variable holds.
  [env('env:DIR'), { DIR: env('env:OTHER') }, env('env:OTHER')],
  [env('env:DIR'), { DIR: `a${DOLLAR}${DOLLAR}b` }, `a${DOLLAR}${DOLLAR}b`],
];

for (const [given, environment, expected] of PATHS) {
  test(`the path ${given} with ${JSON.stringify(environment)}`, async (t) => {
    const config = readText(
      t,
      `receivers: {otlp: {protocols: {http: }}}
exporters: {file: {path: ${JSON.stringify(given)}}}
service: {pipelines: {logs: {receivers: [otlp], exporters: [file]}}}`,
      environment,
    );
    if (expected === '/fallback')
      await assert.rejects(config, { message: /exporters.file.path: is missing/ });
    else assert.equal((settingsOf(await config, 'file') as { path: string }).path, expected);
  });
}

test('a variable that is the whole value is a number, a boolean, a list or nothing, as it reads', async () => {
  const environment = { SIZE: '1000', ON: 'true', IDS: '[otlp]', NONE: '' };
  const config = {
    receivers: {
      otlp: { protocols: { http: { max_request_body_size: env('env:SIZE'), endpoint: env('env:NONE') } } },
    },
    exporters: { file: { path: 'a', append: env('env:ON') } },
    service: { pipelines: { logs: { receivers: env('env:IDS'), exporters: ['file'] } } },
  };
  const read = await readConfig(config, { environment });
  assert.deepEqual(httpOf(read), {
    ...HTTP_DEFAULTS,
    endpoint: { host: 'localhost', port: 4318 },
    max_request_body_size: 1000,
  });
  assert.equal((settingsOf(read, 'file') as { append: boolean }).append, true);
  assert.deepEqual(read.service.pipelines[0]?.receivers, ['otlp']);
});

test('what a variable holds is not expanded again, however deep it is', async () => {
  const environment = { HEADERS: `{x: "a${DOLLAR}${DOLLAR}b", y: "${env('env:X')}"}` };
  const read = await readConfig(withOtlp({ headers: env('env:HEADERS') }), { environment });
  const { headers } = settingsOf(read, 'otlp_http') as { headers: object };
  assert.deepEqual(headers, { x: `a${DOLLAR}${DOLLAR}b`, y: env('env:X') });
});

test('a variable that is not set is warned about, one with a default is not', async () => {
  const { warnings } = await readConfig(withFile({ path: `a${env('env:NOT_SET')}${env('env:ALSO:-b')}` }), {
    environment: {},
  });
  assert.deepEqual(warnings, ['environment variable NOT_SET is not set; it is taken as empty']);
});

test('what is missing because a variable is not set is told with the name of the variable', async () => {
  await assert.rejects(readConfig(withOtlp({ endpoint: env('env:NOT_SET') }), { environment: {} }), {
    code: 'COLLECTOR_CONFIG_INVALID',
    message:
      /exporters\.otlp_http\.endpoint: is missing\n.*: environment variable NOT_SET is not set; it is taken as empty$/,
  });
});

test('a server does not listen on all addresses because a variable is empty', async () => {
  const withEndpoint = (endpoint: string) => ({
    receivers: { otlp: { protocols: { http: { endpoint }, grpc: { endpoint: ':1' } } } },
    exporters: { nop: {} },
    extensions: { health_check: { endpoint } },
    service: {
      extensions: ['health_check'],
      pipelines: { logs: { receivers: ['otlp'], exporters: ['nop'] } },
    },
  });
  const says =
    'the variable for the host is empty; set it, or say localhost:4318, or 0.0.0.0:4318 for all addresses of this machine';
  for (const environment of [{}, { HOST: '' }]) {
    const why =
      'HOST' in environment ? '' : '\nconfig: environment variable HOST is not set; it is taken as empty';
    await assert.rejects(readConfig(withEndpoint(`${env('env:HOST')}:4318`), { environment }), {
      code: 'COLLECTOR_CONFIG_INVALID',
      message: `config: receivers.otlp.protocols.http.endpoint: ${says}\nconfig: extensions.health_check.endpoint: ${says}${why}`,
    });
  }
  for (const host of ['', '0.0.0.0', '[::]', `${env('env:HOST:-localhost')}`])
    assert.ok(await readConfig(withEndpoint(`${host}:4318`), { environment: {} }));
});

test('the configuration that comes with the package is valid', async () => {
  const file = path.join(import.meta.dirname, '..', '..', 'collector', 'embedded.yaml');
  const { service } = await readConfig(file, { environment: {} });
  assert.deepEqual(service.pipelines.map(({ id }) => id).sort(), ['logs', 'metrics', 'traces']);
});
