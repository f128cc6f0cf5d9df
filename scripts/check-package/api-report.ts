// `npm run api:accept`: writes etc/otel-events.api.md, the public types as text, for review.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { entryPoints } from './entry-points.ts';
import { installTools } from './install-tools.ts';
import { type PackedPackage, packPackage } from './pack-package.ts';
import { runTool } from './run-tool.ts';

/** The report that was accepted. */
export const API_REPORT_FILE = path.join(import.meta.dirname, '..', '..', 'etc', 'otel-events.api.md');

const HEAD = `# Public types

What apps can import, without comments, made by API Extractor from the declarations in the package. A namespace stands for
each entry point; what it lists is declared once. A declaration that no namespace lists cannot be imported, only reached
through others. \`npm run check:package\` fails when this is not what the package has; \`npm run api:accept\` writes it.
`;

/**
 * The report of a package.
 * @throws Error with the words of API Extractor, for example that a type cannot be resolved
 */
export function apiReport({ directory, workDirectory }: PackedPackage): string {
  const home = path.join(workDirectory, 'api');
  mkdirSync(path.join(home, 'report'), { recursive: true });
  cpSync(directory, path.join(home, 'package'), { recursive: true });
  hideInternals(path.join(home, 'package'));
  writeFileSync(path.join(home, 'api.d.ts'), namespaces(directory));
  writeFileSync(path.join(home, 'tsconfig.json'), JSON.stringify(TSCONFIG));
  writeFileSync(path.join(home, 'package.json'), JSON.stringify({ name: 'otel-events', type: 'module' }));
  writeFileSync(path.join(home, 'api-extractor.json'), JSON.stringify(CONFIG));
  const { isFine, output } = runTool('api-extractor', [
    'run',
    '--local',
    '--config',
    path.join(home, 'api-extractor.json'),
  ]);
  if (!isFine) throw new Error(output);
  const [, code = ''] = /```ts\n(.*)```/s.exec(readFileSync(path.join(home, 'report', REPORT), 'utf8')) ?? [];
  if (code === '') throw new Error(`API Extractor reported nothing\n${output}`);
  // Whether something is documented is TypeDoc's to say, and everything is public.
  const lines = code
    .split('\n')
    .filter((line) => !/^\s*\/\/ (@public|\(undocumented\)|\(No @packageDocumentation)/.test(line));
  return `${HEAD}\n\`\`\`ts\n${lines.join('\n').trim()}\n\`\`\`\n`;
}

/** What a change has done to the report, as a unified diff; empty: nothing. */
export function apiDiff(report: string, workDirectory: string): string {
  const present = path.join(workDirectory, 'present.api.md');
  writeFileSync(present, report);
  const args = [
    'diff',
    '--no-index',
    '--no-color',
    '--no-prefix',
    '--unified=3',
    '--',
    API_REPORT_FILE,
    present,
  ];
  const { status, stdout, stderr } = spawnSync('git', args, { encoding: 'utf8' });
  if (status !== 0 && status !== 1) throw new Error(`git diff ended with ${status}\n${stderr}`);
  // Without the lines that name files of this machine.
  return stdout.replace(/^diff .*?(?=^@@)/ms, '');
}

const REPORT = 'otel-events.api.md';

const TSCONFIG = {
  compilerOptions: {
    target: 'es2024',
    lib: ['es2024', 'esnext.disposable'],
    module: 'nodenext',
    types: ['node'],
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: true,
  },
  files: ['api.d.ts'],
};

const SILENT = { logLevel: 'none', addToApiReportFile: false };

const CONFIG = {
  projectFolder: '.',
  mainEntryPointFilePath: '<projectFolder>/api.d.ts',
  compiler: { tsconfigFilePath: '<projectFolder>/tsconfig.json' },
  apiReport: {
    enabled: true,
    reportFileName: REPORT,
    reportFolder: '<projectFolder>/report',
    reportTempFolder: '<projectFolder>/new',
    includeForgottenExports: true,
  },
  docModel: { enabled: false },
  dtsRollup: { enabled: false },
  tsdocMetadata: { enabled: false },
  newlineKind: 'lf',
  messages: {
    compilerMessageReporting: { default: { logLevel: 'error' } },
    // Documentation is TypeDoc's to check; the report says in its head what is not exported.
    extractorMessageReporting: {
      default: SILENT,
      'ae-forgotten-export': SILENT,
      'ae-incompatible-release-tags': SILENT,
    },
    tsdocMessageReporting: { default: SILENT },
  },
};

/** One module that has every entry point: so each type is in the report once, however many export it. */
function namespaces(directory: string): string {
  const lines = entryPoints(directory).flatMap(({ subpath, types }) => {
    // Imported for what it does: it exports nothing.
    if (subpath === './register') return [];
    const name = subpath === '.' ? 'otel_events' : subpath.slice(2).replaceAll(/\W/g, '_');
    const module = types.replace(/\.d\.ts$/, '.js');
    return [`import * as ${name} from './package/${module}';`, `export { ${name} };`];
  });
  return `${lines.join('\n')}\n`;
}

/** A constructor that is marked as internal would bring half of the library's own types into the report. */
function hideInternals(directory: string): void {
  for (const name of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.d.ts')) continue;
    const file = path.join(directory, name);
    const text = readFileSync(file, 'utf8');
    const shown = text.replace(
      /\/\*\*(?:(?!\*\/).)*?@internal(?:(?!\*\/).)*\*\/\s*constructor\([^;]*;/gs,
      '',
    );
    if (shown !== text) writeFileSync(file, shown);
  }
}

if (import.meta.main) {
  installTools();
  using packed = packPackage();
  mkdirSync(path.dirname(API_REPORT_FILE), { recursive: true });
  writeFileSync(API_REPORT_FILE, apiReport(packed));
  console.log('etc/otel-events.api.md is what the package has now: review it with git diff');
}
