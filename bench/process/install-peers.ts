import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { installedPeer, pinnedPeers } from '../report/peer-versions.ts';

/** Brings the peers of `bench/package.json` into `bench/node_modules`, unless exactly those are there. */
export function installPeers(): void {
  const missing = Object.entries(pinnedPeers()).filter(([name, version]) => installedPeer(name) !== version);
  if (missing.length === 0) return;
  console.error(`installing into bench/node_modules: ${missing.map((entry) => entry.join(' ')).join(', ')}`);
  const cwd = path.join(import.meta.dirname, '..');
  // No peer needs a script of its own to work.
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd, stdio: 'inherit' });
}
