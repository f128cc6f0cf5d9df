import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { readConfig } from '../../../src/collector/read-config.ts';
import { tempDir } from '../../harness/temp-dir.ts';

/** So that no text here looks like a template to the linter. */
const DOLLAR = '$';

const ELSEWHERE = 'only the OpenTelemetry Collector has this; run that one with the same file';

/** A configuration that is right, in which `wrong` replaces the part of the same name. */
function yaml(wrong: Partial<Record<'receivers' | 'exporters' | 'rest' | 'service', string>>): string {
  const {
    receivers = 'receivers: {otlp: {protocols: {http: }}}',
    exporters = 'exporters: {file: {path: a.jsonl}}',
    rest = '',
    service = 'service: {pipelines: {logs: {receivers: [otlp], exporters: [file]}}}',
  } = wrong;
  return [receivers, exporters, service, rest].join('\n');
}

const http = (settings: string) => ({ receivers: `receivers: {otlp: {protocols: {http: {${settings}}}}}` });
const file = (settings: string) => ({ exporters: `exporters: {file: {path: a.jsonl, ${settings}}}` });
const otlp = (settings: string) => ({
  exporters: `exporters: {file: {path: a.jsonl}, otlp_http: {endpoint: http://a, ${settings}}}`,
});
const pipelines = (text: string) => ({ service: `service: {pipelines: {${text}}}` });

