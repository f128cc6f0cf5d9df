import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { containerId } from '../../src/delivery/resource/container-id.ts';
import { deviceAttributes } from '../../src/delivery/resource/device.ts';
import { resourceAttributes } from '../../src/delivery/resource/resource.ts';
import { propagatorWarning, readEnvironment } from '../../src/delivery/settings/environment.ts';
import { identifyingDeviceDetector } from '../../src/otel/index.ts';
import { tempDir } from '../harness/temp-dir.ts';

const ID = `${'f'.repeat(62)}0a`;

/** A `/proc/self` with these files. */
function procDirectory(t: TestContext, files: Record<string, string>): string {
  const directory = path.join(tempDir(t), 'self');
  mkdirSync(directory);
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(directory, name), text);
  return directory;
}

test('the container id is found under cgroup v1, in Docker’s and Kubernetes’ forms', (t) => {
  for (const line of [
    `12:memory:/docker/${ID}`,
    `1:name=systemd:/kubepods/besteffort/pod1/${ID}`,
    `0::/system.slice/docker-${ID}.scope`,
    `5:cpu:/kubepods.slice/cri-containerd-${ID}.scope`,
  ]) {
    const cgroup = `13:pids:/\n${line}\n`;
    assert.equal(containerId(procDirectory(t, { cgroup, mountinfo: '' })), ID, line);
  }
});

test('the container id is found under cgroup v2, through the mounts', (t) => {
  const mountinfo = [
    '21 20 0:20 / /proc rw - proc proc rw',
    `1542 1500 254:1 /docker/volumes/${'e'.repeat(64)}/_data /data rw - ext4 /dev/vda1 rw`,
    `1543 1500 254:1 /var/lib/docker/containers/${ID}/hostname /etc/hostname rw - ext4 /dev/vda1 rw`,
  ].join('\n');
  assert.equal(containerId(procDirectory(t, { cgroup: '0::/\n', mountinfo })), ID);
});

test('outside of a container, and where /proc is hidden, there is no container id', (t) => {
  const cgroup = '0::/user.slice/user-1000.slice/session-2.scope\n';
  assert.equal(
    containerId(procDirectory(t, { cgroup, mountinfo: '21 20 0:20 / / rw - ext4 x rw' })),
    undefined,
  );
  assert.equal(containerId(path.join(tempDir(t), 'none')), undefined);
});

test('the device is described; what identifies it is left out unless asked for', () => {
  const device = deviceAttributes();
  assert.equal(device['host.name'], os.hostname());
  assert.equal(device['os.version'], os.release());
  assert.equal(device['host.cpu.model.name'], os.cpus()[0]?.model.trim());
  assert.equal('host.id' in device || 'device.id' in device, false);
  assert.ok(Object.values(device).every((value) => typeof value === 'string' && value !== ''));
  const identifying = identifyingDeviceDetector.detect().attributes;
  assert.deepEqual(
    Object.keys(device).filter((name) => identifying[name] !== device[name]),
    [],
  );
});

test('a resource has a name whoever gives it: options, variables, package', () => {
  const nameOf = (app: object, env: Record<string, string>): unknown => {
    const options = { app, environment: undefined, attributes: {}, identifyDevice: false, env };
    return resourceAttributes(options)['service.name'];
  };
  const env = { OTEL_SERVICE_NAME: 'env', OTEL_RESOURCE_ATTRIBUTES: 'service.name=attr,a=b' };
  assert.equal(nameOf({ name: 'n', id: 'i' }, env), 'n');
  assert.equal(nameOf({ id: 'i' }, env), 'i');
  assert.equal(nameOf({}, env), 'env');
  assert.equal(nameOf({}, { OTEL_RESOURCE_ATTRIBUTES: 'service.name=attr' }), 'attr');
  assert.equal(nameOf({}, { OTEL_RESOURCE_ATTRIBUTES: 'broken,=x,%zz=1' }), 'otel-events');
});

test('an attribute may have any name, also one that all objects have', () => {
  const env = { OTEL_RESOURCE_ATTRIBUTES: '__proto__=p,constructor=c' };
  const options = { app: {}, environment: undefined, attributes: {}, identifyDevice: false, env };
  const found = Object.entries(resourceAttributes(options));
  assert.deepEqual(
    found.filter(([name]) => name === '__proto__' || name === 'constructor'),
    [
      ['__proto__', 'p'],
      ['constructor', 'c'],
    ],
  );
});

test('variables are read as the specification says; empty is unset', () => {
  const env = readEnvironment({
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: '',
    OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: 'http/protobuf',
    OTEL_BLRP_SCHEDULE_DELAY: '50',
    OTEL_BSP_MAX_QUEUE_SIZE: 'many',
    OTEL_ATTRIBUTE_COUNT_LIMIT: '64',
    OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: '32',
    OTEL_SPAN_EVENT_COUNT_LIMIT: '7',
    OTEL_PROPAGATORS: ' baggage , b3',
    OTEL_TRACES_EXPORTER: 'CONSOLE',
    OTEL_SDK_DISABLED: ' TRUE ',
  });
  assert.equal(env.disabled, true);
  assert.deepEqual([env.logs.protocol, env.traces.protocol], ['http/protobuf', 'http/json']);
  assert.deepEqual([env.logs.exporter, env.traces.exporter], ['otlp', 'console']);
  assert.deepEqual([env.logs.batch.delayMs, env.traces.batch.maxQueueSize], [50, undefined]);
  assert.deepEqual([env.logs.maxAttributes, env.traces.maxAttributes], [64, 32]);
  assert.deepEqual([env.maxSpanEvents, env.propagators], [7, ['baggage']]);
  assert.deepEqual(
    env.unsupported.map(({ message }) => message),
    ['OTEL_BSP_MAX_QUEUE_SIZE asks for many: it is ignored (wanted is a whole number above 0)'],
  );
  assert.deepEqual(readEnvironment({}).propagators, ['tracecontext', 'baggage']);
  assert.deepEqual(readEnvironment({ OTEL_PROPAGATORS: 'none' }).propagators, []);
  assert.equal(propagatorWarning({ OTEL_PROPAGATORS: 'none' }), undefined);
  assert.match(propagatorWarning({ OTEL_PROPAGATORS: 'b3,baggage' })?.message ?? '', /asks for b3/);
});
