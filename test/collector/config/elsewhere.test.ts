// Components and keys that a configuration of the OpenTelemetry Collector may have and this engine has not.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { type Section, whyElsewhere } from '../../../src/collector/config/elsewhere.ts';
import { INSTEAD } from '../../../src/collector/config/instead.ts';
import { readConfig } from '../../../src/collector/read-config.ts';

const REAL = 'only the OpenTelemetry Collector has this; run that one with the same file';

const COMPONENTS: readonly [Section, string, string | undefined][] = [
  ['exporters', 'awss3', REAL],
  ['exporters', 'googlecloudstorage', REAL],
  ['exporters', 'google_cloud_storage', REAL],
  ['receivers', 'podman_stats', REAL],
  ['receivers', 'zipkin', `${REAL}; its clients can send OTLP, to receiver otlp`],
  [
    'exporters',
    'jaeger',
    'the OpenTelemetry Collector has this no more either (0.84 was the last with it); Jaeger takes OTLP: otlp_grpc: { endpoint: "HOST:4317", tls: { insecure: true } }',
  ],
  [
    'exporters',
    'loki',
    'the OpenTelemetry Collector has this no more either (0.130 was the last with it); Loki takes OTLP: otlp_http: { endpoint: "http://HOST:3100/otlp" }',
  ],
  [
    'extensions',
    'memory_ballast',
    'the OpenTelemetry Collector has this no more either (0.107 was the last with it); leave it out, processor memory_limiter bounds the memory',
  ],
  [
    'processors',
    'spanmetrics',
    'the OpenTelemetry Collector has this no more either (0.95 was the last with it); it is connector span_metrics',
  ],
  [
    'processors',
    'queued_retry',
    'the OpenTelemetry Collector has this no more either; each exporter has sending_queue and retry_on_failure',
  ],
  ['processors', 'nop', 'the OpenTelemetry Collector has this under receivers or exporters, and not here'],
  ['exporters', 'signozclickhousemetrics', undefined],
];

for (const [section, type, why] of COMPONENTS) {
  test(`${section}.${type}: ${why === undefined ? 'nobody has it' : 'what to do instead'}`, () => {
    assert.equal(whyElsewhere(section, type), why);
  });
}

test('what is said instead is said of components that were', () => {
  for (const id of INSTEAD.keys()) {
    const [section = '', type = ''] = id.split('/');
    assert.match(whyElsewhere(section as Section, type) ?? '', /no more either|only the/, id);
  }
});

test('the exporters that are named instead are taken as they stand, with a host and a secret', async () => {
  let count = 0;
  for (const [id, instead] of INSTEAD) {
    const [exporter] = /otlp_\w+: \{.*\}/.exec(instead) ?? [];
    if (exporter === undefined) continue;
    count++;
    const exporters = parse(exporter.replaceAll('HOST', 'host').replaceAll('…', 'secret')) as object;
    const config = {
      receivers: { otlp: { protocols: { http: null } } },
      exporters,
      service: { pipelines: { logs: { receivers: ['otlp'], exporters: Object.keys(exporters) } } },
    };
    await assert.doesNotReject(readConfig(config), id);
  }
  assert.ok(count >= 8, `${count}`);
});

/** A configuration with one more line each in a receiver, a processor, an exporter and an extension. */
function configOf(more: {
  readonly http?: object;
  readonly limiter?: object;
  readonly otlp?: object;
  readonly debug?: object;
  readonly health?: object;
  readonly filter?: object;
}): object {
  return {
    receivers: { otlp: { protocols: { http: more.http ?? {} } } },
    processors: {
      memory_limiter: { check_interval: '1s', limit_mib: 100, ...more.limiter },
      filter: { ...more.filter },
    },
    exporters: { 'otlp/next': { endpoint: 'a:4317', ...more.otlp }, debug: { ...more.debug } },
    extensions: { health_check: { ...more.health } },
    service: { pipelines: { logs: { receivers: ['otlp'], exporters: ['otlp/next', 'debug'] } } },
  };
}

const KEYS: readonly [string, object, string][] = [
  [
    'loglevel',
    configOf({ debug: { loglevel: 'debug' } }),
    'exporters.debug.loglevel: unknown key; it is verbosity now: basic, normal (once info), detailed (once debug)',
  ],
  [
    'insecure',
    configOf({ otlp: { insecure: true } }),
    'exporters.otlp/next.insecure: unknown key; it is tls.insecure now',
  ],
  [
    'a queue on disk',
    configOf({ otlp: { sending_queue: { persistent_storage_enabled: true } } }),
    'exporters.otlp/next.sending_queue.persistent_storage_enabled: unknown key; it is storage now: the id of an extension file_storage',
  ],
  [
    'origins',
    configOf({ http: { cors_allowed_origins: ['*'] } }),
    'receivers.otlp.protocols.http.cors_allowed_origins: unknown key; it is cors.allowed_origins now',
  ],
  [
    'ballast',
    configOf({ limiter: { ballast_size_mib: 10 } }),
    'processors.memory_limiter.ballast_size_mib: unknown key; leave it out, the OpenTelemetry Collector has no ballast any more',
  ],
  [
    'include of metrics',
    configOf({ filter: { metrics: { include: null } } }),
    `processors.filter.metrics.include: ${REAL}; conditions do it: metric_conditions: ['metric.name == "…"']`,
  ],
  [
    'a port',
    configOf({ health: { port: 13133 } }),
    'extensions.health_check.port: unknown key; it is part of endpoint now: "localhost:13133"',
  ],
];

for (const [name, config, message] of KEYS) {
  test(`a key of before says what it is now: ${name}`, async () => {
    await assert.rejects(readConfig(config), { message: `config: ${message}` });
  });
}
