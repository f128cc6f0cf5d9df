import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import path from 'node:path';
import { test } from 'node:test';
import { tempDir } from '../../harness/temp-dir.ts';
import { MAIN } from './run-cli.ts';

test('what is no file is told as that by every command that reads files', async (t) => {
  const base = tempDir(t);
  const pipe = path.join(base, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const fix = 'write what it gives to a file, and name that';
  const cases: readonly (readonly [file: string, status: number, said: string])[] = [
    [base, 1, `OPTION_INVALID: ${base} is a directory (name its files, such as ${base}/*.jsonl*)`],
    [pipe, 1, `OPTION_INVALID: ${pipe} is a pipe or a device, and no file (${fix})`],
    ['/dev/null', 1, `OPTION_INVALID: /dev/null is a pipe or a device, and no file (${fix})`],
    ['-', 1, `OPTION_INVALID: -: standard input is not read (${fix})`],
    ['/not/there.jsonl', 2, 'ENOENT: cannot read /not/there.jsonl'],
  ];
  const commands: Readonly<Record<string, (file: string) => readonly string[]>> = {
    query: (file) => ['name:a', file],
    export: (file) => ['name:a', file, '--json'],
    tail: (file) => ['name:a', file],
    import: (file) => [file, '--directory', path.join(base, 'store')],
    reconcile: (file) => [file, '--store', 'victorialogs=http://127.0.0.1:1'],
    erase: (file) => ['--user', 'ada', file],
  };
  for (const [command, args] of Object.entries(commands)) {
    // What the first two are told all are, and the rest comes from the same place.
    for (const [file, status, said] of command === 'query' ? cases : cases.slice(0, 2)) {
      const run = spawnSync(process.execPath, [MAIN, command, ...args(file)], {
        encoding: 'utf8',
        env: { ...process.env, XDG_CACHE_HOME: base },
        // Who opens a pipe that nobody writes waits for ever, and takes no other signal.
        timeout: 60_000,
        killSignal: 'SIGKILL',
      });
      const told = [run.status, run.stdout, run.stderr];
      assert.deepEqual(told, [status, '', `otel-events ${command}: ${said}\n`], `${command} ${file}`);
    }
  }
});