const ERRORS: readonly [string, string, ...string[]][] = [
  ['an empty file', '', '1:1: the file is empty; expected receivers, exporters and service'],
  ['a file of comments', '# nothing\n', '1:1: the file is empty; expected receivers, exporters and service'],
  ['a list', '- a', '1:1: expected a mapping, got a list'],
  ['a word', 'hello', '1:1: expected a mapping, got a string'],
  [
    'broken YAML',
    'a: [1, 2',
    '1:9: Flow sequence in block collection must be sufficiently indented and end with a ]',
  ],
  ['a tab', 'receivers:\n\totlp:', '2:1: Tabs are not allowed as indentation'],
  ['a key that comes twice', yaml({ rest: 'exporters: {}' }), '4:1: Map keys must be unique'],
  [
    'a variable without quotes inside braces',
    `receivers: {otlp: {protocols: {http: }}}\nexporters:\n  file: { path: \${env:OUT:-out.jsonl}, append: true }\nservice:\n  pipelines: {}`,
    `3:18: inside { } and [ ] a variable has to be in quotes: "\${env:NAME}"`,
  ],
  ['two documents', `${yaml({})}\n---\na: 1`, '5:1: expected one YAML document'],
  [
    'an unknown tag',
    yaml({ rest: 'x: !!python/object a' }),
    '4:4: Unresolved tag: tag:yaml.org,2002:python/object',
  ],
  ['an alias without an anchor', yaml({ rest: 'x: *nowhere' }), '4:4: there is no anchor &nowhere'],
  [
    'an unknown section',
    yaml({ rest: 'exporter: {}' }),
    '4:1: exporter: unknown key; did you mean exporters?',
  ],
  [
    'a section far from any',
    yaml({ rest: 'pipelines: {}' }),
    '4:1: pipelines: unknown key; expected receivers, exporters, extensions, processors, connectors or service',
  ],
  [
    'no receivers',
    yaml({ receivers: '' }),
    '2:1: receivers: is missing',
    '3:42: service.pipelines.logs.receivers[0]: receiver otlp is not defined under receivers',
  ],
  ['no service', yaml({ service: '' }), '1:1: service: is missing'],
  [
    'a receiver without protocols',
    yaml({ receivers: 'receivers: {otlp: }' }),
    '1:19: receivers.otlp.protocols: is missing',
  ],
  [
    'a receiver without a protocol',
    yaml({ receivers: 'receivers: {otlp: {protocols: {}}}' }),
    '1:19: receivers.otlp.protocols: expected grpc, http or both',
  ],
  [
    'a receiver of gRPC with half a certificate',
    yaml({ receivers: 'receivers: {otlp: {protocols: {grpc: {tls: {cert_file: a.pem}}}}}' }),
    '1:19: receivers.otlp.protocols.grpc.tls.key_file: is missing, and cert_file is there',
  ],
  [
    'a receiver of gRPC that asks for certificates and has none',
    yaml({ receivers: 'receivers: {otlp: {protocols: {grpc: {tls: {client_ca_file: a.pem}}}}}' }),
    '1:19: receivers.otlp.protocols.grpc.tls.cert_file: is missing, and client_ca_file is there',
  ],
  [
    'an exporter of gRPC to no port',
    yaml({ exporters: 'exporters: {file: {path: a}, otlp_grpc: {endpoint: http://a}}' }),
    '2:52: exporters.otlp_grpc.endpoint: expected HOST:PORT, http://HOST:PORT, https://HOST:PORT, dns:///HOST:PORT or unix:PATH, got another string',
  ],
  [
    'a header that gRPC sets',
    yaml({ exporters: 'exporters: {file: {path: a}, otlp: {endpoint: a:1, headers: {TE: b}}}' }),
    '2:36: exporters.otlp.headers.TE: gRPC sets this header itself',
  ],
  [
    'an exporter of gRPC with half a certificate',
    yaml({ exporters: 'exporters: {file: {path: a}, otlp: {endpoint: a:1, tls: {cert_file: b}}}' }),
    '2:36: exporters.otlp.tls: expected both cert_file and key_file, or neither',
  ],
  [
    'a transport of the other engine',
    yaml({ receivers: 'receivers: {otlp: {protocols: {grpc: {transport: tcp4}}}}' }),
    `1:50: receivers.otlp.protocols.grpc.transport: expected tcp or unix; ${ELSEWHERE}`,
  ],
  [
    'an endpoint without a port',
    yaml(http('endpoint: localhost')),
    '1:49: receivers.otlp.protocols.http.endpoint: expected HOST:PORT, with a port from 0 to 65535, got another string',
  ],
  [
    'an endpoint that is a URL',
    yaml(http('endpoint: http://a:4318')),
    '1:49: receivers.otlp.protocols.http.endpoint: expected HOST:PORT, with a port from 0 to 65535, got another string',
  ],
  [
    'a port too large',
    yaml(http('endpoint: "a:65536"')),
    '1:49: receivers.otlp.protocols.http.endpoint: expected HOST:PORT, with a port from 0 to 65535, got another string',
  ],
  [
    'a misspelt key',
    yaml(http('max_request_body_sizes: 1')),
    '1:39: receivers.otlp.protocols.http.max_request_body_sizes: unknown key; did you mean max_request_body_size?',
  ],
  [
    'a size in words',
    yaml(http('max_request_body_size: 20MiB')),
    '1:62: receivers.otlp.protocols.http.max_request_body_size: expected a whole number, got a string',
  ],
  [
    'half a byte',
    yaml(http('max_request_body_size: 0.5')),
    '1:62: receivers.otlp.protocols.http.max_request_body_size: expected a whole number, got 0.5',
  ],
  [
    'middlewares',
    yaml(http('middlewares: []')),
    `1:39: receivers.otlp.protocols.http.middlewares: ${ELSEWHERE}`,
  ],
  [
    'TLS without a certificate',
    yaml(http('tls: {}')),
    '1:19: receivers.otlp.protocols.http.tls.cert_file: is missing',
  ],
  [
    'an exporter of the other engine',
    yaml({ exporters: 'exporters: {file: {path: a}, kafka: {}}' }),
    `2:30: exporters.kafka: ${ELSEWHERE}`,
  ],
  [
    'a receiver of the other engine',
    yaml({ receivers: 'receivers: {otlp: {protocols: {http: }}, redis/a: {}}' }),
    `1:42: receivers.redis/a: ${ELSEWHERE}`,
  ],
  ['a processor', yaml({ rest: 'processors: {geoip: }' }), `4:14: processors.geoip: ${ELSEWHERE}`],
  ['a connector', yaml({ rest: 'connectors: {routing: }' }), `4:14: connectors.routing: ${ELSEWHERE}`],
  [
    'an extension of the other engine',
    yaml({ rest: 'extensions: {db_storage: }' }),
    `4:14: extensions.db_storage: ${ELSEWHERE}`,
  ],
  [
    'a misspelt exporter',
    yaml({ exporters: 'exporters: {file: {path: a}, otlp_htp: {}}' }),
    '2:30: exporters.otlp_htp: unknown exporter; did you mean otlp_http?',
  ],
  [
    'a component id without a type',
    yaml({ exporters: 'exporters: {file: {path: a}, /x: {}}' }),
    '2:30: exporters./x: expected a component id, TYPE or TYPE/NAME',
  ],
  [
    'a file without a path',
    yaml({ exporters: 'exporters: {file: }' }),
    '2:19: exporters.file.path: is missing',
  ],
  [
    'a path that is a number',
    yaml({ exporters: 'exporters: {file: {path: 7}}' }),
    '2:26: exporters.file.path: expected a path, got a number',
  ],
  [
    'a format that is none',
    yaml(file('format: text')),
    '2:43: exporters.file.format: expected json or proto, got another string',
  ],
  [
    'compression of a file that is none',
    yaml(file('compression: gzip')),
    '2:48: exporters.file.compression: expected zstd or nothing, got another string',
  ],
  [
    'an encoding of a file',
    yaml(file('encoding: otlp_encoding')),
    `2:35: exporters.file.encoding: ${ELSEWHERE}`,
  ],
  [
    'files that nobody names',
    yaml({
      receivers:
        'receivers: {otlp: {protocols: {http: }}, otlp_json_file: {start_at: middle, poll_interval: 1}}',
    }),
    '1:58: receivers.otlp_json_file.include: is missing',
    '1:69: receivers.otlp_json_file.start_at: expected beginning or end, got another string',
    '1:92: receivers.otlp_json_file.poll_interval: expected a duration such as 300ms, 5s or 1m30s, got a number',
  ],
  [
    'files that would be deleted unread, and read again',
    yaml({
      receivers:
        'receivers: {otlp: {protocols: {http: }}, otlpjsonfile: {include: [a], delete_after_read: true, replay_file: true, storage: x, max_log_size: 0B, multiline: {}}}',
    }),
    '1:56: receivers.otlpjsonfile.delete_after_read: only together with start_at: beginning: the rest would be deleted unread',
    '1:56: receivers.otlpjsonfile.replay_file: not together with storage or delete_after_read: files are read again and again',
    '1:56: receivers.otlpjsonfile.storage: expected the id of a file_storage extension that service.extensions lists',
    '1:141: receivers.otlpjsonfile.max_log_size: expected a size such as 1048576, 1MiB or 16kb, 1 byte or more, got another string',
    `1:145: receivers.otlpjsonfile.multiline: ${ELSEWHERE}`,
  ],
  [
    'groups without a place for their name',
    yaml(file('group_by: {enabled: true, resource_attribute: "", max_open_files: 0}')),
    '2:19: exporters.file.path: expected one *, and something in front of it, because group_by is enabled',
    '2:19: exporters.file.group_by.resource_attribute: is missing',
    '2:101: exporters.file.group_by.max_open_files: expected a whole number, 1 or more, got 0',
  ],
  [
    'permissions without quotes',
    yaml(file('create_directory: true, directory_permissions: 0755')),
    '2:82: exporters.file.directory_permissions: expected an octal number from 0000 to 0777, in quotes, got a number',
  ],
  [
    'permissions that are none',
    yaml(file('create_directory: true, directory_permissions: "1777"')),
    '2:82: exporters.file.directory_permissions: expected an octal number from 0000 to 0777, in quotes, got another string',
  ],
  [
    'permissions of directories that are not made',
    yaml(file('directory_permissions: "0755"')),
    '2:19: exporters.file.directory_permissions: only together with create_directory: true',
  ],
  [
    'append with rotation',
    yaml(file('append: true, rotation: ')),
    '2:19: exporters.file.append: not together with rotation, which appends by itself',
  ],
  [
    'a boolean in words',
    yaml(file('append: yes')),
    '2:43: exporters.file.append: expected true or false, got a string',
  ],
  [
    'a misspelt key of rotation',
    yaml(file('rotation: {max_megabyte: 1}')),
    '2:46: exporters.file.rotation.max_megabyte: unknown key; did you mean max_megabytes?',
  ],
  [
    'one file for two exporters',
    yaml({ exporters: 'exporters: {file: {path: a}, file/b: {path: ./a}}' }),
    '2:38: exporters.file/b.path: exporters.file writes the same file; name that one in each of the pipelines',
  ],
  [
    'an endpoint without a scheme',
    yaml({ exporters: 'exporters: {file: {path: a}, otlp_http: {endpoint: "localhost:4318"}}' }),
    '2:52: exporters.otlp_http.endpoint: expected an http or https URL, got another string',
  ],
  [
    'no endpoint',
    yaml({ exporters: 'exporters: {file: {path: a}, otlphttp: {timeout: 1s}}' }),
    '2:40: exporters.otlphttp.endpoint: is missing',
  ],
  [
    'an endpoint that is an empty variable',
    yaml({
      exporters: `exporters: {file: {path: a}, otlp_http: {endpoint: "${DOLLAR}{env:OTEL_EVENTS_NOT_SET}"}}`,
    }),
    '2:41: exporters.otlp_http.endpoint: is missing',
    ' environment variable OTEL_EVENTS_NOT_SET is not set; it is taken as empty',
  ],
  [
    'no endpoint for a signal that is sent',
    yaml({
      exporters: 'exporters: {file: {path: a}, otlp_http: {traces_endpoint: http://a}}',
      ...pipelines('logs: {receivers: [otlp], exporters: [otlp_http]}'),
    }),
    '2:41: exporters.otlp_http.logs_endpoint: is missing, and so is endpoint',
  ],
  [
    'a duration without a unit',
    yaml(otlp('timeout: 5')),
    '2:77: exporters.otlp_http.timeout: expected a duration such as 300ms, 5s or 1m30s, got a number',
  ],
  [
    'a duration with a strange unit',
    yaml(otlp('timeout: 5d')),
    '2:77: exporters.otlp_http.timeout: expected a duration such as 300ms, 5s or 1m30s, got another string',
  ],
  [
    'a header that is a number',
    yaml(otlp('headers: {x: 1}')),
    '2:81: exporters.otlp_http.headers.x: expected a string, got a number',
  ],
  [
    'a header that HTTP cannot carry',
    yaml(otlp('headers: {"a b": x}')),
    '2:78: exporters.otlp_http.headers.a b: not an HTTP header',
  ],
  [
    'compression of the other engine',
    yaml(otlp('compression: snappy')),
    `2:81: exporters.otlp_http.compression: expected gzip, zstd, zlib, deflate or none; ${ELSEWHERE}`,
  ],
  [
    'compression of nobody',
    yaml(otlp('compression: zip')),
    '2:81: exporters.otlp_http.compression: expected gzip, zstd, zlib, deflate or none, got another string',
  ],
  [
    'an encoding of nobody',
    yaml(otlp('encoding: xml')),
    '2:78: exporters.otlp_http.encoding: expected proto or json, got another string',
  ],
  [
    'a queue whose storage is not there',
    yaml(otlp('sending_queue: {storage: file_storage}')),
    '2:47: exporters.otlp_http.sending_queue.storage: expected the id of a file_storage extension that service.extensions lists',
  ],
  [
    'a queue for nothing',
    yaml(otlp('sending_queue: {queue_size: 0}')),
    '2:47: exporters.otlp_http.sending_queue.queue_size: expected 1 or more, or enabled: false',
  ],
  [
    'a sizer of nobody',
    yaml(otlp('sending_queue: {sizer: records}')),
    '2:91: exporters.otlp_http.sending_queue.sizer: expected requests, items or bytes, got another string',
  ],
  [
    'retries that are over before the second one',
    yaml(otlp('retry_on_failure: {initial_interval: 10s, max_elapsed_time: 6s}')),
    '2:47: exporters.otlp_http.retry_on_failure.max_elapsed_time: is less than initial_interval (10s); 0 is without an end',
  ],
  [
    'retries that are over before the longest wait, over gRPC',
    yaml({
      exporters: 'exporters: {otlp_grpc: {endpoint: "a:1", retry_on_failure: {max_elapsed_time: 10s}}}',
    }).replaceAll('[file]', '[otlp_grpc]'),
    '2:24: exporters.otlp_grpc.retry_on_failure.max_elapsed_time: is less than max_interval (30s); 0 is without an end',
  ],
  [
    'more chance than there is',
    yaml(otlp('retry_on_failure: {randomization_factor: 1.5}')),
    '2:109: exporters.otlp_http.retry_on_failure.randomization_factor: expected a number, 0 to 1, got 1.5',
  ],
  [
    'a misspelt key of retry',
    yaml(otlp('retry_on_failure: {max_elapsed: 1s}')),
    '2:87: exporters.otlp_http.retry_on_failure.max_elapsed: unknown key; expected enabled, initial_interval, max_interval, max_elapsed_time, multiplier or randomization_factor',
  ],
  [
    'a verbosity of nobody',
    yaml({ exporters: 'exporters: {file: {path: a}, debug: {verbosity: loud}}' }),
    '2:49: exporters.debug.verbosity: expected basic, normal or detailed, got another string',
  ],
  [
    'a health check without a path',
    yaml({ rest: 'extensions: {health_check: {path: health}}' }),
    '4:35: extensions.health_check.path: expected a path that begins with /, got another string',
  ],
  [
    'no pipelines',
    yaml({ service: 'service: {pipelines: {}}' }),
    '3:22: service.pipelines: expected at least one pipeline',
  ],
  [
    'only pipelines of profiles',
    yaml(pipelines('profiles: {receivers: [otlp], exporters: [file]}')),
    '3:22: service.pipelines: expected at least one pipeline',
  ],
  [
    'a misspelt signal',
    yaml(pipelines('log/a: {receivers: [otlp], exporters: [file]}')),
    '3:23: service.pipelines.log/a: unknown signal; did you mean logs?',
  ],
  [
    'an empty pipeline',
    yaml(pipelines('logs: ')),
    '3:29: service.pipelines.logs.receivers: is missing',
    '3:29: service.pipelines.logs.exporters: is missing',
  ],
  [
    'a pipeline that is a number beside an exporter that depends on its pipelines',
    'receivers: {otlp: {protocols: {http: }}}\nexporters: {otlp_http: {}}\nservice: {pipelines: {logs: 5}}',
    '2:24: exporters.otlp_http.endpoint: is missing',
    '3:29: service.pipelines.logs: expected a mapping, got a number',
  ],
  [
    'a pipeline with an empty name',
    yaml(pipelines('logs/: {receivers: [otlp], exporters: [file]}')),
    '3:23: service.pipelines.logs/: expected SIGNAL or SIGNAL/NAME',
  ],
  ...(
    [
      ['service:', 9],
      ['service: {}', 10],
      ['service: {pipelines: }', 22],
    ] as const
  ).map(([service, column]): [string, string, string] => [
    `no pipelines: ${service}`,
    `receivers: {otlp: {protocols: {http: }}}\nexporters: {nop: }\n${service}`,
    `3:${column}: service.pipelines: is missing`,
  ]),
  [
    'a pipeline of nothing beside an exporter that depends on its pipelines',
    'receivers: {otlp: {protocols: {http: }}}\nexporters: {otlp_http: {}}\nservice: {pipelines: {logs: }}',
    '2:24: exporters.otlp_http.endpoint: is missing',
    '3:29: service.pipelines.logs.receivers: is missing',
    '3:29: service.pipelines.logs.exporters: is missing',
  ],
  [
    'a pipeline without exporters',
    yaml(pipelines('logs: {receivers: [otlp], exporters: []}')),
    '3:60: service.pipelines.logs.exporters: expected at least one exporter',
  ],
  [
    'exporters that are no list',
    yaml(pipelines('logs: {receivers: [otlp], exporters: file}')),
    '3:60: service.pipelines.logs.exporters: expected a list of exporters, got a string',
  ],
  [
    'an exporter that is not defined',
    yaml(pipelines('logs: {receivers: [otlp], exporters: [files]}')),
    '3:61: service.pipelines.logs.exporters[0]: exporter files is not defined under exporters; did you mean file?',
  ],
  [
    'a pipeline with processors',
    yaml(pipelines('logs: {receivers: [otlp], processors: [batch], exporters: [file]}')),
    '3:62: service.pipelines.logs.processors[0]: processor batch is not defined under processors',
  ],
  [
    'an extension that is not defined',
    yaml({
      service:
        'service: {extensions: [health_check], pipelines: {logs: {receivers: [otlp], exporters: [file]}}}',
    }),
    '3:24: service.extensions[0]: extension health_check is not defined under extensions',
  ],
  [
    'a log level of nobody',
    yaml({
      service:
        'service: {telemetry: {logs: {level: loud}}, pipelines: {logs: {receivers: [otlp], exporters: [file]}}}',
    }),
    '3:37: service.telemetry.logs.level: expected debug, info, warn or error, got another string',
  ],
  [
    'another source of values',
    yaml(http(`endpoint: "${DOLLAR}{http:a}"`)),
    `1:49: receivers.otlp.protocols.http.endpoint: ${DOLLAR}{http:…} is known only to the OpenTelemetry Collector; here there are ${DOLLAR}{env:NAME}, ${DOLLAR}{file:PATH} and ${DOLLAR}{yaml:TEXT}`,
  ],
  [
    'a variable without a name',
    yaml(http(`endpoint: "${DOLLAR}{env:}"`)),
    '1:49: receivers.otlp.protocols.http.endpoint: not the name of an environment variable: letters, digits and _ are',
  ],
];

