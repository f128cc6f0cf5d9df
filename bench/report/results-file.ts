import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const RESULTS = path.join(import.meta.dirname, '..', 'results');

/** Keeps what a run has measured as `bench/results/NAME.json`. */
export function saveResults(name: string, results: object): void {
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(fileOf(name), `${JSON.stringify(results, null, 1)}\n`);
}

/** What the last saved run has measured. */
export function lastResults<Results>(name: string): Results {
  return JSON.parse(readFileSync(fileOf(name), 'utf8')) as Results;
}

function fileOf(name: string): string {
  return path.join(RESULTS, `${name}.json`);
}
