import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { ReadLog } from '../spool/read/read-log.ts';
import { subDirectoriesOf } from '../spool/read/read-spool.ts';
import { setImmediate } from '../time.ts';
import type { Log } from './log.ts';

/** A directory with a place for each component that keeps files there. */
export interface StorageUse {
  readonly root: string;
  /** The places of those that run. */
  readonly directories: readonly string[];
}

/** Requests that are counted in one go; between two of them others have their turn. */
const COUNTED_AT_ONCE = 1_000;

/**
 * Warns of requests in a storage whose exporter is there no more, under another name or without its storage: nobody else
 * would ever send them. Of what another process uses nothing is said.
 * @param told - directories of which it has been said
 */
export async function tellOrphans(uses: readonly StorageUse[], told: Set<string>, log: Log): Promise<void> {
  for (const { root, directories } of uses) {
    for (const directory of placesIn(root)) {
      if (directories.includes(directory) || told.has(directory)) continue;
      try {
        const count = await countLeft(directory);
        if (count === 0 || told.has(directory)) continue;
        told.add(directory);
        log('warn', 'requests are left of an exporter that is not there', {
          exporter: decodeURIComponent(path.basename(directory)),
          count,
          directory,
          fix: `give it its name and storage again, or send them: otel-events spool replay ${directory} --to URL --drain`,
        });
      } catch {
        // Somebody else's directory, or one that cannot be read: nothing of ours is known to be in it.
      }
    }
  }
}

function placesIn(root: string): string[] {
  if (!existsSync(root)) return [];
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => path.join(root, name));
}

async function countLeft(directory: string): Promise<number> {
  let left = 0;
  let seen = 0;
  for (const home of subDirectoriesOf(directory)) {
    if (home.state !== 'free' && home.state !== 'dead') continue;
    const log = new ReadLog(home);
    for (const record of log.read()) {
      if (log.pendingOf(record) !== 0) left++;
      if (++seen % COUNTED_AT_ONCE === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  }
  return left;
}
