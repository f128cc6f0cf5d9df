// What `npm pack` and `npm publish` run around packing: the package.json and the pages of the tarball are not those
// of the project, which npm gives no other way to say.
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';

/** What npm takes as `repository`. */
export type Repository = string | { readonly url?: string; readonly directory?: string };

/** The parts of a `package.json` that packing is about. */
export interface PackedManifest {
  readonly version: string;
  readonly repository?: Repository;
  readonly [key: string]: unknown;
}

/** Files of the tarball that are not packed as they are; first the one that tells of the others. */
const MANIFEST = 'package.json';
const PAGES = ['README.md', 'CHANGELOG.md'];

/** What only those need who work on the package. `prepack` and others would be warned about on install. */
const OF_THE_PROJECT = ['scripts', 'devDependencies', 'allowScripts'];

/** The `package.json` for those who install the package. */
export function packedManifest(manifest: PackedManifest): object {
  return Object.fromEntries(Object.entries(manifest).filter(([key]) => !OF_THE_PROJECT.includes(key)));
}

/**
 * A page for those who have the package and not the project: a link to a file that is not packed goes to the
 * repository, at the tag of this version. Without a repository its text stays, and pictures go.
 * @param isPacked - by the path from the root
 */
export function packedPage(
  page: string,
  manifest: PackedManifest,
  isPacked: (file: string) => boolean,
): string {
  const base = webAddress(manifest.repository);
  return page.replace(LINK, (whole, picture: string, text: string, target: string) => {
    if (/^(?:[a-z]+:|#|\/\/)/i.test(target) || isPacked(target.replace(/#.*/, ''))) return whole;
    if (base === undefined) return picture === '' ? text : '';
    return `${picture}[${text}](${base}/${picture === '' ? 'blob' : 'raw'}/v${manifest.version}/${target})`;
  });
}

/** The text of a link may hold code, and no other link. */
const LINK = /(!?)\[([^\]]*)\]\(([^()\s]+)\)/g;

/** Where a repository is browsed; undefined if it has no address of a kind that GitHub and its like have. */
export function webAddress(repository: Repository | undefined): string | undefined {
  const url = typeof repository === 'string' ? repository : repository?.url;
  const short = /^(?:github:)?([\w.-]+\/[\w.-]+)$/.exec(url ?? '')?.[1];
  if (short !== undefined) return `https://github.com/${short}`;
  const [, host, place] =
    /^(?:git\+)?(?:https?|ssh|git):\/\/(?:[^@/]+@)?([^/]+)\/(.+?)(?:\.git)?\/?$/.exec(url ?? '') ?? [];
  return host === undefined ? undefined : `https://${host}/${place}`;
}

/** Puts the files of the tarball into the place of the project's, which are kept until {@link restore}. */
function put(root: string): void {
  restore(root);
  const manifest = JSON.parse(readFileSync(path.join(root, MANIFEST), 'utf8')) as PackedManifest;
  const packed = [...(manifest.files as readonly string[]), ...PAGES, MANIFEST, 'LICENSE'];
  const isPacked = (file: string): boolean =>
    packed.some((each) => file === each || file.startsWith(`${each}/`));
  const pages = PAGES.map((file) => {
    const page = readFileSync(path.join(root, file), 'utf8');
    return [file, packedPage(page, manifest, isPacked)] as const;
  });
  keep(root);
  for (const [file, page] of pages) writeFileSync(path.join(root, file), page);
  writeFileSync(path.join(root, MANIFEST), `${JSON.stringify(packedManifest(manifest), null, 2)}\n`);
}

/** Whole or not at all: what is broken off must not be restored. */
function keep(root: string): void {
  const unfinished = `${kept(root)}.${process.pid}`;
  mkdirSync(unfinished, { recursive: true });
  for (const file of [MANIFEST, ...PAGES]) copyFileSync(path.join(root, file), path.join(unfinished, file));
  renameSync(unfinished, kept(root));
}

/** Of this pack, or of one that was broken off. */
function restore(root: string): void {
  if (!existsSync(kept(root))) return;
  for (const file of [MANIFEST, ...PAGES]) copyFileSync(path.join(kept(root), file), path.join(root, file));
  rmSync(kept(root), { recursive: true, force: true });
}

function kept(root: string): string {
  return path.join(root, 'tmp', 'originals-of-pack');
}

if (import.meta.main) {
  const root = path.join(import.meta.dirname, '..');
  if (process.argv[2] === 'put') put(root);
  else restore(root);
}
