import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { binaryOf, cacheDir, cacheEntry } from './cache-entry.ts';
import { runStep } from './run-step.ts';
import type { RunStep, Service } from './service.ts';

/** Takes pieces of console output; a piece that ends a line ends with a newline. */
export type Print = (piece: string) => void;

const BUILDING = '.building-';
const LEFTOVER_AGE_MS = 24 * 60 * 60 * 1000;

/**
 * Builds a service into the cache, unless it is there. The entry appears by one rename at the end, so an
 * interrupted build leaves no half of one.
 * @returns the executable
 */
export async function installService(service: Service, print: Print): Promise<string> {
  const title = `${service.name} ${service.version}`;
  const cached = binaryOf(service);
  if (cached !== undefined) {
    print(`${title}: already there\n`);
    return cached;
  }
  await mkdir(cacheDir(), { recursive: true });
  await removeLeftovers();
  const buildDir = await mkdtemp(path.join(cacheDir(), BUILDING));
  try {
    const [workDir, outDir] = [path.join(buildDir, 'work'), path.join(buildDir, 'out')];
    await mkdir(workDir);
    await mkdir(outDir);
    await service.build({ workDir, outDir, step: printed(title, print) });
    if (!existsSync(path.join(outDir, service.name))) {
      throw new Error(`${title}: the build left no executable called ${service.name}`);
    }
    await moveIntoPlace(outDir, service);
  } finally {
    await rm(buildDir, { recursive: true, force: true });
  }
  return path.join(cacheEntry(service), service.name);
}

/** Prints the title before and the seconds after a step, so that a long compilation shows what it is. */
function printed(title: string, print: Print): RunStep {
  return async (step) => {
    const startedMs = performance.now();
    const seconds = (): string => ((performance.now() - startedMs) / 1000).toFixed(1);
    print(`${title}: ${step.title} ... `);
    try {
      const stdout = await runStep(step);
      print(`${seconds()} s\n`);
      return stdout;
    } catch (error) {
      print(`failed after ${seconds()} s\n`);
      throw error;
    }
  };
}

async function moveIntoPlace(outDir: string, service: Service): Promise<void> {
  const entry = cacheEntry(service);
  try {
    await rename(outDir, entry);
  } catch (error) {
    // Somebody else built the same service meanwhile: theirs is as good.
    if (binaryOf(service) === undefined) throw error;
  }
}

// A build that was killed could not clean up. Younger ones may still be running.
async function removeLeftovers(): Promise<void> {
  for (const name of await readdir(cacheDir())) {
    if (!name.startsWith(BUILDING)) continue;
    const dir = path.join(cacheDir(), name);
    const { mtimeMs } = await stat(dir);
    if (Date.now() - mtimeMs > LEFTOVER_AGE_MS) await rm(dir, { recursive: true, force: true });
  }
}
