/** A configuration that both engines check. */
export interface ConfigCase {
  readonly name: string;
  readonly yaml: string;
}

/** Parts of a configuration that is right; what is not given is small. */
interface Parts {
  readonly receivers?: string;
  readonly processors?: string;
  readonly exporters?: string;
  readonly extensions?: string;
  readonly telemetry?: string;
  /** The pipeline, and its signal. */
  readonly pipelines?: string;
  readonly rest?: string;
}

/** The names of the components that a section defines in one line. */
const idsOf = (section: string): string =>
  [...section.matchAll(/(?:^|, )([a-z_]+(?:\/\w+)?): (?=[{nN])/g)].map(([, id]) => id).join(', ');

function yaml(parts: Parts): string {
  const {
    receivers = 'otlp: { protocols: { http: null } }',
    processors = '',
    exporters = 'debug: null',
    extensions = '',
    telemetry = '',
    rest = '',
  } = parts;
  const {
    pipelines = `logs: { receivers: [otlp], processors: [${firstOf(processors)}], exporters: [${firstOf(exporters)}] }`,
  } = parts;
  return `receivers: { ${receivers} }
processors: { ${processors} }
exporters: { ${exporters} }
extensions: { ${extensions} }
service:
  extensions: [${idsOf(extensions)}]
  telemetry: { ${telemetry === '' ? 'metrics: { level: none }' : telemetry} }
  pipelines: { ${pipelines} }
${rest}
`;
}

const firstOf = (section: string): string => section.split(':', 1)[0] ?? '';

/** The cases of one place: a name, and what stands there. */
function place(
  title: string,
  put: (settings: string) => Parts,
  rows: Readonly<Record<string, string>>,
): ConfigCase[] {
  return Object.entries(rows).map(([name, settings]) => ({
    name: `${title}: ${name}`,
    yaml: yaml(put(settings)),
  }));
}

const HTTP = place('http', (settings) => ({ receivers: `otlp: { protocols: { http: { ${settings} } } }` }), {
  'an address': 'endpoint: "0.0.0.0:4318"',
  'a port alone': 'endpoint: ":4318"',
  'no port': 'endpoint: localhost',
  'a port of a word': 'endpoint: "localhost:abc"',
  'a port that is none': 'endpoint: "localhost:99999"',
  'a URL': 'endpoint: "http://localhost:4318"',
  'an IPv6 address': 'endpoint: "[::1]:4318"',
  'a free port': 'endpoint: "localhost:0"',
  'nothing for an endpoint': 'endpoint: ""',
  'a number': 'endpoint: 4318',
  origins: 'cors: { allowed_origins: ["http://*", "https://a"] }',
  'origins of one': 'cors: { allowed_origins: "http://a" }',
  'an age': 'cors: { allowed_origins: ["*"], max_age: 7200 }',
  'an age as a duration': 'cors: { allowed_origins: ["*"], max_age: 2h }',
  'TLS of nothing': 'tls: null',
  'TLS without a key': 'tls: { cert_file: a.pem }',
  'TLS without a certificate': 'tls: { key_file: a.pem }',
  'an unknown key of TLS': 'tls: { cert: a.pem }',
  metadata: 'include_metadata: true',
  'metadata by a word': 'include_metadata: "yes"',
  'a size': 'max_request_body_size: 1000000',
  'a size in words': 'max_request_body_size: 20MiB',
  'a size below zero': 'max_request_body_size: -1',
  'a path': 'traces_url_path: /t',
  'a path without a slash': 'traces_url_path: t',
  'headers of answers': 'response_headers: { x-a: b }',
  'time-outs': 'read_timeout: 10s, write_timeout: 1m, idle_timeout: 0s, read_header_timeout: 5s',
  encodings: 'compression_algorithms: [gzip, zstd]',
  'an encoding nobody has': 'compression_algorithms: [brotli]',
  'who lets in, undefined': 'auth: { authenticator: nobody }',
  'who lets in, without a name': 'auth: { }',
  'an unknown key': 'timeout: 1s',
});

const GRPC = place('grpc', (settings) => ({ receivers: `otlp: { protocols: { grpc: { ${settings} } } }` }), {
  'an address': 'endpoint: "0.0.0.0:4317"',
  'a transport nobody has': 'transport: carrier_pigeon',
  'the largest message': 'max_recv_msg_size_mib: 16',
  'a message below zero': 'max_recv_msg_size_mib: -1',
  streams: 'max_concurrent_streams: 100',
  keepalive:
    'keepalive: { server_parameters: { max_connection_age: 30s }, enforcement_policy: { min_time: 5s } }',
  'an unknown key of keepalive': 'keepalive: { time: 1s }',
  buffers: 'read_buffer_size: 524288, write_buffer_size: 0',
  'a buffer below zero': 'read_buffer_size: -1',
  'an unknown key': 'cors: { }',
});

const OTLP_HTTP = place('otlp_http', (settings) => ({ exporters: `otlp_http: { ${settings} }` }), {
  'an endpoint': 'endpoint: "http://a:4318"',
  'no endpoint': '',
  'an endpoint of traces alone': 'traces_endpoint: "http://a:4318/v1/traces"',
  'an endpoint without a scheme': 'endpoint: "a:4318"',
  'an endpoint with a space': 'endpoint: "http://a b"',
  'an endpoint with a path': 'endpoint: "https://a/otlp/"',
  headers: 'endpoint: "http://a", headers: { x-key: secret }',
  'headers as a list': 'endpoint: "http://a", headers: [{ name: x-key, value: secret }]',
  'a header of a number': 'endpoint: "http://a", headers: { x-key: 5 }',
  compression: 'endpoint: "http://a", compression: zstd',
  'no compression': 'endpoint: "http://a", compression: none',
  'compression nobody has': 'endpoint: "http://a", compression: brotli',
  encoding: 'endpoint: "http://a", encoding: json',
  'an encoding nobody has': 'endpoint: "http://a", encoding: xml',
  'a time-out': 'endpoint: "http://a", timeout: 5s',
  'a time-out of parts': 'endpoint: "http://a", timeout: 1m30.5s',
  'a time-out without a unit': 'endpoint: "http://a", timeout: 30',
  'a time-out of zero': 'endpoint: "http://a", timeout: 0',
  'a time-out below zero': 'endpoint: "http://a", timeout: -1s',
  'a time-out in days': 'endpoint: "http://a", timeout: 1d',
  'a time-out of a word': 'endpoint: "http://a", timeout: soon',
  'insecure TLS': 'endpoint: "https://a", tls: { insecure: true, insecure_skip_verify: true }',
  'half a certificate': 'endpoint: "https://a", tls: { cert_file: a.pem }',
  'a proxy of nobody': 'endpoint: "http://a", proxy_url: ""',
  connections: 'endpoint: "http://a", max_idle_conns: 10, idle_conn_timeout: 30s',
  buffers: 'endpoint: "http://a", write_buffer_size: 1024',
  'an unknown key': 'endpoint: "http://a", endpont: b',
  'a key in capitals': 'Endpoint: "http://a"',
});

const OTLP_GRPC = place('otlp_grpc', (settings) => ({ exporters: `otlp_grpc: { ${settings} }` }), {
  'an endpoint': 'endpoint: "a:4317"',
  'no endpoint': '',
  'an endpoint with a scheme': 'endpoint: "http://a:4317"',
  'an endpoint of DNS': 'endpoint: "dns:///a:4317"',
  'an endpoint without a port': 'endpoint: a',
  'a port of a word': 'endpoint: "a:b"',
  'a port alone': 'endpoint: ":4317"',
  keepalive: 'endpoint: "a:4317", keepalive: { time: 20s, timeout: 10s, permit_without_stream: true }',
  'a balancer': 'endpoint: "a:4317", balancer_name: round_robin',
  'a balancer nobody has': 'endpoint: "a:4317", balancer_name: coin',
  compression: 'endpoint: "a:4317", compression: gzip',
  'compression nobody has': 'endpoint: "a:4317", compression: brotli',
  'no wait': 'endpoint: "a:4317", wait_for_ready: false',
  'an authority': 'endpoint: "a:4317", authority: b',
});

const QUEUE = place(
  'queue',
  (settings) => ({ exporters: `otlp_http: { endpoint: "http://a", sending_queue: { ${settings} } }` }),
  {
    off: 'enabled: false',
    'a size': 'queue_size: 5000, num_consumers: 4',
    'a size of zero': 'queue_size: 0',
    'a size of zero that is off': 'enabled: false, queue_size: 0',
    'a size in groups': 'queue_size: 1_000',
    'a size as a text': 'queue_size: "1000"',
    'a size of a fraction': 'queue_size: 10.5',
    'a size with a fraction of zero': 'queue_size: 10.0',
    'a size below zero': 'queue_size: -1',
    'nobody who sends': 'num_consumers: 0',
    'counted in items': 'sizer: items',
    'counted in bytes': 'sizer: bytes, queue_size: 1048576',
    'counted in spoons': 'sizer: spoons',
    'storage that is not there': 'storage: file_storage',
    'a result to wait for': 'wait_for_result: true',
    'an unknown key': 'size: 1',
  },
);

const RETRY = place(
  'retry',
  (settings) => ({ exporters: `otlp_http: { endpoint: "http://a", retry_on_failure: { ${settings} } }` }),
  {
    off: 'enabled: false',
    intervals: 'initial_interval: 1s, max_interval: 10s, max_elapsed_time: 1m',
    'for ever': 'max_elapsed_time: 0',
    'for ever with a unit': 'max_elapsed_time: 0s',
    'an elapsed time below the interval': 'initial_interval: 10s, max_elapsed_time: 1s',
    'an elapsed time below the longest interval': 'max_interval: 1m, max_elapsed_time: 30s',
    'an interval above the longest': 'initial_interval: 1m, max_interval: 1s',
    'how they grow': 'multiplier: 2, randomization_factor: 0.3',
    'a factor above one': 'randomization_factor: 1.5',
    'a multiplier below zero': 'multiplier: -1',
    'a multiplier below one': 'multiplier: 0.5',
    'an interval below zero': 'initial_interval: -1s',
    'wrong, and off': 'enabled: false, initial_interval: -1s',
  },
);

const FILE = place('file', (settings) => ({ exporters: `file: { ${settings} }` }), {
  'a path': 'path: a.jsonl',
  'no path': '',
  rotation: 'path: a.jsonl, rotation: { max_megabytes: 10, max_days: 3, max_backups: 3, localtime: true }',
  'rotation of nothing': 'path: a.jsonl, rotation: null',
  append: 'path: a.jsonl, append: true',
  'append and rotation': 'path: a.jsonl, append: true, rotation: { max_megabytes: 10 }',
  'a format nobody has': 'path: a.jsonl, format: xml',
  'compression nobody has': 'path: a.jsonl, compression: gzip',
  'when it is flushed': 'path: a.jsonl, flush_interval: 5s',
  'flushed below zero': 'path: a.jsonl, flush_interval: -1s',
  'a directory to make': 'path: d/a.jsonl, create_directory: true',
  'an unknown key': 'path: a.jsonl, max_size: 5',
});

const DEBUG = place('debug', (settings) => ({ exporters: `debug: { ${settings} }` }), {
  verbosity: 'verbosity: detailed',
  'verbosity in capitals': 'verbosity: Detailed',
  'verbosity nobody has': 'verbosity: loud',
  samples: 'sampling_initial: 5, sampling_thereafter: 200',
  'a level': 'loglevel: debug',
});

const PROMETHEUS = place(
  'prometheus',
  (settings) => ({
    exporters: `prometheus: { ${settings} }`,
    pipelines: 'metrics: { receivers: [otlp], exporters: [prometheus] }',
  }),
  {
    'an endpoint': 'endpoint: "0.0.0.0:8889"',
    'no endpoint': '',
    'a namespace and labels':
      'endpoint: ":8889", namespace: a, const_labels: { b: c }, send_timestamps: true',
    'how long it shows': 'endpoint: ":8889", metric_expiration: 180m, enable_open_metrics: true',
    'labels of the resource': 'endpoint: ":8889", resource_to_telemetry_conversion: { enabled: true }',
    'a strategy': 'endpoint: ":8889", translation_strategy: UnderscoreEscapingWithoutSuffixes',
    'a strategy nobody has': 'endpoint: ":8889", translation_strategy: Loud',
    'a relabeling': 'endpoint: ":8889", metric_relabeling: []',
  },
);

const EXTENSIONS = place('extension', (extensions) => ({ extensions }), {
  health: 'health_check: null',
  'health at an address': 'health_check: { endpoint: "0.0.0.0:13133", path: /health }',
  'health at a path without a slash': 'health_check: { path: health }',
  'health with an unknown key': 'health_check: { port: 13133 }',
  'who shows a password': 'basicauth: { client_auth: { username: a, password: b } }',
  'who wants a password': 'basicauth: { htpasswd: { inline: "a:b" } }',
  'a password of nobody': 'basicauth: { }',
  'a password of both':
    'basicauth: { htpasswd: { inline: "a:b" }, client_auth: { username: a, password: b } }',
  'a token': 'bearertokenauth: { token: a }',
  'a token of nobody': 'bearertokenauth: { }',
  'a token with a scheme': 'bearertokenauth: { token: a, scheme: Token, header: x-auth }',
  'a place for files': 'file_storage: { directory: . }',
  'a place for files that is not there': 'file_storage: { directory: ./nowhere }',
  'a place for files to make': 'file_storage: { directory: ./made, create_directory: true }',
  'a place for files with a time-out': 'file_storage: { directory: ., timeout: 1s, fsync: true }',
  'what nobody has': 'teleport: null',
});

/** Configurations of every part but processors. */
export const PART_CASES: readonly ConfigCase[] = [
  ...HTTP,
  ...GRPC,
  ...OTLP_HTTP,
  ...OTLP_GRPC,
  ...QUEUE,
  ...RETRY,
  ...FILE,
  ...DEBUG,
  ...PROMETHEUS,
  ...EXTENSIONS,
];

export { place, yaml };
