// `npm run release -- 0.2.0`: prints what a release would do, and what stands against it; with `--yes` does it.
// It ends with a tag. Publishing is .github/workflows/release.yml's, which starts when the tag is pushed.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type Repository, webAddress } from './packed-files.ts';

const USAGE = 'npm run release -- VERSION [--yes]';

/** What a release depends on. */
export interface ReleaseState {
  /** The version that is wanted. */
  readonly version: string;
  readonly manifest: {
    readonly version: string;
    readonly repository?: Repository;
    readonly homepage?: string;
    readonly bugs?: unknown;
  };
  readonly changelog: string;
  /** Names of git's tags. */
  readonly tags: readonly string[];
  /** What `git status --porcelain` prints. */
  readonly changes: string;
}

/** What stands against a release, a sentence each; empty: nothing. */
export function releaseProblems({ version, manifest, changelog, tags, changes }: ReleaseState): string[] {
  const problems: string[] = [];
  if (!VERSION.test(version)) problems.push(`"${version}" is not a version such as 1.2.3 or 1.2.3-rc.1`);
  else if (isBefore(version, manifest.version)) {
    problems.push(`${version} is before ${manifest.version}, the version in package.json`);
  }
  if (tags.includes(`v${version}`)) problems.push(`the tag v${version} is there already`);
  if (changes !== '') problems.push(`the working tree is not clean:\n${changes.trimEnd()}`);
  if (unreleased(changelog) === '') problems.push('CHANGELOG.md has nothing under "## Unreleased"');
  if (hasSection(changelog, version)) problems.push(`CHANGELOG.md has a section of ${version} already`);
  if (manifest.repository === undefined) {
    problems.push(
      'package.json has no "repository": provenance proves where a package was built by it, and npm refuses to publish ' +
        'without. Add { "type": "git", "url": "git+https://github.com/OWNER/NAME.git" } of the repository whose workflow publishes',
    );
  } else if (webAddress(manifest.repository) === undefined) {
    problems.push(
      'package.json: the links of the packed README are made of "repository", which has no address to browse',
    );
  }
  for (const key of ['homepage', 'bugs'] as const) {
    if (manifest[key] === undefined) {
      problems.push(`package.json has no "${key}": who finds the package on npm finds no ${FINDS[key]}`);
    }
  }
  return problems;
}

/**
 * The changelog with what is under "Unreleased" moved under the version.
 * @param date - YYYY-MM-DD
 * @throws Error if there is nothing to move
 */
export function releasedChangelog(changelog: string, version: string, date: string): string {
  if (unreleased(changelog) === '') throw new Error('CHANGELOG.md has nothing under "## Unreleased"');
  return changelog.replace(UNRELEASED, `## Unreleased\n\n## ${version} - ${date}\n`);
}

const FINDS = { homepage: 'documentation', bugs: 'place to report a fault' } as const;
const VERSION = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?$/;
const UNRELEASED = /^## Unreleased\n/m;

function unreleased(changelog: string): string {
  const start = changelog.search(UNRELEASED);
  if (start === -1) return '';
  const [, section = ''] = changelog.slice(start).split(/^## .*$/m, 2);
  return section.trim();
}

function hasSection(changelog: string, version: string): boolean {
  return changelog.split('\n').some((line) => line === `## ${version}` || line.startsWith(`## ${version} `));
}

/** By the three numbers. A pre-release counts as its release: the same numbers may be released step by step. */
function isBefore(version: string, other: string): boolean {
  const [a, b] = [version, other].map((text) => text.split('-', 1).join('').split('.').map(Number));
  const at = [0, 1, 2].find((index) => a?.[index] !== b?.[index]);
  return at !== undefined && (a?.[at] ?? 0) < (b?.[at] ?? 0);
}

if (import.meta.main) {
  const root = path.join(import.meta.dirname, '..');
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { yes: { type: 'boolean' } },
  });
  const [version] = positionals;
  if (version === undefined || positionals.length > 1) {
    console.error(USAGE);
    process.exit(2);
  }
  release(root, version, values.yes === true);
}

function release(root: string, version: string, isMeant: boolean): void {
  const problems = releaseProblems(stateOf(root, version));
  const date = new Date().toISOString().slice(0, 10);
  const steps: readonly (readonly [what: string, run: () => void])[] = [
    ['npm run check:package', () => show(root, 'npm', 'run', 'check:package')],
    ['npm run audit', () => show(root, 'npm', 'run', 'audit')],
    [
      `CHANGELOG.md: what is unreleased becomes ${version} - ${date}`,
      () => moveChangelog(root, version, date),
    ],
    [
      `package.json and package-lock.json: version ${version}`,
      () => show(root, 'npm', 'version', version, '--no-git-tag-version', '--allow-same-version'),
    ],
    [
      `commit "Release ${version}"`,
      () => show(root, 'git', 'commit', '--all', '--message', `Release ${version}`),
    ],
    [`tag v${version}`, () => show(root, 'git', 'tag', '--annotate', `v${version}`, '--message', version)],
  ];
  if (isMeant && problems.length === 0) {
    for (const [what, run] of steps) {
      console.log(what);
      run();
    }
    console.log('Released here. When it is pushed, the workflow publishes it: git push --follow-tags');
    return;
  }
  console.log(`A release of ${version}, step by step:`);
  for (const [index, [what]] of steps.entries()) console.log(`  ${index + 1}. ${what}`);
  for (const problem of problems) console.error(`Against it: ${problem}`);
  console.log(isMeant || problems.length > 0 ? 'Nothing was done.' : 'Nothing was done; --yes does it.');
  if (problems.length > 0) process.exitCode = 1;
}

function stateOf(root: string, version: string): ReleaseState {
  const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
  const git = (...args: string[]): string => execFileSync('git', args, { cwd: root, encoding: 'utf8' });
  return {
    version,
    manifest: JSON.parse(read('package.json')) as ReleaseState['manifest'],
    changelog: existsSync(path.join(root, 'CHANGELOG.md')) ? read('CHANGELOG.md') : '',
    tags: git('tag', '--list').split('\n'),
    changes: git('status', '--porcelain'),
  };
}

function moveChangelog(root: string, version: string, date: string): void {
  const file = path.join(root, 'CHANGELOG.md');
  writeFileSync(file, releasedChangelog(readFileSync(file, 'utf8'), version, date));
}

/** The release stops at the first command that fails. */
function show(cwd: string, command: string, ...args: string[]): void {
  execFileSync(command, args, { cwd, stdio: 'inherit' });
}
