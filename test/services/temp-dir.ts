import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';

/** A directory of a test's own, gone after it. */
export async function tempDir(t: TestContext): Promise<string> {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'otel-events-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  return dir;
}
