import assert from 'node:assert/strict';
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { describe } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { logRecordsOf } from '../harness/otlp-json.ts';
import { answeringSink } from './answering-sink.ts';
import { MatrixRow } from './matrix-row.ts';
import { installInRow, runAgain } from './run-in-row.ts';

/** What Jest and Vitest print with their reporter for programs. */
interface Report {
  readonly numPassedTests: number;
  readonly numTotalTests: number;
}

const JEST = ['node_modules/jest/bin/jest.js', '--json', '--ci', '--runInBand'];
const VITEST = ['node_modules/vitest/vitest.mjs', 'run', '--reporter=json', '--root', 'vitest'];
const NO_REQUIRE = '--no-experimental-require-module';

const RUNNERS = [
  { fixture: 'Jest 30, no transform', args: jest('jest'), tests: 4 },
  { fixture: 'Jest 30, ts-jest', args: jest('ts-jest'), tests: 2 },
  { fixture: 'Jest 30, babel-jest', args: jest('babel'), tests: 1 },
  { fixture: 'Jest 30, ES modules', args: ['--experimental-vm-modules', ...jest('vm')], tests: 3 },
  { fixture: 'Vitest 5', args: VITEST, tests: 2 },
];

const app = path.join('loaders', 'app.ts');
/** Our declarations are checked, too. */
const TYPES = ['--strict', '--target', 'es2024', '--lib', 'es2024,esnext.disposable', '--types', 'node'];
const LOADERS = [
  { fixture: 'ts-node', args: ['node_modules/ts-node/dist/bin.js', app] },
  { fixture: 'ts-node, no require(esm)', args: [NO_REQUIRE, 'node_modules/ts-node/dist/bin.js', app] },
  { fixture: 'tsx', args: ['node_modules/tsx/dist/cli.mjs', app] },
];

describe('an app with tools to test and to run TypeScript', () => {
  const { installed } = installInRow({ fixture: 'test tools', app: 'test-tools' });

  for (const { fixture, args, tests } of RUNNERS) {
    const row = new MatrixRow({ fixture });
    row.check('other', `${fixture}: ${tests} tests log, flush and pass`, async () => {
      const file = path.join(installed().dir, 'report.json');
      const run = await installed().run([...args, `--outputFile=${file}`]);
      const { numPassedTests, numTotalTests } = JSON.parse(readFileSync(file, 'utf8')) as Report;
      assert.deepEqual([numPassedTests, numTotalTests, run.code], [tests, tests, 0], run.stderr);
      return `${tests} tests`;
    });
  }

  for (const { fixture, args } of LOADERS) {
    const row = new MatrixRow({ fixture });
    row.check('once', `${fixture}: the event arrives once, without a warning`, async () => {
      const { run, seen, requests } = await runAgain<object>(installed(), { args });
      assert.equal(run.stderr, '');
      const totals = { acked: 1, pending: 0, rejected: 0, dropped: 0 };
      assert.deepEqual(seen, { totals, kept: 1, coded: true });
      const names = logRecordsOf(requests).map(({ eventName }) => eventName);
      assert.deepEqual(names, ['order.paid']);
    });
  }

  const typed = new MatrixRow({ fixture: 'TypeScript 5.9, CommonJS' });
  for (const module of ['commonjs', 'node16', 'node18', 'nodenext']) {
    typed.check('other', `a CommonJS project type-checks with module ${module}`, async () => {
      const tsc = ['node_modules/typescript/bin/tsc', '--noEmit', '--module', module];
      const { code, stdout } = await installed().run([...tsc, ...TYPES, app]);
      assert.deepEqual({ code, stdout }, { code: 0, stdout: '' });
      return module;
    });
  }

  const row = new MatrixRow({ fixture: 'nodemon with tsx' });
  row.check('once', 'nodemon: what is pending at a restart arrives, once', async () => {
    await using sink = await answeringSink();
    const child = startNodemon(installed().dir, sink.url);
    try {
      const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
      assert.equal((await lines.next()).value, 'up');
      child.stdin.write('rs\n');
      assert.equal((await lines.next()).value, 'up');
      // What the second start has logged waits for its batch.
      for (let i = 0; i < 100 && sink.requests.length === 0; i++) await setTimeout(50);
      const names = logRecordsOf(sink.asJson()).map(({ eventName }) => eventName);
      assert.deepEqual(names, ['app.started']);
    } finally {
      // It ends the app, too, which holds our pipe.
      child.kill('SIGINT');
      await once(child, 'close');
    }
  });
});

function jest(directory: string): string[] {
  return [...JEST, '--config', `${directory}/jest.config.json`];
}

function startNodemon(cwd: string, endpoint: string): ChildProcessByStdio<Writable, Readable, null> {
  const what = ['--quiet', '--watch', 'loaders', '--exec', 'node --import tsx', 'loaders/restarted.ts'];
  return spawn(process.execPath, ['node_modules/nodemon/bin/nodemon.js', ...what], {
    cwd,
    env: {
      PATH: `${path.dirname(process.execPath)}${path.delimiter}${process.env.PATH}`,
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
}
