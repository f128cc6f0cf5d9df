import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { type ReleaseState, releasedChangelog, releaseProblems } from '../../scripts/release.ts';
import { tempDir } from '../harness/temp-dir.ts';

const CHANGELOG = `# Changelog

## Unreleased

### Added

- A thing.

## 0.1.0 - 2026-01-02

- The first.
`;

const READY: ReleaseState = {
  version: '0.2.0',
  manifest: {
    version: '0.1.0',
    repository: { url: 'git+https://example.org/shop/events.git' },
    homepage: 'https://example.org/shop/events#readme',
    bugs: 'https://example.org/shop/events/issues',
  },
  changelog: CHANGELOG,
  tags: ['v0.1.0'],
  changes: '',
};

test('what is unreleased gets the version and the date, and an empty section stays above it', () => {
  assert.equal(
    releasedChangelog(CHANGELOG, '0.2.0', '2026-03-04'),
    CHANGELOG.replace('## Unreleased\n', () => '## Unreleased\n\n## 0.2.0 - 2026-03-04\n'),
  );
});

test('a changelog with nothing unreleased cannot be released', () => {
  const released = releasedChangelog(CHANGELOG, '0.2.0', '2026-03-04');
  assert.throws(() => releasedChangelog(released, '0.3.0', '2026-03-05'), /nothing under "## Unreleased"/);
  assert.throws(() => releasedChangelog('# Changelog\n', '0.3.0', '2026-03-05'), /nothing under/);
});

test('nothing stands against a release that is ready, also of a pre-release and of the first version', () => {
  assert.deepEqual(releaseProblems(READY), []);
  assert.deepEqual(releaseProblems({ ...READY, version: '1.0.0-rc.1' }), []);
  assert.deepEqual(
    releaseProblems({ ...READY, version: '0.10.0', manifest: { ...READY.manifest, version: '0.9.9' } }),
    [],
  );
});

function without(key: string): Partial<ReleaseState> {
  return { manifest: { ...READY.manifest, [key]: undefined } };
}

const AGAINST: readonly [what: string, state: Partial<ReleaseState>, problem: RegExp][] = [
  ['a version that is none', { version: 'v1' }, /^"v1" is not a version/],
  ['an older version', { version: '0.0.9' }, /^0\.0\.9 is before 0\.1\.0/],
  ['a tag that is there', { tags: ['v0.1.0', 'v0.2.0'] }, /^the tag v0\.2\.0 is there already/],
  ['changes that are not committed', { changes: ' M a.ts\n' }, /^the working tree is not clean:\n M a\.ts$/],
  ['an empty changelog', { changelog: '## Unreleased\n\n## 0.1.0 - 2026-01-02\n\n- x\n' }, /nothing under/],
  [
    'a section that is there',
    { changelog: `${CHANGELOG}\n## 0.2.0 - 2026-01-03\n` },
    /section of 0\.2\.0 already/,
  ],
  ['no repository', without('repository'), /^package\.json has no "repository": provenance/],
  [
    'a repository that cannot be browsed',
    { manifest: { ...READY.manifest, repository: 'somewhere' } },
    /^package\.json: the links of the packed README are made of "repository"/,
  ],
  ['no homepage', without('homepage'), /^package\.json has no "homepage": .* finds no documentation$/],
  ['no bugs', without('bugs'), /^package\.json has no "bugs": .* finds no place to report a fault$/],
];
for (const [what, state, problem] of AGAINST) {
  test(`${what} stands against a release, and nothing else does`, () => {
    const problems = releaseProblems({ ...READY, ...state });
    assert.equal(problems.length, 1, problems.join('\n'));
    assert.match(problems[0] ?? '', problem);
  });
}

test('a release commits the version and the changelog and tags them', (t) => {
  const { root, git, release } = projectIn(t);
  const { status, stderr } = release('0.2.0', '--yes');
  assert.equal(status, 0, stderr);
  assert.equal(git('tag', '--points-at', 'HEAD').trim(), 'v0.2.0');
  assert.equal(
    git('show', '--format=%s', '--name-only', 'HEAD').trim(),
    'Release 0.2.0\n\nCHANGELOG.md\npackage.json',
  );
  assert.equal(JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')).version, '0.2.0');
  assert.match(readFileSync(path.join(root, 'CHANGELOG.md'), 'utf8'), /^## 0\.2\.0 - \d{4}-\d\d-\d\d$/m);
  assert.equal(git('status', '--porcelain'), '');
});

test('without --yes it says what it would do and does nothing', (t) => {
  const { git, release } = projectIn(t);
  const { status, stdout } = release('0.2.0');
  assert.equal(status, 0);
  assert.match(
    stdout,
    /1\. npm run check:package\n.*6\. tag v0\.2\.0\n.*Nothing was done; --yes does it\.\n$/s,
  );
  assert.deepEqual([git('tag'), git('status', '--porcelain')], ['', '']);
});

test('a check that fails ends a release before anything is changed', (t) => {
  const { git, release } = projectIn(t, { scripts: { 'check:package': 'exit 3', audit: 'true' } });
  assert.notEqual(release('0.2.0', '--yes').status, 0);
  assert.deepEqual([git('tag'), git('status', '--porcelain')], ['', '']);
});

test('what stands against a release ends it, with --yes too', (t) => {
  const { git, release } = projectIn(t, { repository: undefined });
  const { status, stderr, stdout } = release('0.2.0', '--yes');
  assert.equal(status, 1);
  assert.match(stderr, /^Against it: package\.json has no "repository"/);
  assert.match(stdout, /Nothing was done\.\n$/);
  assert.deepEqual([git('tag'), git('status', '--porcelain')], ['', '']);
});

/** A project of its own, with git and the script in it. */
function projectIn(t: TestContext, manifest: object = {}) {
  const root = tempDir(t);
  mkdirSync(path.join(root, 'scripts'));
  for (const script of ['release.ts', 'packed-files.ts']) {
    cpSync(path.join(import.meta.dirname, '..', '..', 'scripts', script), path.join(root, 'scripts', script));
  }
  writeFileSync(path.join(root, 'CHANGELOG.md'), CHANGELOG);
  const { repository, homepage, bugs } = READY.manifest;
  const scripts = { 'check:package': 'true', audit: 'true' };
  const content = {
    name: 'shop',
    version: '0.1.0',
    type: 'module',
    repository,
    homepage,
    bugs,
    scripts,
    ...manifest,
  };
  writeFileSync(path.join(root, 'package.json'), `${JSON.stringify(content, null, 2)}\n`);
  const identity = { GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@example.org' };
  const committer = { GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@example.org' };
  const env = { ...process.env, ...identity, ...committer, GIT_CONFIG_GLOBAL: '/dev/null' };
  const git = (...args: string[]): string => execFileSync('git', args, { cwd: root, env, encoding: 'utf8' });
  git('init', '--quiet');
  git('add', '.');
  git('commit', '--quiet', '--message', 'all');
  const release = (...args: string[]) =>
    spawnSync(process.execPath, ['scripts/release.ts', ...args], { cwd: root, env, encoding: 'utf8' });
  return { root, git, release };
}
