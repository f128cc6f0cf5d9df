// The oracle is the SDK's own exporters: the same variables must make the same request.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, test } from 'node:test';
import { OTLPLogExporter as JsonLogExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import { OTLPTraceExporter as JsonTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs';
import { SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { type OtlpSettingsOptions, otlpSettings } from '../../src/delivery/settings/otlp-settings.ts';
import type { OtelEventsError } from '../../src/errors.ts';
import { post } from '../../src/otlp/http/post.ts';
import type { RecordSignal } from '../../src/otlp/wire/batch.ts';
import { httpSink, type SinkRequest } from '../harness/http-sink.ts';
import { tempDir } from '../harness/temp-dir.ts';

const SIGNALS = ['logs', 'traces'] as const;
const NAMES = { logs: 'LOGS', traces: 'TRACES' };
const TYPES = { protobuf: 'application/x-protobuf', json: 'application/json' };

afterEach(() => {
  for (const name of Object.keys(process.env)) {
    if (name.startsWith('OTEL_EXPORTER_OTLP_')) delete process.env[name];
  }
});

/** Variables without their common start; `SIGNAL` stands for the signal, `URL` for the sink. */
type Variables = Readonly<Record<string, string>>;

const SAME_AS_SDK: Readonly<Record<string, Variables>> = {
  'a base URL': { ENDPOINT: 'URL' },
  'a base URL with a slash': { ENDPOINT: 'URL/' },
  'a base URL with a path': { ENDPOINT: 'URL/my/collector' },
  'a base URL with a path and a slash': { ENDPOINT: 'URL/my/collector/' },
  'a base URL with two slashes': { ENDPOINT: 'URL/my//' },
  'a URL of the signal is used as it is': { SIGNAL_ENDPOINT: 'URL/custom/path/?key=1' },
  'a URL of the signal without a path': { SIGNAL_ENDPOINT: 'URL', ENDPOINT: 'http://127.0.0.1:9' },
  'a bad URL of the signal': { SIGNAL_ENDPOINT: 'nonsense', ENDPOINT: 'URL' },
  'an empty URL of the signal': { SIGNAL_ENDPOINT: ' ', ENDPOINT: 'URL/x' },
  'credentials in the URL': { ENDPOINT: 'http://us%3Aer:p%40ss@HOST' },
  'a user in the URL': { SIGNAL_ENDPOINT: 'http://user@HOST/' },
  'credentials and a header': {
    ENDPOINT: 'http://user:pass@HOST',
    HEADERS: 'Authorization=Bearer%20token',
  },
  'headers for all signals': { ENDPOINT: 'URL', HEADERS: 'api-key=secret' },
  'headers of both kinds': {
    ENDPOINT: 'URL',
    HEADERS: 'X-A=all, X-B=all',
    SIGNAL_HEADERS: 'x-b=signal,x-c=signal',
  },
  'headers with white space, encoding and several equals signs': {
    ENDPOINT: 'URL',
    HEADERS: ' x-a = one%20two%2C%3D , authorization=Basic dXNlcjpwYXNz==,x-%62=%C3%A9,',
  },
  'headers with metadata and bad members': {
    ENDPOINT: 'URL',
    HEADERS: 'x-a=1;property;other=2,nonsense,=3,x-b=,x-c=%zz,x-d=4',
  },
  'headers that describe the body': { ENDPOINT: 'URL', HEADERS: 'Content-Type=text/plain,x-a=1' },
  compression: { ENDPOINT: 'URL', COMPRESSION: 'gzip' },
  'compression of the signal': { ENDPOINT: 'URL', COMPRESSION: 'gzip', SIGNAL_COMPRESSION: 'none' },
  'unknown compression of the signal': { ENDPOINT: 'URL', COMPRESSION: 'gzip', SIGNAL_COMPRESSION: 'zstd' },
  json: { ENDPOINT: 'URL', PROTOCOL: 'http/json' },
  'json for the other signals': {
    ENDPOINT: 'URL',
    PROTOCOL: 'http/json',
    SIGNAL_PROTOCOL: 'http/protobuf',
  },
};

for (const [title, variables] of Object.entries(SAME_AS_SDK)) {
  for (const signal of SIGNALS) {
    test(`${signal}: ${title}: the request is that of the SDK's exporter`, async () => {
      await using sink = await httpSink();
      setVariables(variables, signal, sink.url);
      await sendWithSdk(signal, {});
      await sendWithSettings(signal, {});
      assert.equal(sink.requests.length, 2);
      assert.deepEqual(described(sink.requests[1]), described(sink.requests[0]));
    });
  }
}

test('headers of the options win over the variables, which still apply, as with the SDK', async () => {
  await using sink = await httpSink();
  const headers = { 'X-A': 'option', Authorization: 'option', 'Content-Type': 'text/plain' };
  const variables = { HEADERS: 'x-a=all,x-b=all', SIGNAL_HEADERS: 'x-c=signal' };
  for (const signal of SIGNALS) {
    setVariables({ ...variables, SIGNAL_ENDPOINT: 'http://127.0.0.1:9/' }, signal, sink.url);
    await sendWithSdk(signal, { url: `${sink.url}/v1/${signal}`, headers });
    await sendWithSettings(signal, { endpoint: sink.url, headers });
    const [sdk, ours] = sink.requests.slice(-2);
    assert.deepEqual(described(ours), described(sdk));
    assert.equal(ours?.headers['x-b'], 'all');
  }
});

test('the option endpoint wins over every variable; its path and query stay', () => {
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://all',
    OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: 'http://logs/',
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'nonsense',
  };
  const table = {
    'http://h:4318': 'http://h:4318/v1/logs',
    'http://h//': 'http://h/v1/logs',
    'https://h/base': 'https://h/base/v1/logs',
    'http://h/base/?key=1': 'http://h/base/v1/logs?key=1',
    'http://h?key=/': 'http://h/v1/logs?key=/',
  };
  for (const [option, wanted] of Object.entries(table)) {
    const { urls } = otlpSettings({ endpoint: option }, env, unexpected);
    assert.equal(urls.logs.href, wanted);
    assert.equal(urls.traces.href, wanted.replace('logs', 'traces'));
  }
});

test('the query of a base URL stays a query', () => {
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://h/base?key=1' };
  assert.equal(otlpSettings({}, env, unexpected).urls.logs.href, 'http://h/base/v1/logs?key=1');
});

test('without variables the defaults of the specification hold', () => {
  const settings = otlpSettings({}, {}, unexpected);
  assert.deepEqual(
    { ...settings, urls: [settings.urls.logs.href, settings.urls.traces.href] },
    {
      urls: ['http://localhost:4318/v1/logs', 'http://localhost:4318/v1/traces'],
      headers: { logs: {}, traces: {} },
      encoding: { logs: 'protobuf', traces: 'protobuf' },
      compression: { logs: 'none', traces: 'none' },
      timeoutMs: { logs: 10_000, traces: 10_000 },
      tls: { logs: undefined, traces: undefined },
    },
  );
});

test('time-outs: the one of the signal wins, zero is no limit, a bad one counts as unset', () => {
  const table: [Variables, number, number, number][] = [
    [{ TIMEOUT: '2500' }, 2500, 2500, 0],
    [{ TIMEOUT: '2500', LOGS_TIMEOUT: ' 700 ' }, 700, 2500, 0],
    [{ TIMEOUT: '2500', LOGS_TIMEOUT: 'soon' }, 2500, 2500, 1],
    [{ TIMEOUT: '-1' }, 10_000, 10_000, 1],
    [{ TIMEOUT: '1.5' }, 10_000, 10_000, 1],
    [{ TIMEOUT: '0' }, 2 ** 31 - 1, 2 ** 31 - 1, 0],
    [{ TIMEOUT: '1e20' }, 2 ** 31 - 1, 2 ** 31 - 1, 0],
  ];
  for (const [variables, logs, traces, warned] of table) {
    const warnings: OtelEventsError[] = [];
    const { timeoutMs } = otlpSettings({}, withPrefix(variables), (warning) => warnings.push(warning));
    assert.deepEqual([timeoutMs, warnings.length], [{ logs, traces }, warned], JSON.stringify(variables));
  }
});

test('certificates are read from files; the ones of a signal win; http needs none', (t) => {
  const directory = tempDir(t);
  const files = Object.fromEntries(
    ['ca', 'logs-ca', 'cert', 'key'].map((name) => [name, path.join(directory, `${name}.pem`)]),
  ) as Record<'ca' | 'logs-ca' | 'cert' | 'key', string>;
  for (const [name, file] of Object.entries(files)) writeFileSync(file, name);
  const env = withPrefix({
    ENDPOINT: 'https://collector',
    CERTIFICATE: path.relative('.', files.ca),
    LOGS_CERTIFICATE: files['logs-ca'],
    CLIENT_CERTIFICATE: files.cert,
    CLIENT_KEY: files.key,
  });
  const [cert, key] = [Buffer.from('cert'), Buffer.from('key')];
  assert.deepEqual(otlpSettings({}, env, unexpected).tls, {
    logs: { ca: Buffer.from('logs-ca'), cert, key },
    traces: { ca: Buffer.from('ca'), cert, key },
  });
  const plain = otlpSettings({ endpoint: 'http://collector' }, env, unexpected);
  assert.deepEqual(plain.tls, { logs: undefined, traces: undefined });
});

test('what cannot be used is warned about once, with its name and without its secrets', () => {
  const missing = path.join('no', 'such', 'ca.pem');
  const key = '-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----';
  const env = withPrefix({
    ENDPOINT: 'localhost:secret',
    LOGS_ENDPOINT: 'https://user:secret@collector',
    HEADERS: 'secret,a=%0Asecret, ,ok=1,b%20=secret',
    TRACES_HEADERS: 'Authorization',
    COMPRESSION: 'zstd',
    CERTIFICATE: missing,
    LOGS_CLIENT_KEY: key,
  });
  const warnings: OtelEventsError[] = [];
  const options = { headers: { good: 'yes', 'bad name': 'secret', bad: 'sec\nret' } };
  const settings = otlpSettings(options, env, (warning) => warnings.push(warning));
  assert.deepEqual(
    warnings.map(({ code, message }) => `${code}: ${message.replace(/ \([^(]*\)$/, '')}`),
    [
      'ENVIRONMENT_UNSUPPORTED: OTEL_EXPORTER_OTLP_ENDPOINT is not an http or https URL: it is ignored',
      'ENVIRONMENT_UNSUPPORTED: OTEL_EXPORTER_OTLP_HEADERS: entries 1, 2, 4 left out: not name=value, or not fit for a header',
      'OPTION_INVALID: option headers: entries 2, 3 left out: a name or value not fit for a header',
      'ENVIRONMENT_UNSUPPORTED: OTEL_EXPORTER_OTLP_TRACES_HEADERS: entry 1 left out: not name=value, or not fit for a header',
      'ENVIRONMENT_UNSUPPORTED: OTEL_EXPORTER_OTLP_COMPRESSION asks for zstd: it is ignored',
      `ENVIRONMENT_UNSUPPORTED: OTEL_EXPORTER_OTLP_CERTIFICATE: cannot read ${missing} (ENOENT): it is ignored`,
      'ENVIRONMENT_UNSUPPORTED: OTEL_EXPORTER_OTLP_LOGS_CLIENT_KEY: cannot read what it holds as a path (ENOENT): it is ignored',
    ],
  );
  for (const warning of warnings) assert.doesNotMatch(`${warning.stack} ${warning.cause}`, /sec\n?ret/);
  assert.equal(settings.urls.logs.href, 'https://collector/');
  assert.equal(settings.urls.traces.href, 'http://localhost:4318/v1/traces');
  assert.deepEqual(settings.headers.traces, { ok: '1', good: 'yes' });
  assert.deepEqual(settings.tls, { logs: undefined, traces: undefined });
});

test('a bad option endpoint is an error that does not repeat it', () => {
  for (const endpoint of ['secret', 'localhost:4318/secret', 'ftp://secret', '']) {
    assert.throws(
      () => otlpSettings({ endpoint }, {}, unexpected),
      (error: OtelEventsError) => error.code === 'EXPORT_URL_INVALID' && !error.message.includes('secret'),
    );
  }
});

function unexpected(warning: OtelEventsError): void {
  throw warning;
}

function withPrefix(variables: Variables): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [`OTEL_EXPORTER_OTLP_${name}`, value]),
  );
}

