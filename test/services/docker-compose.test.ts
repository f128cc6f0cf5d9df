import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { JAEGER_RELEASE } from './jaeger.ts';
import { otelcol } from './otelcol.ts';

interface ComposeService {
  readonly image: string;
  readonly user?: string;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
}

const root = path.join(import.meta.dirname, '../..');
const { services } = parse(readFileSync(path.join(root, 'docker-compose.yml'), 'utf8')) as {
  services: Readonly<Record<string, ComposeService>>;
};
const all = Object.values(services);

test('docker-compose.yml runs the versions that the tests run', () => {
  const version = otelcol.version.split('-')[0];
  assert.equal(services.collector?.image, `otel/opentelemetry-collector-contrib:${version}`);
  assert.equal(services.jaeger?.image, `jaegertracing/jaeger:${JAEGER_RELEASE}`);
});

test('docker-compose.yml opens ports on this machine only', () => {
  const open = all.flatMap(({ ports = [] }) => ports).filter((port) => !port.startsWith('127.0.0.1:'));
  assert.deepEqual(open, []);
});

test('no service of docker-compose.yml that stays runs as root', () => {
  assert.deepEqual([services.collector?.user, services.jaeger?.user], ['10001:10001', '10001:10001']);
});

test('every file that docker-compose.yml mounts exists', () => {
  const missing = all
    .flatMap(({ volumes = [] }) => volumes)
    .map((volume) => volume.split(':')[0] ?? '')
    .filter((source) => source.startsWith('./') && !existsSync(path.join(root, source)));
  assert.deepEqual(missing, []);
});
