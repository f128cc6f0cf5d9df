import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import type { BatchExporter } from '../../src/exporters/batch-exporter.ts';
import { openOtlpFile } from '../../src/exporters/otlp-file.ts';
import type { OtelEventsError } from '../../src/index.ts';
import { batchOf, namesIn } from '../collector/samples.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { namesWritten, type Written } from './messages-in.ts';

/** A tiny file system of its own; skipped, loudly, where mounting is not allowed. */
function tinyDisk(t: TestContext): string | undefined {
  const dir = mkdtempSync(path.join(tmpdir(), 'otel-events-disk-'));
  // Hooks run in the order in which they are added: first the mount goes, then the directory.
  const remove = () => rmdirSync(dir);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', dir], { stdio: 'pipe' });
  } catch (error) {
    assert.notEqual(process.env.CI, 'true', `in CI this test must run, and mount failed: ${error}`);
    remove();
    t.skip(`NOT TESTED: a full disk; mounting needs root: ${(error as Error).message.split('\n')[0]}`);
    return undefined;
  }
  t.after(() => execFileSync('umount', ['-l', dir]));
  t.after(remove);
  return dir;
}

/** Exports until it fails. @returns the names that were taken, and the error */
async function fill(exporter: BatchExporter, parallel: number): Promise<{ taken: string[]; error: unknown }> {
  const taken: string[] = [];
  for (let round = 0; ; round++) {
    const names = Array.from({ length: parallel }, (_, index) => `${round}.${index}`);
    const results = await Promise.allSettled(names.map((name) => exporter.consume(batchOf(name))));
    const failed = results.find((result) => result.status === 'rejected');
    taken.push(...names.filter((_, index) => results[index]?.status === 'fulfilled'));
    if (failed !== undefined) return { taken, error: failed.reason };
  }
}

const WAYS: readonly (Written & { readonly parallel: number })[] = [
  { parallel: 1 },
  { parallel: 20 },
  { parallel: 1, format: 'proto' },
  { parallel: 20, format: 'proto' },
  { parallel: 20, format: 'json', compression: 'zstd' },
];

for (const { parallel, ...written } of WAYS) {
  const { format = 'json', compression } = written;
  const as = compression === undefined ? format : `${format} in ${compression}`;
  test(`a full disk leaves whole ones, exactly those that were taken: ${as}, ${parallel} at a time`, async (t) => {
    const dir = tinyDisk(t);
    if (dir === undefined) return;
    const file = path.join(dir, 'events.jsonl');
    writeFileSync(path.join(dir, 'filler'), Buffer.alloc(20_000));
    const exporter = await openOtlpFile({ path: file, ...written });
    t.after(() => exporter.close(0));

    const { taken, error } = await fill(exporter, parallel);
    const { code, retry } = error as OtelEventsError;
    assert.deepEqual([code, retry], ['EXPORT_FAILED', {}]);
    assert.match((error as Error).message, /could not write .*events\.jsonl: ENOSPC/);
    assert.deepEqual(namesWritten(file, written), taken);
    if (as === 'json') assert.equal(readFileSync(file).at(-1), '\n'.charCodeAt(0));

    rmSync(path.join(dir, 'filler'));
    await exporter.consume(batchOf('room again'));
    assert.deepEqual(namesWritten(file, written), [...taken, 'room again']);
  });
}

test('a write that stops half-way is undone, without a mount', (t) => {
  const file = path.join(tempDir(t), 'events.jsonl');
  const script = path.join(import.meta.dirname, 'fill-file.ts');
  // The shell's unit is 512 or 1,024 bytes; the system then cuts the write that crosses it.
  const child = spawnSync('sh', ['-c', 'ulimit -f 4; exec "$@"', 'sh', process.execPath, script, file], {
    encoding: 'utf8',
  });
  assert.equal(child.status, 0, child.stderr);
  const { taken, message } = JSON.parse(child.stdout) as { taken: string[]; message: string };
  assert.match(message, /could not write .*: EFBIG/);
  assert.ok(taken.length > 5);
  assert.deepEqual(namesIn(readFileSync(file, 'utf8')), taken);
});