/** The SDK reads its variables from the process. */
function setVariables(variables: Variables, signal: RecordSignal, url: string): void {
  for (const [name, value = ''] of Object.entries(withPrefix(variables))) {
    const text = value.replace('URL', url).replace('HOST', new URL(url).host);
    process.env[name.replace('SIGNAL', NAMES[signal])] = text;
  }
}

type SdkOptions = { url?: string; headers?: Record<string, string> };

async function sendWithSdk(signal: RecordSignal, options: SdkOptions): Promise<void> {
  const { [`OTEL_EXPORTER_OTLP_${NAMES[signal]}_PROTOCOL`]: own, OTEL_EXPORTER_OTLP_PROTOCOL: all } =
    process.env;
  const isJson = (own ?? all) === 'http/json';
  if (signal === 'logs') {
    const exporter = new (isJson ? JsonLogExporter : OTLPLogExporter)(options);
    const provider = new LoggerProvider({ processors: [new SimpleLogRecordProcessor({ exporter })] });
    provider.getLogger('test').emit({ body: 'x' });
    await provider.shutdown();
  } else {
    const exporter = new (isJson ? JsonTraceExporter : OTLPTraceExporter)(options);
    const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
    provider.getTracer('test').startSpan('x').end();
    await provider.shutdown();
  }
}

async function sendWithSettings(signal: RecordSignal, options: OtlpSettingsOptions): Promise<void> {
  const { urls, headers, encoding, compression, timeoutMs } = otlpSettings(options, process.env, () => {});
  await post({
    url: urls[signal],
    headers: { 'content-type': TYPES[encoding[signal]], ...headers[signal] },
    body: new Uint8Array(0),
    compression: compression[signal],
    timeoutMs: timeoutMs[signal],
  });
}

/** What settings decide of a request. */
function described(request: SinkRequest | undefined): object {
  assert.ok(request !== undefined);
  const { host, connection, ...headers } = request.headers;
  for (const name of ['content-length', 'transfer-encoding', 'user-agent']) delete headers[name];
  return { method: request.method, path: request.path, headers };
}
