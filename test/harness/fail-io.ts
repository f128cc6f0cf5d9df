import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { type NodeRun, runNode } from './run-node.ts';
import { tempDir } from './temp-dir.ts';

/** Runs TypeScript whose file I/O below a directory can be made to fail. */
export interface FailingIo {
  /** Below it things fail: an absolute path without links. */
  readonly directory: string;
  /**
   * Runs `code` in a process of its own. It has `directory`; `fail(...rules)`, with rules as fail-io.c has them
   * (no rule: nothing fails any more); and `failures()`, how often something has failed so far.
   */
  readonly run: (code: string) => Promise<NodeRun>;
}

const SOURCE = path.join(import.meta.dirname, 'fail-io.c');

let shim: string | undefined;

/** The library that makes calls fail; compiled once a process. */
export function failIoLibrary(): string {
  if (process.platform !== 'linux') throw new Error('no LD_PRELOAD');
  if (shim === undefined) {
    const directory = mkdtempSync(path.join(tmpdir(), 'otel-events-shim-'));
    process.on('exit', () => rmSync(directory, { recursive: true }));
    const file = path.join(directory, 'fail-io.so');
    const options = ['-shared', '-fPIC', '-O1', '-Wall', '-Werror', '-o', file, SOURCE, '-ldl', '-lpthread'];
    execFileSync('cc', options, { stdio: 'pipe' });
    shim = file;
  }
  return shim;
}

/** Tells and skips where there is no C compiler, or no way to replace the functions of a C library. */
export function failingIo(t: TestContext): FailingIo | undefined {
  const base = realpathSync(tempDir(t));
  let library: string;
  try {
    library = failIoLibrary();
  } catch (error) {
    if (process.env.CI === 'true') throw error;
    t.skip('file I/O cannot be made to fail here: that takes Linux and a C compiler, cc');
    return undefined;
  }
  const directory = path.join(base, 'spool');
  mkdirSync(directory);
  const rules = path.join(base, 'rules');
  const env = { LD_PRELOAD: library, FAIL_IO_DIR: directory, FAIL_IO_RULES: rules };
  const prelude = `
    import { statSync as statOf, writeFileSync as setRules } from 'node:fs';
    const directory = ${JSON.stringify(directory)};
    const fail = (...rules: string[]): void => setRules(${JSON.stringify(rules)}, rules.join('\\n'));
    const failures = (): number => statOf(${JSON.stringify(`${rules}.count`)}, { throwIfNoEntry: false })?.size ?? 0;
  `;
  return { directory, run: (code) => runNode(prelude + code, { env }) };
}
