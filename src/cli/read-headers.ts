import { readFileSync } from 'node:fs';
import { validateHeaderName, validateHeaderValue } from '../node-http.ts';
import { usageError } from './command.ts';

/**
 * Headers as they are given to commands: `name: value`, or `@FILE` with a line each. Never shows a value, nor what might be one.
 * @throws OtelEventsError `OPTION_INVALID`
 */
export function readHeaders(given: readonly string[]): Record<string, string> {
  const lines = given.flatMap((each) => (each.startsWith('@') ? linesOf(each.slice(1)) : [each]));
  return Object.fromEntries(
    lines.map((line, index) => {
      const [, name = '', value = ''] = /^([^:\s]+)\s*:\s*(.*?)\s*$/s.exec(line) ?? [];
      try {
        validateHeaderName(name);
        validateHeaderValue(name, value);
      } catch {
        throw usageError(`--header: number ${index + 1} is not 'name: value'`);
      }
      return [name, value];
    }),
  );
}

function linesOf(file: string): string[] {
  return readFileSync(file, 'utf8')
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '');
}
