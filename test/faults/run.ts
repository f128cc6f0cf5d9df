/**
 * `npm run test:faults`: runs every test of this directory and sums up what they went through.
 *
 *     npm run test:faults                     the short form, as in `npm test`, but for 60 kills of a viewer
 *     npm run test:faults -- collector spool  only what has one of these words in its file's name, such as viewer
 *     npm run test:faults -- --long           the long one: 1,000 kills and more
 *     npm run test:faults -- --seed=123       with the random choices of an earlier run
 */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { parseArgs } from 'node:util';
import { SEED } from '../harness/seeded.ts';

const LONG = { FAULTS: 'long', SPOOL_KILLS: '200', SPOOL_FLIPS: '20000' };

/** One test, and what it has reported. */
interface Row {
  readonly file: string | undefined;
  readonly name: string;
  readonly passed: boolean;
  readonly counts: string[];
}

const { values, positionals: parts } = parseArgs({
  options: { long: { type: 'boolean', default: false }, seed: { type: 'string' } },
  allowPositionals: true,
});
const files = filesOf(parts);
process.env.STORE_KILLS ??= '60';
if (values.long) Object.assign(process.env, LONG);
// The same in every file.
process.env.FAULTS_SEED = values.seed ?? process.env.FAULTS_SEED ?? `${SEED}`;

const rows: Row[] = [];
const skipped: string[] = [];
const started = performance.now();
const tests = run({
  files,
  // Many of them mostly wait.
  concurrency: 2,
  // For each test: one that hangs is ended, and named.
  timeout: values.long ? 3_600_000 : 600_000,
});

for (const event of ['test:pass', 'test:fail'] as const) {
  tests.on(event, ({ name, file, details, skip }) => {
    if (details.type === 'suite') return;
    if (skip !== undefined) skipped.push(`${name}: ${skip}`);
    else rows.push({ file, name, passed: event === 'test:pass', counts: [] });
  });
}
// They come right behind the test that they belong to.
tests.on('test:diagnostic', ({ message, file }) => {
  if (file !== undefined) rows.findLast((row) => row.file === file)?.counts.push(message);
});
tests.compose(spec).pipe(process.stdout);
await new Promise((resolve) => tests.once('end', resolve));
sumUp();

/** The tests of some parts, of all without any; ends the process where there are none of a part. */
function filesOf(parts: readonly string[]): string[] {
  const names = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.test.ts'),
  );
  const wordsOf = (name: string): string[] => name.split('.', 1)[0]?.split(/[/-]/) ?? [];
  for (const part of parts) {
    if (names.some((name) => wordsOf(name).includes(part))) continue;
    const known = [...new Set(names.flatMap((name) => wordsOf(name)[0] ?? []))].sort();
    console.error(`test:faults: no file has ${part} in its name; known: ${known.join(', ')}`);
    process.exit(2);
  }
  return names
    .filter((name) => parts.length === 0 || wordsOf(name).some((word) => parts.includes(word)))
    .map((name) => path.join(import.meta.dirname, name));
}

function sumUp(): void {
  const totals = new Map<string, number>();
  for (const { counts } of rows) {
    for (const [, count, what = ''] of counts.join(', ').matchAll(/([\d,]*\d) ([a-z][a-z ]*)/g)) {
      totals.set(what.trim(), (totals.get(what.trim()) ?? 0) + Number(count?.replaceAll(',', '')));
    }
  }
  const failed = rows.filter(({ passed }) => !passed);
  console.log('\nFAULTS\n');
  for (const { file = '', name, passed, counts } of rows) {
    console.log(`${passed ? 'ok    ' : 'FAILED'} ${path.basename(file, '.test.ts')}: ${name}`);
    for (const line of counts) console.log(`         ${line}`);
  }
  for (const line of skipped) console.log(`skipped ${line}`);
  console.log('\nIN ALL\n');
  for (const [what, count] of totals) console.log(`${count.toLocaleString('en').padStart(12)} ${what}`);
  const seconds = Math.round((performance.now() - started) / 1000);
  console.log(
    `\n${rows.length - failed.length} faults survived, ${failed.length} not, ${skipped.length} skipped, in ${seconds} s; seed ${process.env.FAULTS_SEED}`,
  );
  process.exitCode = failed.length === 0 ? 0 : 1;
}
