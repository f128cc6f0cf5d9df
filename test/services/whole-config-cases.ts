import { type ConfigCase, yaml } from './config-cases.ts';

/** So that no text here looks like a template to the linter. */
const DOLLAR = '$';
const variable = (text: string): string => `${DOLLAR}{${text}}`;
const path = (text: string): string => yaml({ exporters: `file: { path: "${text}" }` });
const pipelines = (text: string): string => yaml({ pipelines: text });
const both = 'debug: null, nop: null';

/** Configurations as wholes: pipelines, ids, variables, YAML. */
export const WHOLE_CASES: readonly ConfigCase[] = Object.entries({
  'an empty file': '',
  'a list': '- a',
  'no pipelines': pipelines(''),
  'no service': 'receivers: { otlp: { protocols: { http: null } } }\nexporters: { debug: null }\n',
  'no receivers':
    'exporters: { debug: null }\nservice: { pipelines: { logs: { receivers: [otlp], exporters: [debug] } } }\n',
  'an unknown section': yaml({ rest: 'exporter: { }' }),
  'an unknown key of the service': yaml({}).replace('  extensions: []', '  extentions: []'),
  'a pipeline of metrics': pipelines('metrics: { receivers: [otlp], exporters: [debug] }'),
  'a pipeline of profiles': pipelines(
    'logs: { receivers: [otlp], exporters: [debug] }, profiles: { receivers: [otlp], exporters: [debug] }',
  ),
  'a pipeline of nothing': pipelines('logs: null'),
  'a pipeline without receivers': pipelines('logs: { exporters: [debug] }'),
  'a pipeline without exporters': pipelines('logs: { receivers: [otlp], exporters: [] }'),
  'a pipeline of another signal': pipelines('events: { receivers: [otlp], exporters: [debug] }'),
  'a pipeline with a name': pipelines('logs/a: { receivers: [otlp], exporters: [debug] }'),
  'a pipeline with a name of nothing': pipelines('logs/: { receivers: [otlp], exporters: [debug] }'),
  'a pipeline with an unknown key': pipelines('logs: { receivers: [otlp], exporters: [debug], batch: true }'),
  'a receiver that is not there': pipelines('logs: { receivers: [other], exporters: [debug] }'),
  'a processor that is not there': pipelines(
    'logs: { receivers: [otlp], processors: [batch], exporters: [debug] }',
  ),
  'an exporter that is not there': pipelines('logs: { receivers: [otlp], exporters: [file] }'),
  'an exporter twice': pipelines('logs: { receivers: [otlp], exporters: [debug, debug] }'),
  'a processor twice': yaml({
    processors: 'batch: null',
    pipelines: 'logs: { receivers: [otlp], processors: [batch, batch], exporters: [debug] }',
  }),
  'a receiver as a text': pipelines('logs: { receivers: otlp, exporters: [debug] }'),
  'what nobody uses': yaml({ exporters: both }),
  'what nobody uses, and wrong': yaml({ exporters: 'debug: null, otlp_http: { endpont: a }' }),
  'an extension that is not there': yaml({}).replace('  extensions: []', '  extensions: [zpages]'),
  'an id with a name': yaml({ exporters: 'debug/a: null' }),
  'an id with a name of two parts': yaml({ exporters: '"debug/a/b": null' }).replace(
    '["debug/a/b"]',
    '[debug/a/b]',
  ),
  'an id with a name of nothing': yaml({ exporters: '"debug/": null' }).replace('["debug/"]', '["debug/"]'),
  'an id with a space': yaml({ exporters: '"debug/ a": null' }),
  'an id of a capital': yaml({ exporters: 'Debug: null' }),
  'a receiver without protocols': yaml({ receivers: 'otlp: null' }),
  'a receiver with no protocol': yaml({ receivers: 'otlp: { protocols: { } }' }),
  'a receiver with protocols of nothing': yaml({ receivers: 'otlp: { protocols: { grpc: , http: } }' }),
  'a protocol nobody has': yaml({ receivers: 'otlp: { protocols: { thrift: null } }' }),
  'two receivers at one address': yaml({
    receivers: 'otlp: { protocols: { http: null } }, otlp/b: { protocols: { http: null } }',
    pipelines: 'logs: { receivers: [otlp, otlp/b], exporters: [debug] }',
  }),
  'two files at one path': yaml({
    exporters: 'file: { path: a.jsonl }, file/b: { path: a.jsonl }',
    pipelines: 'logs: { receivers: [otlp], exporters: [file, file/b] }',
  }),
  'one file for two signals': yaml({
    exporters: 'file: { path: a.jsonl }',
    pipelines:
      'logs: { receivers: [otlp], exporters: [file] }, traces: { receivers: [otlp], exporters: [file] }',
  }),
  'logs to prometheus': yaml({ exporters: 'prometheus: { endpoint: ":8889" }' }),
  'old names': yaml({
    exporters: 'otlphttp: { endpoint: "http://a" }, otlp: { endpoint: "a:4317" }',
    pipelines: 'logs: { receivers: [otlp], exporters: [otlphttp, otlp] }',
  }),
  'the old name of debug': yaml({ exporters: 'logging: null' }),
  jaeger: yaml({ exporters: 'jaeger: { endpoint: "a:14250" }' }),
  loki: yaml({ exporters: 'loki: { endpoint: "http://a" }' }),
  'a level': yaml({ telemetry: 'logs: { level: debug }' }),
  'a level by its other name': yaml({ telemetry: 'logs: { level: warning }' }),
  'a level in capitals': yaml({ telemetry: 'logs: { level: WARN }' }),
  'a level nobody has': yaml({ telemetry: 'logs: { level: loud }' }),
  'an unknown key of telemetry': yaml({ telemetry: 'log: { level: debug }' }),
  'a level of metrics': yaml({ telemetry: 'metrics: { level: detailed }' }),
  'a resource': yaml({ telemetry: 'resource: { service.name: a }, metrics: { level: none }' }),
  'a variable': path(`${variable('env:OTEL_EVENTS_DIR')}/a.jsonl`),
  'a variable without env': path(`${variable('OTEL_EVENTS_DIR')}/a.jsonl`),
  'a variable without braces': path(`${DOLLAR}OTEL_EVENTS_DIR/a.jsonl`),
  'a variable that is not set': path(`a${variable('env:NOT_SET')}.jsonl`),
  'a variable that alone is not set': path(variable('env:NOT_SET')),
  'a default': path(variable('env:NOT_SET:-a.jsonl')),
  'a default of nothing': path(`a${variable('env:NOT_SET:-')}`),
  'a dollar': path(`a${DOLLAR}${DOLLAR}b.jsonl`),
  'a variable whose name is none': path(variable('env:1A')),
  'a scheme nobody has': path(variable('vault:a')),
  'YAML in a variable': path(variable('yaml:a.jsonl')),
  'a file that is not there': path(variable('file:nowhere')),
  'a variable in a key': yaml({ exporters: `"${variable('env:OTEL_EVENTS_HOST')}": null` }),
  'a number in a variable': yaml({
    exporters: `otlp_http: { endpoint: "http://a", sending_queue: { queue_size: "${variable('env:OTEL_EVENTS_PORT')}" } }`,
  }),
  'a key twice': yaml({ rest: 'exporters: { debug: null }' }),
  'two documents': `${yaml({})}\n---\na: 1\n`,
  'an anchor': yaml({ exporters: 'debug: &a { verbosity: basic }, debug/b: *a' }),
  'a key that is merged': yaml({
    exporters: 'debug: &a { verbosity: basic }, debug/b: { <<: *a, sampling_initial: 5 }',
  }),
  'an alias without an anchor': yaml({ exporters: 'debug: *a' }),
  'a tag': yaml({ exporters: 'debug: { verbosity: !!str basic }' }),
  'a tag nobody has': yaml({ exporters: 'debug: !!python/object a' }),
  'a tabulator': 'receivers:\n\totlp:\n',
  'yes for true': yaml({ exporters: 'file: { path: a, create_directory: yes }' }),
  'on for true': yaml({ exporters: 'file: { path: a, create_directory: on }' }),
  'one for true': yaml({ exporters: 'file: { path: a, create_directory: 1 }' }),
  'true as a text': yaml({ exporters: 'file: { path: a, create_directory: "true" }' }),
  'a number for a text': yaml({ exporters: 'file: { path: 5 }' }),
  'a boolean for a text': yaml({ exporters: 'file: { path: true }' }),
  'a date for a text': yaml({ exporters: 'file: { path: 2024-01-01 }' }),
  'a hexadecimal number': yaml({ exporters: 'debug: { sampling_initial: 0x10 }' }),
  'an octal number': yaml({ exporters: 'debug: { sampling_initial: 0o10 }' }),
  'an octal number of before': yaml({ exporters: 'debug: { sampling_initial: 010 }' }),
  'colons in a key': yaml({
    exporters: '"file::path": a.jsonl',
    pipelines: 'logs: { receivers: [otlp], exporters: [file] }',
  }),
}).map(([name, text]) => ({ name, yaml: text }));
