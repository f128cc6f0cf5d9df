import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { npm } from './npm.ts';

const root = path.join(import.meta.dirname, '..', '..');

/** Where test processes find the tarball. */
export const TARBALL = 'OTEL_EVENTS_TARBALL';

/** Builds and packs the package, into a directory of its own. */
export async function pack(): Promise<string> {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'otel-events-pack-'));
  const { code, stdout, stderr } = await npm(root, ['pack', '--pack-destination', dir]);
  const file = readdirSync(dir).find((name) => name.endsWith('.tgz'));
  if (code === 0 && file !== undefined) return path.join(dir, file);
  rmSync(dir, { recursive: true, force: true });
  throw new Error(`npm pack ended with ${code}\n${stdout}\n${stderr}`);
}

/** The packed package. */
export function tarball(): string {
  const file = process.env[TARBALL];
  if (file !== undefined) return file;
  throw new Error(
    'nothing is packed: run npm run test:dropin, or node with --test-global-setup=test/e2e/set-up.ts',
  );
}
