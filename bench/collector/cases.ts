/** Where the parts of one run are. */
export interface Places {
  readonly port: number;
  readonly grpcPort: number;
  /** A directory of its own. */
  readonly directory: string;
  /** Takes requests and answers 200. */
  readonly sink: string;
}

/** One comparison of the two engines. */
export interface Case {
  readonly name: string;
  readonly encoding: 'protobuf' | 'json';
  /** Default: logs. */
  readonly signal?: 'logs' | 'metrics';
  /** Over how it is sent; default: http. */
  readonly protocol?: 'http' | 'grpc';
  /** Of the other engine's CPU. */
  readonly limit: number;
  readonly config: (places: Places) => object;
}

const receiver = ({ port, grpcPort }: Places) => ({
  otlp: {
    protocols: {
      http: { endpoint: `127.0.0.1:${port}` },
      grpc: { endpoint: `127.0.0.1:${grpcPort}` },
    },
  },
});
const file = ({ directory }: Places) => ({
  path: `${directory}/out.jsonl`,
  rotation: { max_megabytes: 1000, max_backups: 2 },
});
const next = ({ sink }: Places, queue: object = {}) => ({
  endpoint: sink,
  compression: 'gzip',
  sending_queue: { queue_size: 1000, ...queue },
});
const QUIET = { telemetry: { logs: { level: 'error' }, metrics: { level: 'none' } } };

function toFile(places: Places): object {
  const pipeline = { receivers: ['otlp'], exporters: ['file'] };
  return {
    receivers: receiver(places),
    exporters: { file: file(places) },
    service: { ...QUIET, pipelines: { logs: pipeline, metrics: pipeline } },
  };
}

/** What people put before an exporter: a resource that says where, no probes, no secrets, and three statements. */
const PROCESSORS = {
  resource: { attributes: [{ key: 'deployment.environment.name', value: 'production', action: 'upsert' }] },
  filter: { error_mode: 'ignore', logs: { log_record: ['attributes["http.route"] == "/healthz"'] } },
  attributes: {
    actions: [
      { key: 'user.id', action: 'hash' },
      { key: 'session.id', action: 'delete' },
    ],
  },
  transform: {
    error_mode: 'ignore',
    log_statements: [
      {
        context: 'log',
        statements: [
          'set(severity_text, "NOTICE") where severity_number == SEVERITY_NUMBER_INFO',
          'set(attributes["event.name"], event_name)',
          'replace_pattern(body, "the order", "an order")',
        ],
      },
    ],
  },
};

function processed(places: Places, exporters: object = { file: file(places) }): object {
  const processors = Object.keys(PROCESSORS);
  const pipeline = { receivers: ['otlp'], processors, exporters: Object.keys(exporters) };
  return {
    receivers: receiver(places),
    processors: PROCESSORS,
    exporters,
    service: { ...QUIET, pipelines: { logs: pipeline } },
  };
}

function processedToFileAndHttp(places: Places): object {
  return processed(places, { file: file(places), otlp_http: next(places) });
}

/** To a file, and on to another collector. */
export function toFileAndHttp(places: Places): object {
  return {
    receivers: receiver(places),
    exporters: { file: file(places), otlp_http: next(places) },
    service: { ...QUIET, pipelines: { logs: { receivers: ['otlp'], exporters: ['file', 'otlp_http'] } } },
  };
}

function toStorage(places: Places): object {
  return {
    receivers: receiver(places),
    exporters: { otlp_http: next(places, { storage: 'file_storage' }) },
    extensions: {
      file_storage: { directory: `${places.directory}/queue`, create_directory: true, fsync: true },
    },
    service: {
      ...QUIET,
      extensions: ['file_storage'],
      pipelines: { logs: { receivers: ['otlp'], exporters: ['otlp_http'] } },
    },
  };
}

/** What is compared, with the most that it may cost of the OpenTelemetry Collector's CPU. */
export const CASES: readonly Case[] = [
  { name: 'protobuf → file', encoding: 'protobuf', limit: 0.6, config: toFile },
  { name: 'protobuf → file + gzip', encoding: 'protobuf', limit: 0.5, config: toFileAndHttp },
  { name: 'JSON → file', encoding: 'json', limit: 0.6, config: toFile },
  { name: 'JSON → file + gzip', encoding: 'json', limit: 0.6, config: toFileAndHttp },
  { name: 'protobuf → queue on disk, synced', encoding: 'protobuf', limit: 0.5, config: toStorage },
  { name: 'gRPC → file', encoding: 'protobuf', protocol: 'grpc', limit: 0.6, config: toFile },
  {
    name: 'protobuf → processors → file',
    encoding: 'protobuf',
    limit: 1,
    config: (places) => processed(places),
  },
  {
    name: 'protobuf → processors → file + gzip',
    encoding: 'protobuf',
    limit: 1,
    config: processedToFileAndHttp,
  },
  { name: 'metrics, protobuf → file', encoding: 'protobuf', signal: 'metrics', limit: 0.8, config: toFile },
];
