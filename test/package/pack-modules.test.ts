import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Metafile } from 'esbuild';
import { packModules, packsBehind } from '../../scripts/pack-modules.ts';

/** What esbuild says of modules, each with those that it imports; a name in parentheses is imported when it is needed. */
function graphOf(modules: Readonly<Record<string, readonly string[]>>): Metafile {
  const inputs = Object.entries(modules).map(([file, targets]) => {
    const imports = targets.map((target) => ({
      path: target.replace(/[()]/g, ''),
      kind: target.startsWith('(') ? 'dynamic-import' : 'import-statement',
    }));
    return [file, { bytes: 1, imports }];
  });
  return { inputs: Object.fromEntries(inputs), outputs: {} } as Metafile;
}

const GRAPH = graphOf({
  'library.js': ['emit.js', '(late.js)'],
  'emit.js': ['send.js', 'errors.js'],
  'send.js': ['errors.js'],
  'errors.js': [],
  'late.js': ['errors.js'],
  'command.js': ['read.js', '../node_modules/yaml/index.js'],
  'read.js': ['errors.js'],
  '../node_modules/yaml/index.js': [],
});

test('modules that the same starts need are a pack; starts, packages and what is loaded later are in none', () => {
  const { members } = packModules(GRAPH, [['library.js'], ['command.js']]);
  assert.deepEqual(Object.fromEntries(members), {
    '-0': ['emit.js', 'send.js'],
    '-0-1': ['errors.js'],
    '-1': ['read.js'],
  });
});

test('modules that are loaded together are one start', () => {
  const { members } = packModules(GRAPH, [['library.js', 'command.js']]);
  assert.deepEqual([...members.keys()], ['-0']);
  assert.deepEqual(members.get('-0')?.toSorted(), ['emit.js', 'errors.js', 'read.js', 'send.js']);
});

test('a module has the packs behind it of which it imports a module, and not its own', () => {
  const packs = packModules(GRAPH, [['library.js'], ['command.js']]);
  const behind = (file: string): string[] => packsBehind(packs, GRAPH, file);
  assert.deepEqual(behind('library.js'), ['-0']);
  assert.deepEqual(behind('emit.js'), ['-0-1']);
  assert.deepEqual(behind('late.js'), ['-0-1']);
  assert.deepEqual(behind('errors.js'), []);
});
