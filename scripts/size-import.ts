import { execFileSync } from 'node:child_process';
import { median } from '../bench/report/median.ts';

/** What a process has spent when a module is imported, the start of Node included. Medians, in milliseconds. */
export interface ImportTimes {
  /** User and system. */
  readonly cpuMs: number;
  /** From the start of the process. */
  readonly wallMs: number;
}

/** Of each kind; the median of few is what one disturbance makes of it. */
const RUNS = 21;

/** How many files Node loads for `import NAME`, those of dependencies included and Node's own not. */
export function modulesLoaded(directory: string, name: string): number {
  const count = `
    import { registerHooks } from 'node:module';
    let loaded = 0;
    registerHooks({ load: (url, context, next) => (loaded += url.startsWith('file:'), next(url, context)) });
    await import('${name}');
    console.log(loaded);
    process.exit();`;
  return Number(run(directory, count));
}

/**
 * Times imports in processes of their own. They take turns: what else the machine does meets all alike.
 * @param apps - by name, the directory in which the name is imported
 * @returns the times by name, and those of a process that imports nothing
 */
export function timeImports(apps: Readonly<Record<string, string>>): {
  readonly bare: ImportTimes;
  readonly imports: Readonly<Record<string, ImportTimes>>;
} {
  const programs = Object.entries(apps).map(([name, directory]) => ({
    name,
    directory,
    code: `await import('${name}');`,
    runs: [] as ImportTimes[],
  }));
  const bare = { name: '', directory: process.cwd(), code: '', runs: [] as ImportTimes[] };
  for (let round = 0; round < RUNS; round++) {
    for (const program of [bare, ...programs]) program.runs.push(timed(program.directory, program.code));
  }
  return {
    bare: medians(bare.runs),
    imports: Object.fromEntries(programs.map(({ name, runs }) => [name, medians(runs)])),
  };
}

function timed(directory: string, code: string): ImportTimes {
  const tell = `
    const wallMs = performance.now(), { user, system } = process.cpuUsage();
    console.log(JSON.stringify({ cpuMs: (user + system) / 1000, wallMs }));
    process.exit();`;
  return JSON.parse(run(directory, code + tell)) as ImportTimes;
}

function run(directory: string, code: string): string {
  return execFileSync(process.execPath, ['--input-type=module', '--eval', code], {
    cwd: directory,
    encoding: 'utf8',
    env: { PATH: process.env.PATH },
  });
}

function medians(runs: readonly ImportTimes[]): ImportTimes {
  return { cpuMs: median(runs.map(({ cpuMs }) => cpuMs)), wallMs: median(runs.map(({ wallMs }) => wallMs)) };
}
