/**
 * `npm run test:fuzz`: hostile input of every kind, for a time, and none of it twice.
 *
 *     npm run test:fuzz                             60 s, as in `.ci/run`
 *     npm run test:fuzz -- --seconds 3600
 *     npm run test:fuzz -- --target http            only this one
 *     npm run test:fuzz -- --seed 123               with the random choices of an earlier run
 *     npm run test:fuzz -- --target http --seed 123 --path 4:0    one input again
 */
import { globSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type FuzzFailure, type FuzzTarget, fuzz } from './fuzz-target.ts';

const ROOT = path.join(import.meta.dirname, '..', '..');

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    target: { type: 'string' },
    path: { type: 'string' },
  },
});
const [seconds, seed] = [numberOf('seconds'), numberOf('seed')];

const all = await Promise.all(globSync('test/fuzz/*.fuzz.ts', { cwd: ROOT }).sort().map(load));
const targets = all.filter(({ name }) => values.target === undefined || values.target === name);
if (targets.length === 0)
  fail(`no target ${values.target}; there are ${all.map(({ name }) => name).join(', ')}`);
if (values.path !== undefined && targets.length > 1)
  fail('--path leads to an input of one target: give --target too');

let [passed, failed] = [0, 0];
console.log(`fuzzing ${targets.map(({ name }) => name).join(', ')} for ${seconds} s; seed ${seed}`);
for (const target of targets) {
  const why = target.cannotRun?.();
  if (why !== undefined) {
    // Where everything must hold, nothing may be missing.
    if (process.env.CI === 'true') fail(`${target.name}: ${why}`);
    console.log(`skipped ${target.name}: ${why}`);
    continue;
  }
  const done = await fuzz(target, { seconds: seconds / targets.length, seed, path: values.path });
  passed += done.passed;
  console.log(`${done.failure === undefined ? 'ok    ' : 'FAILED'} ${target.name}: ${done.passed} inputs`);
  if (done.failure === undefined) continue;
  failed++;
  tell(target, done.failure);
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

async function load(file: string): Promise<FuzzTarget> {
  return (await import(path.join(ROOT, file))).target;
}

function tell({ name }: FuzzTarget, { what, input, seed, path: where }: FuzzFailure): void {
  console.log(`\n${what}\n\ninput: ${input}`);
  const way = where === undefined ? '' : ` --path ${where}`;
  console.log(`again: npm run test:fuzz -- --target ${name} --seed ${seed}${way}\n`);
}

function numberOf(option: 'seconds' | 'seed'): number {
  const value = Number(values[option]);
  if (!Number.isFinite(value)) fail(`--${option}: wanted a number, got ${values[option]}`);
  return value;
}

function fail(why: string): never {
  console.error(`test:fuzz: ${why}`);
  process.exit(2);
}
