import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { BENCH, installedPeer, pinnedPeers } from '../report/peer-versions.ts';

/** Brings the peers of a folder's `package.json` into its `node_modules`, unless exactly those are there. */
export function installPeers(cwd: string = BENCH): void {
  const missing = Object.entries(pinnedPeers(cwd)).filter(
    ([name, version]) => installedPeer(name, cwd) !== version,
  );
  if (missing.length === 0) return;
  const into = path.relative(path.dirname(BENCH), path.join(cwd, 'node_modules'));
  console.error(`installing into ${into}: ${missing.map((entry) => entry.join(' ')).join(', ')}`);
  // No peer needs a script of its own to work.
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd, stdio: 'inherit' });
}
