/** `npm run build`: makes `dist/` and `THIRD-PARTY-NOTICES.txt`, what `npm pack` packs. */
import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { bundleDist } from './bundle-dist.ts';
import { bundlePage } from './bundle-page.ts';
import { bundleSdk } from './bundle-sdk.ts';
import { entryPoints } from './check-package/entry-points.ts';
import { makeCommonJs, makeCommonJsTypes } from './make-common-js.ts';
import { thirdPartyNotices } from './third-party-notices.ts';

const root = path.join(import.meta.dirname, '..');

await build();

async function build(): Promise<void> {
  rmSync(path.join(root, 'dist'), { recursive: true, force: true });
  compile();
  const sdk = await bundleSdk(root);
  const dist = path.join(root, 'dist');
  const { named, packages } = await bundleDist(root);
  await makeCommonJs(dist, named);
  makeCommonJsTypes(
    dist,
    entryPoints(root).map(({ types }) => path.posix.relative('dist', types)),
  );
  const page = await bundlePage(root, path.join(dist, 'viewer-page'));
  writeFileSync(
    path.join(root, 'THIRD-PARTY-NOTICES.txt'),
    thirdPartyNotices([...sdk, ...packages, ...page]),
  );
  makeExecutable();
}

function compile(): void {
  const tsc = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  try {
    execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--noEmitOnError'], {
      cwd: root,
      stdio: 'inherit',
    });
  } catch {
    // The compiler has said what is wrong; a stack of this script would only hide it.
    process.exit(1);
  }
}

/** Git and npm do not do it: the compiler makes every file plain. */
function makeExecutable(): void {
  const { bin } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    bin: Record<string, string>;
  };
  for (const file of Object.values(bin)) chmodSync(path.join(root, file), 0o755);
}
