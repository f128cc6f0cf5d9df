import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { type BundledPackage, bundledPackages } from './bundled-packages.ts';
import { entryPoints } from './check-package/entry-points.ts';
import { filesIn } from './files-in.ts';
import { type Packs, packModules, packsBehind } from './pack-modules.ts';

interface Manifest {
  readonly bin: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

/** What a build has made. */
interface BundledDist {
  /** What apps or we load by name, but for commands, as paths below `dist/`. */
  readonly named: string[];
  /** The packages whose code is inside, by name. */
  readonly packages: readonly BundledPackage[];
}

/**
 * What is started most, whose files are to be few: the library, and the commands with what nearly every use of them loads.
 * Each of them more makes what they share into more files. See docs/adr/0023-a-start-loads-what-is-named.md.
 */
const STARTED = [
  ['index.js'],
  ['cli/main.js'],
  ['cli/collect.js', 'collector/components/otlp-receiver.js', 'collector/components/file-exporter.js'],
  ['collector/queue/queue-of.js', 'spool/send/otlp-transport.js'],
  ['collector/grpc/grpc-receiver.js'],
  ['cli/events/query.js'],
];

/** It is a bundle of its own, with the SDK inside. */
const SDK = 'otel/sdk.js';

/**
 * Puts the compiled files of `dist/` together into few: each file that an import has to find costs an app about
 * half a millisecond when it starts. What stays as it is called: entry points, and what is loaded by path when it
 * is first needed. What several of them share is in `chunks/`, once, so that there is one of each class. A package that is
 * no dependency of ours is put inside: who installs us does not install it.
 */
export async function bundleDist(root: string): Promise<BundledDist> {
  const dist = path.join(root, 'dist');
  const named = [...importedModules(root), ...lazyFiles(path.join(root, 'src'))];
  const options = {
    absWorkingDir: dist,
    entryPoints: [...named, ...commands(root)],
    outdir: dist,
    outbase: dist,
    bundle: true,
    splitting: true,
    write: false,
    platform: 'node',
    format: 'esm',
    target: 'node22.16',
    charset: 'utf8',
    external: installed(root),
    metafile: true,
    chunkNames: 'chunks/[hash]',
  } satisfies BuildOptions;
  const plain = await build({ ...options, plugins: [yamlAsModules(root)] });
  const packs = packModules(plain.metafile, STARTED);
  const before = (file: string): string[] => packsBehind(packs, plain.metafile, file);
  const { outputFiles, metafile } = await build({
    ...options,
    plugins: [keepPlaces(dist, before), packed(dist, packs), yamlAsModules(root)],
  });
  for (const file of filesIn(dist, '.js')) if (file !== SDK) rmSync(path.join(dist, file));
  for (const { path: file, text } of outputFiles) writeOutput(file, text);
  return { named: [...named, SDK], packages: bundledPackages(metafile, dist, ['ISC', 'MIT']) };
}

/** What an app has beside us, or may have. */
function installed(root: string): string[] {
  const { dependencies, peerDependencies } = readManifest(root);
  return Object.keys({ ...dependencies, ...peerDependencies });
}

function readManifest(root: string): Manifest {
  return JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as Manifest;
}

function writeOutput(file: string, text: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
}

function importedModules(root: string): string[] {
  return entryPoints(root).map(({ types }) => belowDist(types).replace(/d\.ts$/, 'js'));
}

function commands(root: string): string[] {
  return Object.values(readManifest(root).bin).map(belowDist);
}

function belowDist(file: string): string {
  return path.posix.relative('dist', path.posix.normalize(file));
}

/** What `requireBeside` loads and `workerBeside` starts, as paths below `dist/`. */
function lazyFiles(src: string): string[] {
  const call =
    /(?:require|worker)Beside(?:<typeof import\('([^']+)'\)>)?\(\s*import\.meta,\s*(?:'([^']+)'|\w+)/g;
  const found = filesIn(src, '.ts').flatMap((file) =>
    [...readFileSync(path.join(src, file), 'utf8').matchAll(call)].map(([text, typed, named]) => {
      const target = typed ?? named;
      if (target === undefined) throw new Error(`${file}: ${text}: what it loads is not known here`);
      return path.posix.join(path.posix.dirname(file), target.replace(/(\.ts)?$/, '.js'));
    }),
  );
  if (found.length === 0) throw new Error('nothing is loaded lazily: requireBeside is called otherwise');
  return [...new Set(found)].filter((file) => file !== SDK);
}

/**
 * What `yaml` has for browsers is the same as ES modules, of which what nobody uses is left out. Its 72 files for Node.js took
 * a sixth of the CPU with which a collector starts.
 */
function yamlAsModules(root: string): Plugin {
  const file = path.join(root, 'node_modules', 'yaml', 'browser', 'dist', 'index.js');
  return {
    name: 'yaml-as-modules',
    setup: ({ onResolve }) => onResolve({ filter: /^yaml$/ }, () => ({ path: file })),
  };
}

/** Who imports one module of a pack imports all of it: so esbuild finds that these belong together. */
function packed(dist: string, { nameOf, members }: Packs): Plugin {
  return {
    name: 'packed',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^pack:/ }, ({ path: name }) => ({
        path: name,
        namespace: 'pack',
        sideEffects: true,
      }));
      onResolve({ filter: /^\.{1,2}\// }, ({ path: target, resolveDir }) => {
        const file = path.join(resolveDir, target);
        const place = path.relative(dist, file).replaceAll(path.sep, '/');
        // An import of nothing would be left out.
        return nameOf.has(place) ? { path: file, sideEffects: true } : undefined;
      });
      onLoad({ filter: /^/, namespace: 'pack' }, ({ path: name }) => ({
        contents: (members.get(name.replace('pack:', '')) ?? [])
          .map((file) => `import "./${file}";`)
          .join('\n'),
        resolveDir: dist,
      }));
    },
  };
}

/**
 * Code that asks where it lies is answered as if it lay where it was compiled to.
 * @param before - the packs that are to be imported before a module
 */
function keepPlaces(dist: string, before: (file: string) => readonly string[]): Plugin {
  return {
    name: 'keep-places',
    setup({ onLoad }) {
      onLoad({ filter: /\.js$/ }, ({ path: file }) => {
        if (file.includes(`${path.sep}node_modules${path.sep}`)) return undefined;
        const place = path.relative(dist, file).replaceAll(path.sep, '/');
        const url = `String(import.meta.url).replace(/\\/dist\\/(?!.*\\/dist\\/).*$/, '/dist/${place}')`;
        const text = readFileSync(file, 'utf8').replace(/\bimport\.meta\b(\.\w+)?/g, (whole, field) => {
          if (field === '.url') return url;
          if (field === undefined) return `{ url: ${url}, filename: '${place}' }`;
          throw new Error(`${place}: ${whole} is not known here`);
        });
        const imports = before(place).map((name) => `import "pack:${name}";`);
        // Behind all else: the order of imports is none of a module's business, and the line that names its runner stays first.
        return { contents: [text, ...imports].join('\n'), loader: 'js' };
      });
    },
  };
}
