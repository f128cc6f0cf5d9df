import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';

const directory = path.join(import.meta.dirname, '..', '..', '.github', 'workflows');
const workflows = readdirSync(directory).map((file) => {
  const text = readFileSync(path.join(directory, file), 'utf8');
  return { file, text, workflow: parse(text) as Workflow };
});

interface Workflow {
  readonly permissions?: object;
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly permissions?: object;
        readonly 'timeout-minutes'?: number;
        readonly steps: readonly { readonly uses?: string; readonly run?: string }[];
      }
    >
  >;
}

test('every action is pinned by commit, with its version beside it', () => {
  const uses = workflows.flatMap(({ text }) => text.split('\n').filter((line) => line.includes('uses:')));
  assert.ok(uses.length > 0);
  assert.deepEqual(
    uses.filter((line) => !/uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line)),
    [],
  );
});

test('no workflow may do more than read, but for the token that npm is shown, and the job that only attaches the SBOM', () => {
  const allowed = {
    'ci.yml': [{ contents: 'read' }],
    'release.yml': [{}, { contents: 'read', 'id-token': 'write' }, { contents: 'write' }],
  };
  const given = workflows.map(({ file, workflow: { permissions, jobs } }) => [
    file,
    [permissions, ...Object.values(jobs).map((job) => job.permissions)].filter((each) => each !== undefined),
  ]);
  assert.deepEqual(Object.fromEntries(given), allowed);
});

test('every job has an end', () => {
  const endless = workflows.flatMap(({ workflow }) =>
    Object.values(workflow.jobs).filter((job) => job['timeout-minutes'] === undefined),
  );
  assert.deepEqual(endless, []);
});

test('the job that may write runs nothing but what stands in it: no checkout, no action, no npm', () => {
  const writing = workflows.flatMap(({ workflow }) =>
    Object.values(workflow.jobs).filter(({ permissions }) =>
      Object.entries(permissions ?? {}).some(([what, how]) => what === 'contents' && how === 'write'),
    ),
  );
  assert.equal(writing.length, 1);
  for (const { uses, run = '' } of writing.flatMap(({ steps }) => steps)) {
    assert.equal(uses, undefined);
    assert.doesNotMatch(run, /\b(npm|npx|node)\b/);
  }
});
