/** Where the parts of one run are. */
export interface Places {
  readonly port: number;
  /** A directory of its own. */
  readonly directory: string;
  /** Takes requests and answers 200. */
  readonly sink: string;
}

/** One comparison of the two engines. */
export interface Case {
  readonly name: string;
  readonly encoding: 'protobuf' | 'json';
  /** Of the other engine's CPU. */
  readonly limit: number;
  readonly config: (places: Places) => object;
}

const receiver = ({ port }: Places) => ({
  otlp: { protocols: { http: { endpoint: `127.0.0.1:${port}` } } },
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
  return {
    receivers: receiver(places),
    exporters: { file: file(places) },
    service: { ...QUIET, pipelines: { logs: { receivers: ['otlp'], exporters: ['file'] } } },
  };
}

function toFileAndHttp(places: Places): object {
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
];
