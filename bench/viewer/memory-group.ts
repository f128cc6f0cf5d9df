import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = '/sys/fs/cgroup';

/** Linux's control group that holds a process, and its page cache, within some memory: beyond that it is killed. */
export class MemoryGroup {
  readonly #directory: string;

  private constructor(directory: string) {
    this.#directory = directory;
  }

  /** @returns undefined where none can be made: on another system, or for another user than root */
  static make(limitMib: number): MemoryGroup | undefined {
    const isFirstVersion = existsSync(`${ROOT}/memory/cgroup.procs`);
    const directory = path.join(ROOT, isFirstVersion ? 'memory' : '', `otel-events-bench-${process.pid}`);
    try {
      mkdirSync(directory);
      const group = new MemoryGroup(directory);
      const limit = isFirstVersion ? 'memory.limit_in_bytes' : 'memory.max';
      writeFileSync(path.join(directory, limit), String(limitMib * 2 ** 20));
      return group;
    } catch {
      return undefined;
    }
  }

  /** A command that runs another one inside, under the same number of a process. */
  command(program: string, args: readonly string[]): [string, string[]] {
    const script = `echo $$ > ${this.#directory}/cgroup.procs && exec "$0" "$@"`;
    return ['/bin/sh', ['-c', script, program, ...args]];
  }

  /** When nothing runs in it any more. */
  remove(): void {
    rmdirSync(this.#directory);
  }
}
