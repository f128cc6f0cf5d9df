import { type ConfigCase, place } from './config-cases.ts';

const processor =
  (type: string, signal = 'logs') =>
  (settings: string) => ({
    processors: `${type}: { ${settings} }`,
    pipelines: `${signal}: { receivers: [otlp], processors: [${type}], exporters: [debug] }`,
  });

const statements = (signal: string) => (text: string) =>
  processor('transform', signal === 'log' ? 'logs' : `${signal}s`)(`${signal}_statements: [${text}]`);

/** Configurations of processors. */
export const PROCESSOR_CASES: readonly ConfigCase[] = [
  ...place('batch', processor('batch'), {
    nothing: '',
    sizes: 'send_batch_size: 1024, send_batch_max_size: 2048, timeout: 1s',
    'a largest below the size': 'send_batch_size: 1024, send_batch_max_size: 100',
    'a largest below the default size': 'send_batch_max_size: 100',
    'a size below zero': 'send_batch_size: -1',
    'a time-out below zero': 'timeout: -1s',
    'by metadata': 'metadata_keys: [tenant], metadata_cardinality_limit: 10',
    'the same metadata twice': 'metadata_keys: [tenant, Tenant]',
    'an unknown key': 'batch_size: 5',
  }),
  ...place('memory_limiter', processor('memory_limiter'), {
    nothing: '',
    'a limit': 'check_interval: 1s, limit_mib: 400, spike_limit_mib: 100',
    'a percentage': 'check_interval: 1s, limit_percentage: 80, spike_limit_percentage: 25',
    'no interval': 'limit_mib: 400',
    'no limit': 'check_interval: 1s',
    'a spike above the limit': 'check_interval: 1s, limit_mib: 100, spike_limit_mib: 200',
    'a spike of all percent': 'check_interval: 1s, limit_percentage: 50, spike_limit_percentage: 60',
    'a percentage above 100': 'check_interval: 1s, limit_percentage: 150',
    ballast: 'check_interval: 1s, limit_mib: 400, ballast_size_mib: 10',
    collections: 'check_interval: 1s, limit_mib: 400, min_gc_interval_when_soft_limited: 10s',
  }),
  ...place('attributes', processor('attributes'), {
    nothing: '',
    'no action': 'actions: []',
    insert: 'actions: [{ key: a, value: b, action: insert }]',
    'an action in capitals': 'actions: [{ key: a, value: b, action: INSERT }]',
    'an action nobody has': 'actions: [{ key: a, value: b, action: add }]',
    'insert without a value': 'actions: [{ key: a, action: insert }]',
    'insert from two': 'actions: [{ key: a, value: b, from_attribute: c, action: insert }]',
    delete: 'actions: [{ key: a, action: delete }]',
    'delete by a pattern': 'actions: [{ pattern: "^a", action: delete }]',
    'delete of nothing': 'actions: [{ action: delete }]',
    hash: 'actions: [{ key: a, action: hash }]',
    extract: 'actions: [{ key: a, pattern: "^(?P<b>.*)$", action: extract }]',
    'extract without names': 'actions: [{ key: a, pattern: "^(.*)$", action: extract }]',
    'extract by a pattern that is none': 'actions: [{ key: a, pattern: "(", action: extract }]',
    convert: 'actions: [{ key: a, converted_type: int, action: convert }]',
    'convert to what nobody has': 'actions: [{ key: a, converted_type: date, action: convert }]',
    include: 'include: { match_type: strict, services: [a] }, actions: [{ key: a, action: delete }]',
    'include without a type': 'include: { services: [a] }, actions: [{ key: a, action: delete }]',
    'include of nothing': 'include: { match_type: strict }, actions: [{ key: a, action: delete }]',
    'from a context': 'actions: [{ key: a, from_context: metadata.b, action: insert }]',
    'a value of a map': 'actions: [{ key: a, value: { b: 1 }, action: insert }]',
  }),
  ...place('resource', processor('resource'), {
    upsert: 'attributes: [{ key: a, value: b, action: upsert }]',
    nothing: '',
    actions: 'actions: [{ key: a, value: b, action: upsert }]',
  }),
  ...place('filter', processor('filter'), {
    nothing: '',
    'a condition': "logs: { log_record: ['severity_number < 9'] }",
    'a condition of today': "log_conditions: ['log.severity_number < 9']",
    'both ways': "log_conditions: ['log.severity_number < 9'], logs: { log_record: ['severity_number < 9'] }",
    'a condition that is none': "logs: { log_record: ['severity_number <'] }",
    'a path nobody has': "logs: { log_record: ['loudness < 9'] }",
    'a mode': 'error_mode: ignore, logs: { log_record: [\'body == "a"\'] }',
    'a mode nobody has': 'error_mode: shout, logs: { log_record: [\'body == "a"\'] }',
    include: 'logs: { include: { match_type: strict, bodies: [a] } }',
    'include and conditions':
      'logs: { include: { match_type: strict, bodies: [a] }, log_record: [\'body == "a"\'] }',
    'a type nobody has': 'logs: { include: { match_type: fuzzy, bodies: [a] } }',
  }),
  ...place('transform', statements('log'), {
    set: '\'set(log.attributes["a"], 1)\'',
    'a function nobody has': '\'sat(log.attributes["a"], 1)\'',
    'an argument too few': '\'set(log.attributes["a"])\'',
    'an argument of another type': '\'replace_pattern(log.body, 5, "a")\'',
    'no context': '\'set(attributes["a"], 1)\'',
    'a group': '{ context: log, statements: [\'set(attributes["a"], 1)\'] }',
    'a group with conditions':
      "{ context: log, conditions: ['severity_number > 5'], statements: ['set(body, \"a\")'] }",
    'a context nobody has': '{ context: lag, statements: [\'set(body, "a")\'] }',
    'a pattern that is none': '\'replace_pattern(log.body, "(", "a")\'',
    'what cannot be set': "'set(log.observed_time_unix_nano.a, 1)'",
    'an enum':
      "'set(log.severity_number, SEVERITY_NUMBER_WARN) where log.severity_number == SEVERITY_NUMBER_INFO'",
    'an enum nobody has': "'set(log.severity_number, SEVERITY_NUMBER_LOUD)'",
  }),
  ...place('transform of spans', statements('trace'), {
    set: '\'set(span.name, "a") where span.kind == SPAN_KIND_SERVER\'',
    'the context of another signal': '\'set(log.body, "a")\'',
    'an event': '\'set(spanevent.attributes["a"], 1)\'',
  }),
  ...place('transform of metrics', statements('metric'), {
    set: '\'set(metric.name, "a") where metric.type == METRIC_DATA_TYPE_GAUGE\'',
    'a point': '\'set(datapoint.attributes["a"], 1)\'',
  }),
  ...place('redaction', processor('redaction'), {
    nothing: '',
    'all keys': 'allow_all_keys: true, blocked_values: ["[0-9]{16}"]',
    'a pattern that is none': 'allow_all_keys: true, blocked_values: ["("]',
    'a hash': 'allow_all_keys: true, hash_function: sha3',
    'a hash nobody has': 'allow_all_keys: true, hash_function: rot13',
    'a summary': 'summary: debug',
    'a summary nobody has': 'summary: loud',
  }),
  ...place('probabilistic_sampler', processor('probabilistic_sampler'), {
    nothing: '',
    'a share': 'sampling_percentage: 15.3',
    'a share above 100': 'sampling_percentage: 150',
    'a share below zero': 'sampling_percentage: -1',
    'a mode': 'mode: proportional, sampling_percentage: 10',
    'a mode nobody has': 'mode: fair, sampling_percentage: 10',
    'a precision that is none': 'sampling_percentage: 10, sampling_precision: 15',
    'an attribute': 'sampling_percentage: 10, attribute_source: record, from_attribute: a',
  }),
];
