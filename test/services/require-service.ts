import type { TestContext } from 'node:test';
import { binaryOf } from './cache-entry.ts';
import { type ServiceName, services } from './services.ts';

/** The executable of a built service. @throws if it is not there; the message says how to get it */
export function serviceBinary(name: ServiceName): string {
  const binary = binaryOf(services[name]);
  if (binary === undefined) throw new Error(missing(name));
  return binary;
}

/** Whether a service is there, for what does without it. */
export function isBuilt(name: ServiceName): boolean {
  return binaryOf(services[name]) !== undefined;
}

/**
 * Whether a test may go on. Without the service it is skipped, and says so; where `CI` is set it fails, so
 * that no pipeline is green because nothing ran: `if (!requireService(t, 'otelcol')) return;`
 */
export function requireService(t: TestContext, ...names: readonly ServiceName[]): boolean {
  const absent = names.filter((name) => !isBuilt(name));
  if (absent.length === 0) return true;
  if (isCi()) throw new Error(missing(...absent));
  t.skip(missing(...absent));
  return false;
}

function missing(...names: readonly ServiceName[]): string {
  return `service missing: run npm run services -- ${names.join(' ')}`;
}

function isCi(): boolean {
  const { CI = '' } = process.env;
  return CI !== '' && CI !== '0' && CI !== 'false';
}
