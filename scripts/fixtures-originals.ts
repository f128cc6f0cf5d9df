/**
 * `npm run fixtures:originals [-- --check]`: runs the original libraries on the inputs in
 * `test/fixtures/originals/*.json` and writes what they made of them beside. A new case is a name and an
 * input. With `--check` nothing is written; the exit code is 1 where a fixture is not what the original makes.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type Environment, ORIGINALS, type Original } from './fixtures-originals/environments.ts';

interface Fixture {
  readonly original: string;
  readonly cases: readonly { readonly name: string; readonly input: unknown; readonly output?: unknown }[];
}

const PYTHON = 'python3.11';
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

/** The interpreter of an environment, which is made if it is not there. */
function pythonOf({ name, packages }: Environment): string {
  const digest = createHash('sha256').update(packages.join('\n')).digest('hex').slice(0, 12);
  const cache = process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache');
  const directory = path.join(cache, 'otel-events', `originals-${digest}`, name);
  const python = path.join(directory, 'bin', 'python');
  const complete = path.join(directory, 'complete');
  if (existsSync(complete)) return python;
  console.log(`installing ${packages.join(' ')}`);
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(path.dirname(directory), { recursive: true });
  execFileSync(PYTHON, ['-m', 'venv', directory], { stdio: 'inherit' });
  execFileSync(python, ['-m', 'pip', 'install', '--quiet', ...packages], { stdio: 'inherit' });
  // Last, and at once: an installation that was interrupted is made anew.
  writeFileSync(`${complete}.tmp`, '');
  renameSync(`${complete}.tmp`, complete);
  return python;
}
