// deploy/kubernetes, as kustomize makes it: held against the schemas of Kubernetes, against itself, and its configurations
// against the real collector.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { parse, parseAllDocuments } from 'yaml';
import { readPage } from '../guides/read-guide.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { requirePython } from '../services/require-python.ts';
import { requireService } from '../services/require-service.ts';
import { validateOtelcol } from '../services/start-otelcol.ts';
import { containerConfig } from './container-config.ts';
import { KUBERNETES } from './environments.ts';
import { builtBy, complaintsOf, type KubernetesObject, type PodSpec } from './kubernetes-objects.ts';

/** One that is a year old, and the newest of which there are schemas. */
const VERSIONS = ['1.34', '1.37'];
const OVERLAY = 'overlays/example';
const SECURE = 'overlays/secure';

const podOf = ({ spec }: KubernetesObject): PodSpec | undefined => spec?.template?.spec;
const nameOf = ({ kind, metadata }: KubernetesObject): string =>
  `${kind} ${metadata.namespace}/${metadata.name}`;

test('every object is one that Kubernetes takes', (t) => {
  const python = requirePython(t, KUBERNETES);
  if (python === undefined || !requireService(t, 'kustomize')) return;
  const page = parseAllDocuments(readPage('collector-service.md').block('yaml kubernetes.yaml'));
  const objects = [OVERLAY, SECURE].flatMap(builtBy).concat(page.map((document) => document.toJS()));
  for (const version of VERSIONS) assert.deepEqual(complaintsOf(python, version, objects), []);

  const [deployment] = objects.filter(({ kind }) => kind === 'Deployment');
  const wrong = [
    { ...deployment, spec: { ...deployment?.spec, replicas: 'two' } },
    { ...deployment, spec: { ...deployment?.spec, replica: 2 } },
  ];
  assert.equal(complaintsOf(python, '1.37', wrong).length, 2);
});

test('what one object calls by name is there, in its namespace', (t) => {
  if (!requireService(t, 'kustomize')) return;
  const objects = builtBy(OVERLAY);
  const has = (kind: string, name: string | undefined, from: KubernetesObject): void => {
    const { namespace } = from.metadata;
    const found = objects.some(
      ({ kind: k, metadata: m }) => k === kind && m.name === name && m.namespace === namespace,
    );
    assert.ok(found, `${nameOf(from)} wants ${kind} ${name}`);
  };
  const namespaces = objects.filter(({ kind }) => kind === 'Namespace').map(({ metadata }) => metadata.name);
  let pods = 0;
  for (const object of objects) {
    if (object.kind !== 'Namespace')
      assert.ok(namespaces.includes(object.metadata.namespace ?? ''), nameOf(object));
    const { scaleTargetRef: target, serviceName } = object.spec ?? {};
    if (target !== undefined) has(target.kind, target.name, object);
    if (serviceName !== undefined) has('Service', serviceName, object);
    const pod = podOf(object);
    if (pod === undefined) continue;
    pods++;
    has('ServiceAccount', pod.serviceAccountName, object);
    for (const { configMap } of pod.volumes)
      if (configMap !== undefined) has('ConfigMap', configMap.name, object);
    const volumes = [
      ...pod.volumes,
      ...(object.spec?.volumeClaimTemplates ?? []).map(({ metadata }) => metadata),
    ];
    for (const container of [...pod.containers, ...(pod.initContainers ?? [])]) {
      for (const { configMapRef } of container.envFrom ?? [])
        if (configMapRef !== undefined) has('ConfigMap', configMapRef.name, object);
      const ports = (container.ports ?? []).map(({ name }) => name);
      const { startupProbe, readinessProbe, livenessProbe } = container;
      for (const probe of [startupProbe, readinessProbe, livenessProbe])
        if (container.ports !== undefined)
          assert.ok(ports.includes(probe?.httpGet.port ?? ''), nameOf(object));
      for (const { name } of container.volumeMounts)
        assert.ok(
          volumes.some((volume) => volume.name === name),
          `${nameOf(object)} mounts ${name}`,
        );
    }
  }
  assert.equal(pods, 3);
});

test('secrets are called by name and are not here; who reads them is in their group', (t) => {
  if (!requireService(t, 'kustomize')) return;
  const objects = builtBy(OVERLAY);
  assert.deepEqual(
    objects.filter(({ kind }) => kind === 'Secret'),
    [],
  );
  for (const pod of objects.flatMap((object) => podOf(object) ?? [])) {
    const [tls] = pod.volumes.flatMap(({ secret }) => secret ?? []);
    assert.deepEqual(tls, { secretName: 'otel-events-tls', optional: true, defaultMode: 0o440 });
    assert.equal((pod.securityContext as { fsGroup?: number }).fsGroup, 10001);
    for (const { envFrom = [] } of pod.containers)
      assert.deepEqual(
        envFrom.flatMap(({ secretRef }) => secretRef ?? []),
        [{ name: 'otel-events-secrets', optional: true }],
      );
  }
});

