import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { type SbomComponent, sbomOf } from '../../scripts/sbom.ts';
import { noticedPackages, thirdPartyNotices } from '../../scripts/third-party-notices.ts';

const root = path.join(import.meta.dirname, '..', '..');
const sbom = sbomOf(root);
const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
  readonly version: string;
  readonly dependencies: Record<string, string>;
  readonly devDependencies: Record<string, string>;
};

const isInside = ({ properties }: SbomComponent): boolean =>
  properties?.some(({ name, value }) => name === 'cdx:npm:package:bundled' && value === 'true') ?? false;
const inside = sbom.components.filter(isInside);
const beside = sbom.components.filter((each) => !isInside(each));
const namesOf = (components: readonly SbomComponent[]): string[] => components.map(({ name }) => name);

test('the SBOM is of this version of the package', () => {
  const { name, version, purl } = sbom.metadata.component;
  assert.deepEqual(
    [name, version, purl],
    ['otel-events', manifest.version, `pkg:npm/otel-events@${manifest.version}`],
  );
});

test('it has every dependency and what these bring along, and nothing that is for development only', () => {
  assert.deepEqual(
    Object.keys(manifest.dependencies).filter((name) => !namesOf(beside).includes(name)),
    [],
  );
  assert.ok(namesOf(beside).includes('fast-deep-equal'), 'which ajv brings along');
  assert.deepEqual(
    Object.keys(manifest.devDependencies).filter((name) => namesOf(beside).includes(name)),
    [],
  );
});

test('it has what esbuild put into the SDK, the viewer page and the writer of Parquet, as the notices name it', () => {
  const notices = readFileSync(path.join(root, 'THIRD-PARTY-NOTICES.txt'), 'utf8');
  assert.deepEqual(
    inside.map(({ name, version, licenses }) => [name, version, licenses?.[0]?.license.id]),
    noticedPackages(notices).map(({ name, version, license }) => [name, version, license]),
  );
  for (const name of ['@opentelemetry/sdk-logs', 'preact', 'uplot', 'hyparquet-writer']) {
    assert.ok(namesOf(inside).includes(name), name);
  }
});

test('each component has a reference of its own, a version, a licence; each dependency leads to one', () => {
  const refs = sbom.components.map((each) => each['bom-ref']);
  assert.equal(new Set(refs).size, refs.length);
  for (const { name, version, licenses, purl } of sbom.components) {
    assert.equal(purl, `pkg:npm/${name.replace('@', '%40')}@${version}`);
    assert.ok((licenses?.length ?? 0) > 0, `${name} has no licence`);
  }
  const own = sbom.metadata.component['bom-ref'];
  assert.deepEqual(sbom.dependencies.map(({ ref }) => ref).toSorted(), [own, ...refs].toSorted());
  const leadTo = sbom.dependencies.flatMap(({ dependsOn = [] }) => dependsOn);
  assert.deepEqual(
    leadTo.filter((ref) => !refs.includes(ref)),
    [],
  );
});

test('what the notices say is read back as it was written', () => {
  const packages = [
    {
      name: '@a/b',
      version: '1.0.0-rc.1',
      author: 'A, B <a@b.example>',
      license: 'MIT',
      repository: 'git+https://x',
    },
    {
      name: 'c',
      version: '2.0.0',
      author: 'see its licence',
      license: 'Apache-2.0',
      repository: 'https://y',
    },
  ];
  const notices = thirdPartyNotices(
    packages.map((each) => ({ ...each, licenseText: 'copyright lines, MIT, of another kind' })),
  );
  assert.deepEqual(noticedPackages(notices), packages);
});
