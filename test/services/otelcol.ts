import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { cp, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';
import { goEnv } from './go-env.ts';
import type { Build, Service } from './service.ts';

/** The part of the builder's manifest that is read here; the other keys are lists of components. */
interface Manifest {
  readonly dist: { readonly name: string; readonly version: string; readonly output_path: string };
}

const manifestFile = path.join(import.meta.dirname, '../../collector/distribution/builder-config.yaml');
const manifestText = readFileSync(manifestFile, 'utf8');
const manifest = parse(manifestText) as Manifest;
const manifestHash = createHash('sha256').update(manifestText).digest('hex').slice(0, 12);

/** The OpenTelemetry Collector with the components of `collector/distribution/builder-config.yaml`. */
export const otelcol: Service = {
  name: 'otelcol',
  version: `${manifest.dist.version}-${manifestHash}`,
  tools: ['go'],
  build,
};

async function build({ workDir, outDir, step }: Build): Promise<void> {
  const builder = `go.opentelemetry.io/collector/cmd/builder@v${manifest.dist.version}`;
  await cp(manifestFile, path.join(workDir, 'builder-config.yaml'));
  await step({
    title: 'install the collector builder',
    command: 'go',
    args: ['install', builder],
    cwd: workDir,
    env: { ...goEnv, GOBIN: workDir },
  });
  await step({
    title: 'write the sources',
    command: path.join(workDir, 'builder'),
    args: ['--config', 'builder-config.yaml', '--skip-get-modules', '--skip-compilation'],
    cwd: workDir,
  });
  const sourceDir = path.join(workDir, manifest.dist.output_path);
  await writeFile(path.join(sourceDir, 'go.mod'), goMod());
  await step({
    title: 'compile',
    command: 'go',
    args: ['build', '-mod=mod', '-trimpath', '-ldflags=-s -w', '-o', path.join(outDir, 'otelcol'), '.'],
    cwd: sourceDir,
    env: goEnv,
  });
}

// Written here, not by the builder: its `go mod tidy` also wants the components' test dependencies, which not
// every module proxy serves. `go build -mod=mod` asks only for what is compiled.
function goMod(): string {
  const components = Object.values(manifest)
    .filter(Array.isArray)
    .flat()
    .map(({ gomod }: { gomod: string }) => gomod);
  const modules = [...components, `go.opentelemetry.io/collector/otelcol v${manifest.dist.version}`];
  return [
    'module otel-events/otelcol',
    'go 1.25',
    'require (',
    ...modules.map((module) => `\t${module}`),
    ')',
    '',
  ].join('\n');
}
