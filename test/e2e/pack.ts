// The set-up of `npm run test:e2e`: packs once, for all test files.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { npm } from './run.ts';

const root = path.join(import.meta.dirname, '..', '..');

/** Where test processes find the tarball. */
const TARBALL = 'OTEL_EVENTS_TARBALL';

/** Builds and packs the package. */
export async function globalSetup(): Promise<void> {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'otel-events-pack-'));
  const { code, stdout, stderr } = await npm(root, ['pack', '--pack-destination', dir]);
  const file = readdirSync(dir).find((name) => name.endsWith('.tgz'));
  if (code !== 0 || file === undefined) throw new Error(`npm pack ended with ${code}\n${stdout}\n${stderr}`);
  process.env[TARBALL] = path.join(dir, file);
}

export function globalTeardown(): void {
  rmSync(path.dirname(tarball()), { recursive: true, force: true });
}

/** The packed package. */
export function tarball(): string {
  const file = process.env[TARBALL];
  if (file !== undefined) return file;
  throw new Error(
    'nothing is packed: run npm run test:e2e, or node with --test-global-setup=test/e2e/pack.ts',
  );
}
