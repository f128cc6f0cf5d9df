import { readFileSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {
  type InstalledSize,
  readFigures,
  type SizeFigures,
  type Sizes,
  staleSizes,
} from './size-document.ts';
import { modulesLoaded, timeImports } from './size-import.ts';
import { bytesIn, installSizedApp, type SizedApp } from './size-install.ts';

/** Where the figures are kept. */
export const SIZE_FILE = path.join(import.meta.dirname, '..', 'docs', 'size.md');

/** A package on disk: as a tarball, and unpacked. */
export interface PackedFiles {
  readonly tarball: string;
  readonly directory: string;
}

const OWN = 'otel-events';

/** What else an app may import to send its events or write its logs. */
const PEERS: Readonly<Record<string, string>> = { '@opentelemetry/sdk-node': '0.301.0', pino: '10.4.0' };

/** The sentences that tell what docs/size.md has wrong. @throws Error when it cannot be read, or npm fails */
export function staleFigures(packed: PackedFiles): string[] {
  const written = readFigures(readFileSync(SIZE_FILE, 'utf8'));
  using app = installSizedApp(packed.tarball);
  return staleSizes(written, sizesOf(packed, app));
}

/** Measures everything. Takes half a minute, most of it to install the peers. */
export function measureFigures(packed: PackedFiles): SizeFigures {
  using installed = new DisposableStack();
  const own = installed.use(installSizedApp(packed.tarball));
  const peers = Object.entries(PEERS).map(([name, version]) => ({
    name,
    app: installed.use(installSizedApp(`${name}@${version}`)),
  }));
  const apps = [{ name: OWN, app: own }, ...peers];
  const load = Math.round((os.loadavg()[0] ?? 0) * 100) / 100;
  const { bare, imports } = timeImports(
    Object.fromEntries(apps.map(({ name, app }) => [name, app.directory])),
  );
  return {
    ...sizesOf(packed, own),
    peers: peers.map(({ name, app }) => installedSize(name, app)),
    times: {
      date: new Date().toISOString().slice(0, 10),
      node: process.version,
      cpu: `${os.cpus()[0]?.model ?? 'unknown'}, ${os.cpus().length} cores`,
      load,
      bare,
      imports,
    },
  };
}

function sizesOf({ tarball, directory }: PackedFiles, app: SizedApp): Sizes {
  return {
    packedBytes: statSync(tarball).size,
    unpackedBytes: bytesIn(directory),
    own: installedSize(OWN, app),
  };
}

function installedSize(name: string, { directory, packages, installBytes }: SizedApp): InstalledSize {
  return { name, packages, installBytes, modules: modulesLoaded(directory, name) };
}
