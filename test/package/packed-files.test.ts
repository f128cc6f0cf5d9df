import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { packedManifest, packedPage, type Repository, webAddress } from '../../scripts/packed-files.ts';
import { tempDir } from '../harness/temp-dir.ts';

const root = path.join(import.meta.dirname, '..', '..');
const URL = 'git+https://example.org/shop/events.git';
const MANIFEST = { name: 'events', version: '1.2.3', files: ['dist'], repository: { type: 'git', url: URL } };

const isPacked = (file: string): boolean => file === 'CHANGELOG.md';
const PAGE =
  '![A demo](docs/demo.svg)\nSee [`log`](docs/api.md#log), [changes](CHANGELOG.md), [it](https://example.org/x), [here](#here).';

test('links of a packed page go to the repository, at the tag of the version', () => {
  assert.equal(
    packedPage(PAGE, MANIFEST, isPacked),
    '![A demo](https://example.org/shop/events/raw/v1.2.3/docs/demo.svg)\nSee ' +
      '[`log`](https://example.org/shop/events/blob/v1.2.3/docs/api.md#log), [changes](CHANGELOG.md), ' +
      '[it](https://example.org/x), [here](#here).',
  );
});

test('without a repository no link of a packed page is dead: its text stays', () => {
  assert.equal(
    packedPage(PAGE, { version: '1.2.3' }, isPacked),
    '\nSee `log`, [changes](CHANGELOG.md), [it](https://example.org/x), [here](#here).',
  );
});

const ADDRESSES: readonly [Repository | undefined, string | undefined][] = [
  [{ url: URL }, 'https://example.org/shop/events'],
  [{ url: 'https://example.org/shop/events' }, 'https://example.org/shop/events'],
  [{ url: 'git+ssh://git@example.org/shop/events.git' }, 'https://example.org/shop/events'],
  ['github:shop/events', 'https://github.com/shop/events'],
  ['shop/events', 'https://github.com/shop/events'],
  [{}, undefined],
  [undefined, undefined],
  ['somewhere', undefined],
];
for (const [repository, address] of ADDRESSES) {
  test(`the repository ${JSON.stringify(repository)} is browsed at ${address}`, () => {
    assert.equal(webAddress(repository), address);
  });
}

test('a packed package.json has what installing and running need, and no scripts', () => {
  const { scripts, devDependencies, allowScripts, ...rest } = JSON.parse(
    readFileSync(path.join(root, 'package.json'), 'utf8'),
  );
  assert.ok(scripts !== undefined && devDependencies !== undefined && allowScripts !== undefined);
  assert.deepEqual(packedManifest({ ...rest, scripts, devDependencies, allowScripts }), rest);
});

test('npm pack packs those, and leaves the files of the project as they were', (t) => {
  const { project, texts, pack } = projectIn(t);
  const before = texts();
  const packed = pack();
  assert.equal(packed('package.json').includes('prepack'), false);
  assert.match(
    packed('README.md'),
    /\[api]\(https:\/\/example\.org\/shop\/events\/blob\/v1\.2\.3\/docs\/api\.md\)/,
  );
  assert.deepEqual(texts(), before);
  assert.equal(existsSync(path.join(project, 'tmp', 'originals-of-pack')), false);
});

test('a pack that was broken off is restored by the next', (t) => {
  const { project, texts, pack } = projectIn(t);
  const before = texts();
  execFileSync(process.execPath, ['scripts/packed-files.ts', 'put'], { cwd: project });
  assert.notDeepEqual(texts(), before);
  execFileSync(process.execPath, ['scripts/packed-files.ts', 'put'], { cwd: project });
  execFileSync(process.execPath, ['scripts/packed-files.ts', 'restore'], { cwd: project });
  assert.deepEqual(texts(), before);
  assert.equal(pack()('package.json').includes('prepack'), false);
});

/** A package of its own that is packed as ours is. */
function projectIn(t: TestContext) {
  const project = tempDir(t);
  mkdirSync(path.join(project, 'scripts'));
  cpSync(path.join(root, 'scripts', 'packed-files.ts'), path.join(project, 'scripts', 'packed-files.ts'));
  const scripts = {
    prepack: 'node scripts/packed-files.ts put',
    postpack: 'node scripts/packed-files.ts restore',
  };
  const write = (file: string, text: string): void => writeFileSync(path.join(project, file), text);
  write('package.json', JSON.stringify({ ...MANIFEST, type: 'module', scripts }));
  write('README.md', 'An [api](docs/api.md).\n');
  write('CHANGELOG.md', '# Changes\n');
  const texts = (): string[] =>
    ['package.json', 'README.md', 'CHANGELOG.md'].map((file) =>
      readFileSync(path.join(project, file), 'utf8'),
    );
  const pack = (): ((file: string) => string) => {
    const env = {
      ...process.env,
      PATH: `${path.dirname(process.execPath)}${path.delimiter}${process.env.PATH}`,
    };
    execFileSync('npm', ['pack', '--loglevel=error'], {
      cwd: project,
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    execFileSync('tar', ['-xzf', 'events-1.2.3.tgz'], { cwd: project });
    return (file) => readFileSync(path.join(project, 'package', file), 'utf8');
  };
  return { project, texts, pack };
}
