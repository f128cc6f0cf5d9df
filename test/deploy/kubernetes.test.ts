// deploy/kubernetes, as kustomize makes it, held against the schemas of Kubernetes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { readPage } from '../guides/read-guide.ts';
import { requirePython } from '../services/require-python.ts';
import { requireService } from '../services/require-service.ts';
import { KUBERNETES } from './environments.ts';
import { builtBy, complaintsOf } from './kubernetes-objects.ts';

/** One that is a year old, and the newest of which there are schemas. */
const VERSIONS = ['1.34', '1.37'];
const OVERLAY = 'overlays/example';

test('every object is one that Kubernetes takes', (t) => {
  const python = requirePython(t, KUBERNETES);
  if (python === undefined || !requireService(t, 'kustomize')) return;
  const page = parseAllDocuments(readPage('collector-service.md').block('yaml kubernetes.yaml'));
  const objects = [...builtBy(OVERLAY), ...page.map((document) => document.toJS())];
  for (const version of VERSIONS) assert.deepEqual(complaintsOf(python, version, objects), []);

  const [deployment] = objects.filter(({ kind }) => kind === 'Deployment');
  const wrong = [
    { ...deployment, spec: { ...deployment.spec, replicas: 'two' } },
    { ...deployment, spec: { ...deployment.spec, replica: 2 } },
  ];
  assert.equal(complaintsOf(python, '1.37', wrong).length, 2);
});
