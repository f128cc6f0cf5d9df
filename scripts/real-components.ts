/**
 * `node scripts/real-components.ts CLONE`: writes `src/collector/config/real-components.ts`, the components that the OpenTelemetry
 * Collector (contrib) has or once had, from the manifests of its releases. CLONE is a git clone, with tags, of
 * https://github.com/open-telemetry/opentelemetry-collector-releases.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';

const SECTIONS = ['receivers', 'processors', 'exporters', 'connectors', 'extensions'] as const;
type Section = (typeof SECTIONS)[number];

/** A component is called as its module, without the kind and but for `_`; these are not. */
const NAMES: Readonly<Record<string, string>> = {
  asapauth: 'asapclient',
  awscontainerinsight: 'awscontainerinsightreceiver',
  ballast: 'memoryballast',
  jaegerthrifthttp: 'jaegerthrift',
  oauth2clientauth: 'oauth2client',
  oidcauth: 'oidc',
  podman: 'podmanstats',
  simpleprometheus: 'prometheussimple',
};
/** Folders that are no component: they hold several. */
const NO_NAMES = ['collector', 'storage'];

const root = path.join(import.meta.dirname, '..');
const [clone] = process.argv.slice(2);
if (clone === undefined) throw new Error('usage: node scripts/real-components.ts CLONE');
const manifest = parse(readFileSync(path.join(root, 'collector/distribution/builder-config.yaml'), 'utf8'));
const newest = Number(/^0\.(\d+)\./.exec((manifest as { dist: { version: string } }).dist.version)?.[1]);

/** The last release with a component, by `section/name`. */
const last = new Map<string, number>();
for (const minor of releases()) for (const id of componentsOf(minor)) last.set(id, minor);
write();

/** The minor numbers of the releases up to the one that the tests run, oldest first. */
function releases(): number[] {
  return git('tag')
    .split('\n')
    .flatMap((tag) => /^v0\.(\d+)\.0$/.exec(tag)?.[1] ?? [])
    .map(Number)
    .filter((minor) => minor <= newest)
    .sort((left, right) => left - right);
}

function componentsOf(minor: number): string[] {
  const text = git('show', `v0.${minor}.0:distributions/otelcol-contrib/manifest.yaml`);
  const read = parse(text) as Partial<Record<Section, { gomod: string }[]>>;
  return SECTIONS.flatMap((section) =>
    (read[section] ?? []).flatMap(({ gomod }) => {
      const folder = path.posix.basename(gomod.split(' ')[0] ?? '');
      const bare = folder.replace(/(receiver|processor|exporter|connector|extension)$/, '');
      return NO_NAMES.includes(bare) ? [] : `${section}/${NAMES[bare] ?? bare}`;
    }),
  );
}

function git(...args: readonly string[]): string {
  const stdio = ['ignore', 'pipe', 'ignore'] as const;
  try {
    return execFileSync('git', args, { cwd: clone, encoding: 'utf8', stdio: [...stdio] });
  } catch (error) {
    // Releases before the first manifest, and those that were withdrawn.
    if (args[0] === 'show') return '{}';
    throw error;
  }
}

function write(): void {
  const ids = [...last].sort(([left], [right]) => (left < right ? -1 : 1));
  const has = ids.filter(([, minor]) => minor === newest);
  const ended = ids.filter(([, minor]) => minor !== newest);
  writeFileSync(
    path.join(root, 'src/collector/config/real-components.ts'),
    `// Made by scripts/real-components.ts from the manifests of the OpenTelemetry Collector's releases. Do not edit.

/** The components of the OpenTelemetry Collector 0.${newest} (contrib), their names without \`_\`. */
export const REAL_COMPONENTS = ${bySection(has, (name) => name)};

/** What it once had, and the last release with it. */
export const ENDED_COMPONENTS = ${bySection(ended, (name, minor) => `${name}:0.${minor}`)};
`,
  );
}

function bySection(ids: readonly [string, number][], show: (name: string, minor: number) => string): string {
  const lines = SECTIONS.map((section) => {
    const mine = ids.filter(([id]) => id.startsWith(`${section}/`));
    const words = mine.map(([id, minor]) => show(id.slice(section.length + 1), minor));
    return `  ${section}: \`${wrap(words)}\`,`;
  });
  return `{\n${lines.join('\n')}\n} as const`;
}

function wrap(words: readonly string[]): string {
  const lines = [''];
  for (const word of words) {
    const line = lines.at(-1) ?? '';
    if (line.length + word.length > 100) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.join('\n    ');
}
