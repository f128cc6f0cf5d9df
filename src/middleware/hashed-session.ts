import { hash } from 'node:crypto';

/**
 * What stands for a session in events. Who knows a session's id can take the session over, so events, which
 * travel far and are kept for long, get the first 32 hex digits of its SHA-256.
 */
export function hashedSession(id: string): string {
  return hash('sha256', id, 'hex').slice(0, 32);
}
