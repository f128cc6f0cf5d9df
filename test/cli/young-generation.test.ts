import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';

const MODULE = pathToFileURL(
  path.join(import.meta.dirname, '..', '..', 'src', 'cli', 'young-generation.ts'),
).href;

/** A process that makes 50 MB of objects which stay. @returns the memory for new objects, in MiB */
function youngMibAfter(first: string): number {
  const code = `import { getHeapSpaceStatistics } from 'node:v8';
    import { keepYoungGenerationSmall } from '${MODULE}';
    ${first}
    globalThis.alive = Array.from({ length: 500_000 }, (_, index) => ({ index, list: [index] }));
    const young = getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space');
    console.log(Math.round((young.space_used_size + young.space_available_size) / 2 ** 20));`;
  return Number(execFileSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' }));
}

test('the memory for new objects stays at 2 MiB, which would have grown', () => {
  assert.equal(youngMibAfter('keepYoungGenerationSmall();'), 2);
  assert.ok(youngMibAfter('') > 2);
});