test('every selector finds pods, and every port of a service or a policy is one of theirs', (t) => {
  if (!requireService(t, 'kustomize')) return;
  const objects = builtBy(OVERLAY);
  const workloads = objects.filter((object) => podOf(object) !== undefined);
  const portsOf = (those: readonly KubernetesObject[]): string[] =>
    those.flatMap(
      (each) => podOf(each)?.containers.flatMap(({ ports = [] }) => ports.map(({ name }) => name)) ?? [],
    );
  let selectors = 0;
  for (const object of objects) {
    const { selector, ports = [], ingress = [] } = object.spec ?? {};
    const beside = workloads.filter(({ metadata }) => metadata.namespace === object.metadata.namespace);
    for (const { port } of ingress.flatMap((rule) => rule.ports))
      assert.ok(portsOf(beside).includes(port), `${nameOf(object)} lets in ${port}`);
    if (selector === undefined) continue;
    selectors++;
    const labels = Object.entries((selector as { matchLabels?: object }).matchLabels ?? selector);
    const found = beside.filter(({ spec }) =>
      labels.every(([name, value]) => spec?.template?.metadata.labels[name] === value),
    );
    assert.equal(found.length, 1, nameOf(object));
    for (const { targetPort } of ports) assert.ok(portsOf(found).includes(targetPort), nameOf(object));
  }
  assert.equal(selectors, 7, 'three workloads, two services, two budgets');
});

test('no container may more than it must: only the one that owns the queue is root, for that', (t) => {
  if (!requireService(t, 'kustomize')) return;
  const pods = [OVERLAY, SECURE].flatMap(builtBy).flatMap((object) => podOf(object) ?? []);
  const containers = pods.flatMap(({ containers, initContainers = [] }) => [
    ...containers,
    ...initContainers,
  ]);
  for (const { name, image, securityContext: given } of containers) {
    const owner = name === 'own-queue';
    assert.deepEqual(
      given,
      {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: owner ? { drop: ['ALL'], add: ['CHOWN', 'FOWNER'] } : { drop: ['ALL'] },
        ...(owner && { runAsNonRoot: false, runAsUser: 0, runAsGroup: 0 }),
      },
      name,
    );
    assert.match(image, /[:@]/, `${name} says which version`);
  }
  for (const { securityContext } of pods) {
    const { runAsNonRoot, runAsUser, seccompProfile } = securityContext as Record<string, unknown>;
    assert.deepEqual([runAsNonRoot, runAsUser, seccompProfile], [true, 10001, { type: 'RuntimeDefault' }]);
  }
});

test('the real collector takes what each container is given, and each consumer group is in one of them', async (t) => {
  if (!requireService(t, 'kustomize', 'otelcol')) return;
  const objects = builtBy(OVERLAY);
  const groups: Record<string, string[]> = {};
  for (const object of objects.filter((each) => podOf(each) !== undefined)) {
    const { name } = object.metadata;
    const given = containerConfig(objects, name, tempDir(t));
    assert.equal(await validateOtelcol(given), undefined, nameOf(object));
    groups[name] = receiversOf(given.configs).filter((receiver) => receiver.startsWith('kafka/'));
  }
  assert.deepEqual(groups, {
    'otel-events-agent': [],
    'otel-events-files': ['kafka/files', 'kafka/span_files'],
    'otel-events-stores': ['kafka/jaeger', 'kafka/victorialogs'],
  });
});

test('with TLS a pod waits for its secrets, and the real collector takes what it is given then', async (t) => {
  if (!requireService(t, 'kustomize', 'otelcol')) return;
  const objects = builtBy(SECURE);
  const secrets = Object.fromEntries(
    ['KAFKA_USER', 'KAFKA_PASSWORD', 'VICTORIALOGS_USER', 'VICTORIALOGS_PASSWORD'].map((name) => [
      `OTEL_EVENTS_${name}`,
      'given',
    ]),
  );
  for (const object of objects) {
    const pod = podOf(object);
    if (pod === undefined) continue;
    const required = [
      ...pod.volumes.flatMap(({ secret }) => (secret === undefined ? [] : [secret.optional ?? false])),
      ...pod.containers.flatMap(({ envFrom = [] }) =>
        envFrom.flatMap(({ secretRef }) => secretRef?.optional ?? []),
      ),
    ];
    assert.deepEqual(new Set(required), new Set([false]), nameOf(object));
    const { configs, env, dir } = containerConfig(objects, object.metadata.name, tempDir(t));
    // Whose path is not below what is mounted, would not be there.
    const mounts = pod.containers.flatMap(({ volumeMounts }) =>
      volumeMounts.map(({ mountPath }) => mountPath),
    );
    const files = ['CA', 'CERT', 'KEY', 'TOKENS'].flatMap((name) => env[`OTEL_EVENTS_${name}`] ?? []);
    assert.deepEqual(
      files.filter((file) => !mounts.includes(path.posix.dirname(file))),
      [],
    );
    assert.equal(files.length, object.kind === 'DaemonSet' ? 4 : 3);
    assert.equal(
      await validateOtelcol({ configs, env: { ...env, ...secrets }, dir }),
      undefined,
      nameOf(object),
    );
    assert.ok(configs.at(-1)?.includes('secure-'), 'it is merged last');
  }
});

/** The receivers of all pipelines, as the collector merges them: the last list counts. */
function receiversOf(configs: readonly string[]): string[] {
  const pipelines: Record<string, readonly string[]> = {};
  for (const file of configs) {
    const { service } = parse(readFileSync(file, 'utf8')) as {
      service?: { pipelines?: Record<string, { receivers?: readonly string[] }> };
    };
    for (const [name, { receivers }] of Object.entries(service?.pipelines ?? {}))
      if (receivers !== undefined) pipelines[name] = receivers;
  }
  return [...new Set(Object.values(pipelines).flat())].toSorted();
}