async function messageOf(t: TestContext, text: string): Promise<{ file: string; lines: string[] }> {
  const target = path.join(tempDir(t), 'config.yaml');
  writeFileSync(target, text);
  let lines: string[] = [];
  await assert.rejects(readConfig(target), (error: Error & { code: string }) => {
    assert.equal(error.code, 'COLLECTOR_CONFIG_INVALID');
    lines = error.message.split('\n');
    return true;
  });
  return { file: target, lines };
}

for (const [name, text, ...expected] of ERRORS) {
  test(`refused: ${name}`, async (t) => {
    const { file: target, lines } = await messageOf(t, text);
    assert.deepEqual(
      lines,
      expected.map((line) => `${target}:${line}`),
    );
  });
}

test('every problem of a file is reported at once, in the order of the file', async (t) => {
  const { lines } = await messageOf(
    t,
    `receivers: {otlp: {protocols: {http: {endpoint: a}}}}
exporters: {file: {pth: a}}
service: {pipelines: {logs: {receivers: [x], exporters: [file]}}}`,
  );
  assert.deepEqual(
    lines.map((line) => line.replace(/^.*yaml:/, '').replace(/: .*/, '')),
    ['1:49', '2:19', '2:20', '3:42'],
  );
});

test('an error never holds a value', async (t) => {
  const { lines } = await messageOf(
    t,
    yaml(otlp('headers: {authorization: "Bearer hunter2\\n"}, timeout: hunter2')),
  );
  assert.equal(lines.length, 2);
  assert.doesNotMatch(lines.join(), /hunter2/);
});

