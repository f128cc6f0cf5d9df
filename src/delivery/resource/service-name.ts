import { readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * A name for a service that nobody named: that of the nearest `package.json` above the main script (or the
 * working directory), else the one that OTel prescribes.
 * @see OpenTelemetry semantic conventions, "service.name"
 */
export function defaultServiceName(): string {
  const start = process.argv[1] === undefined ? process.cwd() : path.dirname(path.resolve(process.argv[1]));
  for (let directory = start; ; directory = path.dirname(directory)) {
    const name = packageName(path.join(directory, 'package.json'));
    if (name !== undefined) return name;
    if (path.dirname(directory) === directory) return 'unknown_service:node';
  }
}

function packageName(file: string): string | undefined {
  try {
    const { name } = JSON.parse(readFileSync(file, 'utf8')) as { name?: unknown };
    return typeof name === 'string' && name !== '' ? name : undefined;
  } catch {
    // No package here, or one that cannot be read: look further up.
    return undefined;
  }
}
