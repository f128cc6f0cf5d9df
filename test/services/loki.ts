import { existsSync } from 'node:fs';
import path from 'node:path';
import type { TestContext } from 'node:test';

/** The release with which its tests were last run; the image of the stack is called the same. */
export const LOKI_VERSION = '3.7.8';

/** Where a Loki is: a running one's base URL, or an executable to start. */
export type LokiPlace = { readonly url: string } | { readonly binary: string };

/**
 * The Loki that `OTEL_EVENTS_LOKI` names. None is built: it is under the AGPL.
 * @returns undefined when the variable is not set
 * @throws when it names neither an http(s) URL nor a file
 */
export function lokiPlace(): LokiPlace | undefined {
  const { OTEL_EVENTS_LOKI: named = '' } = process.env;
  if (named === '') return undefined;
  if (/^https?:\/\//.test(named)) return { url: named.replace(/\/+$/, '') };
  const binary = path.resolve(named);
  if (existsSync(binary)) return { binary };
  throw new Error(`OTEL_EVENTS_LOKI=${named}: neither an http URL nor a file`);
}

/**
 * Whether a test with Loki may go on: `if (!requireLoki(t, 'binary')) return;`. Elsewhere it is skipped, says so and is
 * counted; unlike the services that are built, its absence does not fail where `CI` is set.
 * @param kind - `binary` for a test that kills it
 */
export function requireLoki(t: TestContext, kind: 'any' | 'binary' = 'any'): boolean {
  const place = lokiPlace();
  if (place !== undefined && (kind === 'any' || 'binary' in place)) return true;
  const wanted = kind === 'any' ? 'a binary or an URL' : 'a binary';
  t.skip(`Loki missing: set OTEL_EVENTS_LOKI to ${wanted} (${LOKI_VERSION} was the last one seen to pass)`);
  return false;
}
