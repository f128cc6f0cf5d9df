import { execFileSync } from 'node:child_process';
import { statfsSync } from 'node:fs';
import os from 'node:os';
import { installedPeer, pinnedPeers } from './peer-versions.ts';

/** On what and with what a run was made. */
export interface About {
  readonly date: string;
  readonly machine: {
    readonly cpu: string;
    readonly cores: number;
    readonly memoryGiB: number;
    readonly system: string;
    /** Of the directory for temporary files, in which spools and log files lie. */
    readonly fileSystem: string;
    /** Of the last minute, before the run: what else kept the machine busy. */
    readonly load: number;
  };
  readonly node: string;
  /** Commit of this project; with `+` if files were changed since. */
  readonly commit: string;
  readonly versions: Readonly<Record<string, string>>;
}

/** A core, before the run. Above it others take turns with us, which does not hit all contenders alike. */
const MOST_LOAD = 0.25;

/** Magic numbers of `statfs(2)`; on a file system in memory an fsync costs nothing. */
const FILE_SYSTEMS: Readonly<Record<number, string>> = {
  61267: 'ext4',
  1481003842: 'xfs',
  2435016766: 'btrfs',
  2035054128: 'overlayfs',
  16914836: 'tmpfs',
};

export function about(): About {
  const { type } = statfsSync(os.tmpdir());
  return {
    date: new Date().toISOString(),
    machine: {
      cpu: os.cpus()[0]?.model ?? 'unknown',
      cores: os.cpus().length,
      memoryGiB: Math.round(os.totalmem() / 1024 ** 3),
      system: `${os.type()} ${os.release()}`,
      fileSystem: FILE_SYSTEMS[type] ?? `type ${type}`,
      load: Math.round((os.loadavg()[0] as number) * 100) / 100,
    },
    node: process.version,
    commit: commit(),
    versions: versions(),
  };
}

/** The sentence above tables. */
export function aboutText({ date, machine, node, commit, versions }: About): string {
  const { cpu, cores, memoryGiB, system, fileSystem, load } = machine;
  const peers = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return (
    `${date.slice(0, 10)}, commit ${commit}, Node ${node}, ${cpu}, ${cores} cores, ${memoryGiB} GiB, ${system}, ` +
    `${fileSystem}, load ${load} before the run. ${peers.join(', ')}.` +
    (load > cores * MOST_LOAD ? ' **Others kept the machine busy: do not rely on these figures.**' : '')
  );
}

function versions(): Record<string, string> {
  return Object.fromEntries(
    Object.keys(pinnedPeers()).map((name) => [name, installedPeer(name) ?? 'not installed']),
  );
}

function commit(): string {
  try {
    const git = (...args: string[]): string =>
      execFileSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8' }).trim();
    return (
      git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain', '../../src') === '' ? '' : '+')
    );
  } catch {
    // Not a clone: the figures are no worse for it.
    return 'unknown';
  }
}
