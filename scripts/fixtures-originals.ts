/**
 * `npm run fixtures:originals [-- --check]`: runs the original libraries on the inputs in
 * `test/fixtures/originals/*.json` and writes what they made of them beside. A new case is a name and an
 * input. With `--check` nothing is written; the exit code is 1 where a fixture is not what the original makes.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ORIGINALS, type Original } from './fixtures-originals/environments.ts';
import { pythonOf } from './fixtures-originals/python-of.ts';

interface Fixture {
  readonly original: string;
  readonly cases: readonly { readonly name: string; readonly input: unknown; readonly output?: unknown }[];
}

const programs = path.join(import.meta.dirname, 'fixtures-originals');
const fixtures = path.join(import.meta.dirname, '..', 'test', 'fixtures', 'originals');

process.exitCode = main(process.argv.slice(2));

/** @returns the exit code: 0 good, 1 a fixture differs, 2 an original could not be run */
function main(args: readonly string[]): number {
  const check = args.length === 1 && args[0] === '--check';
  if (args.length > 0 && !check) {
    console.error('fixtures:originals: takes no argument but --check');
    return 2;
  }
  let differing = 0;
  for (const original of ORIGINALS) {
    const file = path.join(fixtures, `${original.fixture}.json`);
    const before = readFileSync(file, 'utf8');
    let after: string;
    try {
      after = rerun(original, before);
    } catch (error) {
      console.error(
        `fixtures:originals: ${original.fixture}: ${error instanceof Error ? error.message : error}`,
      );
      return 2;
    }
    const same = before === after;
    console.log(`${original.fixture}: ${same ? 'as it was' : check ? 'differs' : 'written'}`);
    if (same) continue;
    differing++;
    if (!check) writeFileSync(file, after);
  }
  return check && differing > 0 ? 1 : 0;
}

function rerun({ program, environment }: Original, text: string): string {
  const { original, cases }: Fixture = JSON.parse(text);
  const input = JSON.stringify(cases.map((each) => each.input));
  const python = pythonOf(environment);
  // A hash seed of its own would be another order of sets at each run.
  const env = { ...process.env, PYTHONHASHSEED: '0', PYTHONDONTWRITEBYTECODE: '1' };
  const output = execFileSync(python, [path.join(programs, program)], { input, env, encoding: 'utf8' });
  const outputs: unknown[] = JSON.parse(output);
  const done = cases.map((each, index) => ({ name: each.name, input: each.input, output: outputs[index] }));
  return formatted(JSON.stringify({ original, cases: done }));
}

/** As `npm run check` wants it. */
function formatted(json: string): string {
  const biome = path.join(import.meta.dirname, '..', 'node_modules', '.bin', 'biome');
  return execFileSync(biome, ['format', '--stdin-file-path=fixture.json'], { input: json, encoding: 'utf8' });
}
