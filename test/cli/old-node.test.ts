import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { oldNode } from '../../src/cli/old-node.ts';

test('releases before that of `engines` are refused in words, and no later one', () => {
  const manifest = path.join(import.meta.dirname, '..', '..', 'package.json');
  const { engines } = JSON.parse(readFileSync(manifest, 'utf8')) as { engines: { node: string } };
  const [, oldest = ''] = /^>=(\d+\.\d+)$/.exec(engines.node) ?? [];
  assert.equal(oldNode('20.20.2'), `wanted Node.js ${oldest} or later, this is 20.20.2`);
  assert.equal(oldNode('22.15.1'), `wanted Node.js ${oldest} or later, this is 22.15.1`);
  for (const version of [`${oldest}.0`, '23.0.0', '24.1.0', '26.10.0'])
    assert.equal(oldNode(version), undefined);
});
