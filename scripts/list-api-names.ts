/** `node scripts/list-api-names.ts`: writes `api-names.json`, the names that the bundle takes from the api. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';

/** The oldest that is allowed and the two that apps have: SDK 2.x wants `<1.10`, SDK 3.x wants `>=1.10`. */
const VERSIONS = ['1.3.0', '1.9.0', '1.10.0'] as const;

const FILE = path.join(import.meta.dirname, 'api-names.json');

if (import.meta.main) writeFileSync(FILE, apiNamesJson());

/** What `api-names.json` has to be. Asks the package registry. */
export function apiNamesJson(): string {
  const [oldest = [], ...newer] = VERSIONS.map(namesOf);
  const content = {
    command: 'node scripts/list-api-names.ts',
    what: `the names that @opentelemetry/api ${VERSIONS.join(', ')} have in common`,
    names: oldest.filter((name) => newer.every((names) => names.includes(name))).sort(),
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}

function namesOf(version: string): string[] {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'otel-events-api-'));
  try {
    const args = [
      'install',
      '--prefix',
      dir,
      '--no-save',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
      '--fetch-retries=1',
    ];
    execFileSync('npm', [...args, `@opentelemetry/api@${version}`], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const names = Object.keys(createRequire(path.join(dir, 'index.js'))('@opentelemetry/api'));
    return names.filter((name) => name !== 'default');
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
