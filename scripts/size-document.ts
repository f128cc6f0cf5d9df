import { markdownTable } from '../bench/report/markdown-table.ts';
import type { ImportTimes } from './size-import.ts';

/** What an app has of a package that it installs and imports. */
export interface InstalledSize {
  /** With its version, but for our own. */
  readonly name: string;
  readonly packages: number;
  readonly installBytes: number;
  readonly modules: number;
}

/** Figures that change only when the package or its dependencies do. */
export interface Sizes {
  readonly packedBytes: number;
  readonly unpackedBytes: number;
  readonly own: InstalledSize;
}

/** Everything that is in docs/size.md. */
export interface SizeFigures extends Sizes {
  readonly peers: readonly InstalledSize[];
  readonly times: {
    /** YYYY-MM-DD. */
    readonly date: string;
    readonly node: string;
    readonly cpu: string;
    /** Of the last minute, before the runs: what else kept the machine busy. */
    readonly load: number;
    readonly bare: ImportTimes;
    /** By the names of `own` and `peers`. */
    readonly imports: Readonly<Record<string, ImportTimes>>;
  };
}

const MARKS = ['<!-- figures ', ' -->'] as const;

/** docs/size.md, with the figures inside for {@link readFigures}. */
export function sizeDocument(figures: SizeFigures): string {
  const { packedBytes, unpackedBytes, own, peers, times } = figures;
  return `# Size

Written by \`npm run docs:size\`. \`npm run check:package\` measures the sizes and counts again and fails when they are not those
here: the number of packages exactly, what is on disk within 10 % (others release too), the rest within 2 %. Times are for
orientation; nothing checks them.

The package is ${megabytes(packedBytes)} to download and ${megabytes(unpackedBytes)} unpacked. What an app gets that installs it, and nothing
else, with npm:

${markdownTable([own, ...peers].map(installRow))}

What \`import\` costs, in a process of its own, beside one that imports nothing (${ms(times.bare.cpuMs)} of CPU, ${ms(times.bare.wallMs)}
from start to end). Medians of ${RUNS_TEXT}, on ${times.date}, Node ${times.node}, ${times.cpu}, load ${times.load}
before the runs:

${markdownTable([own, ...peers].map(({ name }) => timeRow(name, times.imports[name], times.bare)))}

The SDK inside the package, the spool, exporters, schemas and the collector are loaded when they are first used.

${MARKS[0]}${JSON.stringify(figures)}${MARKS[1]}
`;
}

const RUNS_TEXT = '21 runs that take turns';

/**
 * The figures that a document was written from.
 * @throws Error if there are none, or if the text around them is not what they make: it was changed by hand
 */
export function readFigures(document: string): SizeFigures {
  const from = document.indexOf(MARKS[0]);
  const to = document.indexOf(MARKS[1], from);
  if (from === -1 || to === -1) throw new Error('docs/size.md has no figures in it');
  const figures = JSON.parse(document.slice(from + MARKS[0].length, to)) as SizeFigures;
  if (sizeDocument(figures) !== document) throw new Error('docs/size.md was changed by hand');
  return figures;
}

/** What differs by more than a change of nothing explains, a sentence each. */
export function staleSizes(written: Sizes, present: Sizes): string[] {
  const rows: readonly (readonly [what: string, before: number, now: number, tolerance: number])[] = [
    ['bytes to download', written.packedBytes, present.packedBytes, TOLERANCE],
    ['bytes unpacked', written.unpackedBytes, present.unpackedBytes, TOLERANCE],
    ['packages in an app', written.own.packages, present.own.packages, 0],
    ['bytes in an app', written.own.installBytes, present.own.installBytes, OF_OTHERS],
    ['modules loaded by import', written.own.modules, present.own.modules, TOLERANCE],
  ];
  return rows
    .filter(([, before, now, tolerance]) => Math.abs(now - before) > before * tolerance)
    .map(([what, before, now]) => `${what}: docs/size.md says ${grouped(before)}, it is ${grouped(now)}`);
}

const TOLERANCE = 0.02;

/** Releases of what we depend on come by themselves. */
const OF_OTHERS = 0.1;

function installRow({ name, packages, installBytes, modules }: InstalledSize): Record<string, string> {
  return {
    'an app with': name,
    packages: grouped(packages),
    'on disk': megabytes(installBytes),
    'modules loaded by import': grouped(modules),
  };
}

function timeRow(name: string, times: ImportTimes | undefined, bare: ImportTimes): Record<string, string> {
  if (times === undefined) throw new Error(`the import of ${name} was not timed`);
  return {
    import: name,
    CPU: ms(times.cpuMs - bare.cpuMs),
    'x bare Node': (times.cpuMs / bare.cpuMs).toFixed(2),
    wall: ms(times.wallMs - bare.wallMs),
    'x bare Node, wall': (times.wallMs / bare.wallMs).toFixed(2),
  };
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(2)} MB`;
}

function ms(value: number): string {
  return `${value.toFixed(1)} ms`;
}

function grouped(value: number): string {
  return value.toLocaleString('en');
}
