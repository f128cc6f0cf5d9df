import { cpSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { type BundledPackage, bundledPackages } from './bundled-packages.ts';
import { PLAIN_JSX, smallerPage } from './smaller-page.ts';

const PAGE = 'src/viewer/page';

/**
 * Puts the viewer's page together: `index.html`, a script, what it loads when it is used first, a script that sets the
 * theme before all of it, a style sheet and an icon. All
 * of it is served by the viewer itself, and its packages are inside: they are no dependencies of who installs this one.
 * @param out - the directory; made if it is not there
 * @returns the packages inside, by name
 */
export async function bundlePage(root: string, out: string): Promise<readonly BundledPackage[]> {
  mkdirSync(out, { recursive: true });
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [
      { in: `${PAGE}/main.tsx`, out: 'page' },
      { in: `${PAGE}/theme.ts`, out: 'theme' },
      { in: `${PAGE}/page.css`, out: 'page' },
    ],
    outdir: out,
    bundle: true,
    // `import()` makes a file of its own. Without a hash: an open page of an older viewer finds it after an update, too.
    splitting: true,
    chunkNames: '[name]',
    metafile: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: ['chrome123', 'firefox121', 'safari17.5'],
    charset: 'utf8',
    plugins: [smallerPage],
    tsconfigRaw: PLAIN_JSX,
    legalComments: 'none',
    banner: { js: '/*! Part of otel-events; see THIRD-PARTY-NOTICES.txt for what is inside. */' },
  });
  for (const file of ['index.html', 'icon.svg']) cpSync(path.join(root, PAGE, file), path.join(out, file));
  return bundledPackages(metafile, root, ['MIT']);
}