test('anchors that stand for billions of nodes are refused', async (t) => {
  const levels = Array.from(
    { length: 12 },
    (_, index) => `a${index + 1}: &a${index + 1} [${Array(9).fill(`*a${index}`).join(', ')}]`,
  );
  const { lines } = await messageOf(t, ['a0: &a0 x', ...levels].join('\n'));
  assert.match(lines.join(), /alias count/);
});

test('an anchor that holds itself is refused, before it is followed', async (t) => {
  const { lines } = await messageOf(t, 'receivers: &a {otlp: *a, b: *a, c: [*a, *a]}');
  assert.deepEqual(
    lines.map((line) => line.replace(/^.*yaml:/, '')),
    ['1:22', '1:29', '1:37', '1:41'].map((place) => `${place}: the anchor &a holds itself`),
  );
});

test('bytes that are no text are refused', async (t) => {
  const target = path.join(tempDir(t), 'config.yaml');
  writeFileSync(target, Buffer.from([0x00, 0xff, 0xfe, 0x80]));
  await assert.rejects(readConfig(target), {
    code: 'COLLECTOR_CONFIG_INVALID',
    message: `${target}: not text in UTF-8`,
  });
  writeFileSync(target, Buffer.from([0x00, 0x01, 0x02]));
  await assert.rejects(readConfig(target), { code: 'COLLECTOR_CONFIG_INVALID' });
});

test('a file that cannot be read is an error of its own', async (t) => {
  const dir = tempDir(t);
  const missing = path.join(dir, 'missing.yaml');
  await assert.rejects(readConfig(missing), {
    code: 'COLLECTOR_START_FAILED',
    message: `cannot read ${missing}: ENOENT`,
  });
  await assert.rejects(readConfig(dir), {
    code: 'COLLECTOR_START_FAILED',
    message: `cannot read ${dir}: EISDIR`,
  });
  const huge = path.join(dir, 'huge.yaml');
  writeFileSync(huge, 'x'.repeat(2_000_000));
  await assert.rejects(readConfig(huge), {
    code: 'COLLECTOR_START_FAILED',
    message: /too long for a configuration/,
  });
});
