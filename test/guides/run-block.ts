import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

const root = path.join(import.meta.dirname, '..', '..');
const run = promisify(execFile);
const TIMEOUT_MS = 60_000;
let count = 0;

/**
 * Runs a block as an app of its own, in the working directory `cwd`. It lies in the project for as long as it
 * runs, so that `otel-events` is the built package by its exports, and the originals are those in node_modules.
 * @returns what it wrote to standard output
 * @throws if it fails, or writes to standard error
 */
export async function runJs(code: string, cwd: string): Promise<string> {
  const file = path.join(root, `guide-${process.pid}-${count++}.tmp.mjs`);
  writeFileSync(file, code);
  try {
    const { stdout, stderr } = await runProgram(process.execPath, [file], cwd);
    assert.equal(stderr, '');
    return stdout;
  } finally {
    rmSync(file);
  }
}

/** The same with an interpreter of Python; the originals write to standard error even when all is well. */
export async function runPython(python: string, code: string, cwd: string): Promise<string> {
  return (await runProgram(python, ['-c', code], cwd)).stdout;
}

/** @throws unless it ends with 0 */
function runProgram(program: string, args: readonly string[], cwd: string) {
  const env = { PATH: process.env.PATH, PYTHONDONTWRITEBYTECODE: '1' };
  return run(program, args, { cwd, env, timeout: TIMEOUT_MS });
}
