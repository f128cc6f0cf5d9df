// `npm run check:package`: looks at the package as npm would publish it. Fails unless every check is fine.

import { staleFigures } from '../size-figures.ts';
import { apiReference } from './api-reference.ts';
import { apiDiff, apiReport } from './api-report.ts';
import { installTools } from './install-tools.ts';
import { type PackedPackage, packPackage } from './pack-package.ts';
import { runTool, type ToolRun } from './run-tool.ts';

interface Check {
  readonly what: string;
  readonly run: (packed: PackedPackage) => ToolRun;
}

const CHECKS: readonly Check[] = [
  {
    what: 'publint: package.json fits the files',
    run: ({ tarball }) => runTool('publint', ['run', tarball, '--strict']),
  },
  { what: 'are the types wrong: every way to import finds its types', run: areTheTypesWrong },
  { what: 'TypeDoc: every export is documented', run: () => apiReference() },
  { what: 'API report: the public types are those that were reviewed', run: checkApiReport },
  { what: 'docs/size.md: the sizes are those of this package', run: checkSize },
];

if (import.meta.main) {
  installTools();
  using packed = packPackage();
  const failed = CHECKS.filter((check) => !isFine(check, packed));
  console.log(`${CHECKS.length - failed.length} of ${CHECKS.length} checks of the package are fine`);
  if (failed.length > 0) process.exitCode = 1;
}

function isFine({ what, run }: Check, packed: PackedPackage): boolean {
  const start = performance.now();
  const { isFine, output } = attempt(() => run(packed));
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${isFine ? 'ok    ' : 'FAILED'} ${what} (${seconds} s)`);
  if (!isFine) console.log(`${output}\n`);
  return isFine;
}

/** A check that breaks has failed, and the others still have something to say. */
function attempt(run: () => ToolRun): ToolRun {
  try {
    return run();
  } catch (error) {
    return { isFine: false, output: error instanceof Error ? error.message : String(error) };
  }
}

function areTheTypesWrong({ tarball }: PackedPackage): ToolRun {
  return runTool('attw', [tarball, ...['--format', 'ascii', '--no-emoji']]);
}

function checkApiReport(packed: PackedPackage): ToolRun {
  const diff = apiDiff(apiReport(packed), packed.workDirectory);
  const advice =
    'If this change of the public types is meant: npm run api:accept, and commit etc/otel-events.api.md.';
  return { isFine: diff === '', output: `${diff}\n${advice}` };
}

function checkSize(packed: PackedPackage): ToolRun {
  const stale = staleFigures(packed);
  return { isFine: stale.length === 0, output: [...stale, 'npm run docs:size writes it anew.'].join('\n') };
}
