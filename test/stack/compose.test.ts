import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { JAEGER_RELEASE } from '../services/jaeger.ts';
import { otelcol } from '../services/otelcol.ts';
import { PROMETHEUS_VERSION } from '../services/prometheus.ts';
import { VICTORIALOGS_FLAGS } from '../services/start-victorialogs.ts';
import { VICTORIALOGS_VERSION } from '../services/victorialogs.ts';

interface ComposeService {
  readonly image: string;
  readonly user?: string;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly networks?: readonly string[];
  readonly network_mode?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly healthcheck?: object;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>> | readonly string[];
}

interface Compose {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

const root = path.join(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const compose = parse(read('docker-compose.yml'), { merge: true }) as Compose;
const { services } = compose;
const all = Object.entries(services);
const names = (chosen: typeof all): string[] => chosen.map(([name]) => name);
/** It hands volumes over to the others, and ends. */
const staying = all.filter(([name]) => name !== 'volume-owner');

test('docker-compose.yml is what the Compose Specification describes', () => {
  const schema = JSON.parse(read('test/fixtures/compose-spec/compose-spec.json')) as object;
  const validate = new Ajv2020({ strict: false, validateFormats: false, allErrors: true }).compile(schema);
  assert.ok(validate(compose), JSON.stringify(validate.errors, undefined, 1));
  assert.ok(!validate({ services: { a: { imagee: 'b' } } }), 'the schema refuses what is wrong');
});

const versionOf = (name: string): string => /:v?([^@]+)/.exec(services[name]?.image ?? '')?.[1] ?? '';

test('it runs the versions that the tests run', () => {
  assert.deepEqual(['collector', 'jaeger', 'prometheus'].map(versionOf), [
    otelcol.version.split('-')[0],
    JAEGER_RELEASE,
    PROMETHEUS_VERSION,
  ]);
});

test('VictoriaLogs is newer than what the tests can build, and docs/grafana.md says both', () => {
  const [image, built] = [versionOf('victorialogs'), VICTORIALOGS_VERSION];
  assert.ok(image.localeCompare(built, 'en', { numeric: true }) >= 0, `${image} ${built}`);
  const text = read('docs/grafana.md');
  for (const version of [image, built]) assert.ok(text.includes(version), version);
});

test('VictoriaLogs has the flags that the tests start it with', () => {
  const flags = services.victorialogs?.command ?? [];
  assert.deepEqual(flags, ['-storageDataPath=/victorialogs', ...VICTORIALOGS_FLAGS]);
});

test('Grafana has the plugin of each data source that is not its own, of the version that offline.yaml has', () => {
  const offline = read('collector/grafana/offline.yaml');
  const plugin = services.grafana?.environment?.GF_PLUGINS_PREINSTALL_SYNC ?? '';
  const [name = '', version = ''] = plugin.split('@');
  assert.ok(offline.includes(`/v${version}/${name}-v${version}.zip`), plugin);
  const merged = parse(offline) as Compose;
  assert.deepEqual(Object.keys(merged.services), ['grafana']);
});

test('images are pinned by version, and by digest where it is known', () => {
  const unpinned = all.filter(
    ([, { image }]) => !/:v?\d+\.\d+\.\d+(-\w+)?(@sha256:[0-9a-f]{64})?$/.test(image),
  );
  assert.deepEqual(names(unpinned), []);
  assert.deepEqual(names(all.filter(([, { image }]) => !image.includes('@'))), [
    'volume-owner',
    'victorialogs',
    'jaeger',
  ]);
});

test('it opens ports on this machine only, and only those that a person or an app opens', () => {
  const ports = all.flatMap(([, { ports: own = [] }]) => own);
  assert.deepEqual(ports.map((port) => port.replace(/^127\.0\.0\.1:(\d+):\1$/, '$1')).sort(), [
    '13133',
    '16686',
    '3000',
    '4317',
    '4318',
    '9428',
  ]);
});

test('no service that stays runs as root, writes to its root, or keeps a privilege', () => {
  for (const [name, service] of staying) {
    assert.match(service.user ?? '', /^[1-9]\d*:[1-9]\d*$/, name);
    assert.equal(service.read_only, true, name);
    assert.deepEqual(service.cap_drop, ['ALL'], name);
    assert.deepEqual(service.security_opt, ['no-new-privileges:true'], name);
    assert.deepEqual(service.networks, ['telemetry'], name);
  }
  assert.equal(services['volume-owner']?.network_mode, 'none');
});

test('nobody has a password, and nobody is an administrator', () => {
  assert.doesNotMatch(read('docker-compose.yml'), /PASSWORD|SECRET|TOKEN/);
  const {
    GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION,
    GF_AUTH_DISABLE_LOGIN_FORM,
    GF_AUTH_ANONYMOUS_ORG_ROLE,
  } = services.grafana?.environment ?? {};
  assert.deepEqual(
    [GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION, GF_AUTH_DISABLE_LOGIN_FORM, GF_AUTH_ANONYMOUS_ORG_ROLE],
    ['true', 'true', 'Editor'],
  );
});

test('every service says whether it is well, but for those whose image has no command to ask with', () => {
  assert.deepEqual(names(staying.filter(([, { healthcheck }]) => healthcheck === undefined)), [
    'collector',
    'victorialogs',
    'demo',
  ]);
});

test('every file that it mounts exists, and every volume is handed over to who writes it', () => {
  const mounted = all.flatMap(([, { volumes = [] }]) => volumes.map((volume) => volume.split(':')[0] ?? ''));
  const files = mounted.filter((source) => source.startsWith('.'));
  assert.deepEqual(
    files.filter((file) => !existsSync(path.join(root, file))),
    [],
  );
  const owned = (services['volume-owner']?.volumes ?? []).map((volume) => volume.split(':')[0] ?? '');
  assert.deepEqual(owned.sort(), Object.keys(compose.volumes).sort());
  for (const [, { volumes = [], user }] of staying) {
    for (const [volume = ''] of volumes.map((entry) => entry.split(':'))) {
      if (volume.startsWith('.')) continue;
      const target = services['volume-owner']?.volumes
        ?.find((entry) => entry.startsWith(`${volume}:`))
        ?.split(':')[1];
      const chown = services['volume-owner']?.command?.join(' ') ?? '';
      assert.match(chown, new RegExp(`chown ${user} [^&]*${target}\\b`), `${volume} is ${user}'s`);
    }
  }
});

test('the configurations call each other by the names of the services', () => {
  const texts = [
    'collector/collector.yaml',
    'collector/prometheus/config.yaml',
    'collector/grafana/provisioning/datasources/otel-events.yaml',
  ].map(read);
  const hosts = texts.flatMap((text) =>
    [...text.matchAll(/(?:http:\/\/|\[)([a-z]+):\d+/g)].map(([, host]) => host),
  );
  assert.deepEqual([...new Set(hosts)].sort(), ['collector', 'jaeger', 'prometheus', 'victorialogs']);
  for (const host of hosts) assert.ok(host !== undefined && host in services, host);
});
