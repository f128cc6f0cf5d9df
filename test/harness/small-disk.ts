import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';

/** A file system of `size` that the test can fill; tells and skips where this user may not mount one. */
export function smallDisk(t: TestContext, size: string): string | undefined {
  const directory = mkdtempSync(path.join(tmpdir(), 'otel-events-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', directory], { stdio: 'pipe' });
  } catch (error) {
    rmSync(directory, { recursive: true });
    if (process.env.CI === 'true') throw error;
    t.skip('this user may not mount a tmpfs');
    return undefined;
  }
  t.after(() => {
    // What a failed test has left open must not keep the others from ending.
    execFileSync('umount', ['-l', directory]);
    rmSync(directory, { recursive: true });
  });
  return directory;
}
