/**
 * `npm run test:scale`: the road past one machine, with its faults; then what an event costs at each hop.
 *
 *     npm run test:scale             100,000 events
 *     npm run test:scale -- --long   1,000,000, and everything is killed twice
 */
import { execFileSync } from 'node:child_process';
import { globSync } from 'node:fs';
import path from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { long: { type: 'boolean', default: false } } });
if (values.long) process.env.FAULTS = 'long';

const root = path.join(import.meta.dirname, '../..');
const started = performance.now();
// One after the other: each has all the processes of a road.
const tests = run({
  files: globSync('test/scale/*.test.ts', { cwd: root }).map((file) => path.join(root, file)),
  concurrency: false,
  // For each test: one that hangs is ended, and named.
  timeout: values.long ? 3_600_000 : 600_000,
});
tests.on('test:fail', () => {
  process.exitCode = 1;
});
tests.compose(spec).pipe(process.stdout);
await new Promise((resolve) => tests.once('end', resolve));
// After a failure nobody asks what it costs.
if (process.exitCode === undefined) {
  const size = values.long ? [] : ['--count', '20000', '--rounds', '1'];
  execFileSync(process.execPath, ['--no-warnings', path.join(root, 'bench/scale.ts'), ...size], {
    stdio: 'inherit',
  });
}
console.log(`\n${Math.round((performance.now() - started) / 1000)} s`);
