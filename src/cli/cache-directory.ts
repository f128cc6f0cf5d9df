import { homedir } from 'node:os';
import path from 'node:path';

/** Where queries keep what they have read of files. By the XDG Base Directory Specification; relative paths in the variable are to be ignored. */
export function cacheDirectory(): string {
  const { XDG_CACHE_HOME: given = '' } = process.env;
  return path.join(path.isAbsolute(given) ? given : path.join(homedir(), '.cache'), 'otel-events', 'queries');
}
