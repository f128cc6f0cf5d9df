import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Service } from './service.ts';

/** The directory that holds all built services, outside of the checkout, so that a clean one reuses it. */
export function cacheDir(): string {
  return path.join(process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache'), 'otel-events');
}

/** Where a built service is, or will be. */
export function cacheEntry({ name, version }: Pick<Service, 'name' | 'version'>): string {
  return path.join(cacheDir(), `${name}-${version}`);
}

/** The executable of a service, or `undefined` if it is not built. */
export function binaryOf(service: Pick<Service, 'name' | 'version'>): string | undefined {
  const file = path.join(cacheEntry(service), service.name);
  return existsSync(file) ? file : undefined;
}
