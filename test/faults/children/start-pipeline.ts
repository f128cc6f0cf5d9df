import path from 'node:path';
import { startCollector } from '../../../src/collector/index.ts';

const MIB = 1024 * 1024;

/** Names of the events that must come out as they went in. */
export const HONEST = 'honest.';
/** In the directory: a line for each request with such an event. */
export const HONEST_FILE = 'honest.jsonl';

const ACTIONS = [
  { key: 'key.1', action: 'delete' },
  { key: 'key.0', action: 'hash' },
  { key: 'added', value: 'a', action: 'upsert' },
  { key: 'key.2', action: 'convert', converted_type: 'string' },
];

const statementsFor = (record: string): string[] => [
  `set(${record}.attributes["copy"], ${record}.attributes["added"]) where ${record}.attributes["added"] != nil`,
  `delete_key(${record}.attributes, "key.3")`,
  `set(resource.attributes["seen"], true)`,
  `replace_pattern(${record}.attributes["copy"], "a+", "b")`,
  `truncate_all(${record}.attributes, 64)`,
];

const PROCESSORS = {
  memory_limiter: { check_interval: '1s', limit_mib: 4_000 },
  resource: { attributes: ACTIONS },
  attributes: { actions: ACTIONS },
  filter: {
    log_conditions: ['log.attributes["key.1"] == 7', 'IsMatch(log.severity_text, "^DEBUG")'],
    trace_conditions: ['span.attributes["key.1"] == 7'],
    metric_conditions: ['metric.name == "dropped"'],
  },
  transform: {
    error_mode: 'silent',
    log_statements: [
      ...statementsFor('log'),
      'set(log.severity_text, Concat([log.severity_text, log.event_name], " "))',
    ],
    trace_statements: statementsFor('span'),
    metric_statements: ['set(metric.unit, metric.name)', 'set(resource.attributes["seen"], metric.name)'],
  },
  redaction: { allow_all_keys: true, blocked_values: ['4[0-9]{12}'], summary: 'debug' },
  probabilistic_sampler: { sampling_percentage: 70, mode: 'equalizing' },
  batch: {},
  'filter/honest': { log_conditions: [`not IsMatch(log.event_name, "^${HONEST}")`] },
};

const OF_METRICS = ['memory_limiter', 'resource', 'attributes', 'filter', 'transform', 'redaction', 'batch'];
const OF_OTHERS = [...OF_METRICS.slice(0, -1), 'probabilistic_sampler', 'batch'];

/** Starts a whole collector whose processors look into all that comes, and whose files have it. @returns its URL */
export async function startPipeline(
  protocol: 'http' | 'grpc',
  maxBodyBytes: number,
  directory: string,
): Promise<string> {
  const settings = {
    http: { endpoint: 'localhost:0', max_request_body_size: maxBodyBytes },
    grpc: { endpoint: 'localhost:0', max_recv_msg_size_mib: Math.floor(maxBodyBytes / MIB) },
  };
  const pipeline = { receivers: ['otlp'], processors: OF_OTHERS, exporters: ['file'] };
  const collector = await startCollector({
    config: {
      receivers: { otlp: { protocols: { [protocol]: settings[protocol] } } },
      processors: PROCESSORS,
      exporters: {
        file: { path: path.join(directory, 'all.jsonl'), rotation: { max_megabytes: 1, max_backups: 1 } },
        'file/honest': { path: path.join(directory, HONEST_FILE) },
      },
      service: {
        pipelines: {
          logs: pipeline,
          traces: pipeline,
          metrics: { ...pipeline, processors: OF_METRICS },
          'logs/honest': { receivers: ['otlp'], processors: ['filter/honest'], exporters: ['file/honest'] },
        },
      },
    },
    write: () => {},
  });
  const { [`otlp.protocols.${protocol}`]: url = collector.endpoint } = collector.endpoints;
  return url;
}
